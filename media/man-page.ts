import type {Command} from '../source/commands/arguments/command.ts';
import {loadCommand} from '../source/commands/arguments/dispatch.ts';
import {type Example, examples} from '../source/commands/arguments/examples.ts';
import {sharedOptions} from '../source/commands/arguments/flags.ts';
import {verbs} from '../source/commands/arguments/help.ts';
import {type Verb, verbNames} from '../source/commands/arguments/verb-names.ts';
import {paragraphs} from '../source/commands/output/paragraphs.ts';
import {keyName} from '../source/ui/keys/key-names.ts';
import {keyGroups} from '../source/ui/keys/key-record.ts';
import {keyTable} from '../source/ui/keys/key-table.ts';
import {type DescribedOption, describedOptions} from './option-table.ts';

/** Text for roff: nothing in it is a request, dashes are those that are typed. */
function plain(text: string): string {
	return text
		.replaceAll('\\', '\\e')
		.replaceAll('-', '\\-')
		.replaceAll("'", '\\(aq')
		.replaceAll('`', '\\(ga')
		.replaceAll('^', '\\(ha')
		.replaceAll('~', '\\(ti')
		.replaceAll('…', '...')
		.replaceAll('↑', '\\(ua')
		.replaceAll('↓', '\\(da')
		.replaceAll('←', '\\(<-')
		.replaceAll('→', '\\(->')
		.replace(/^\./, '\\&.');
}

const widest = 78;

/** A line of text in pieces no wider than a page of roff should be. */
function fold(line: string): string[] {
	if (line.startsWith('.') || line.length <= widest) return [line];
	const lines: string[] = [];
	let current = '';
	for (const word of line.split(' ')) {
		if (current !== '' && current.length + 1 + word.length > widest) {
			lines.push(current);
			current = word.replace(/^\./, '\\&.');
		} else current = current === '' ? word : `${current} ${word}`;
	}
	return [...lines, current];
}

function optionLines({names, value, help, standard}: DescribedOption): string[] {
	const spelled = names.map(name => `\\fB${plain(name)}\\fR`).join(', ');
	const text = plain(help);
	return [
		'.TP',
		`${spelled}${value === undefined ? '' : ` \\fI${plain(value)}\\fR`}`,
		`${text.replace(/^[a-z](?=[a-z ])/, first => first.toUpperCase())}${standard === undefined ? '' : ` (default: ${plain(standard)})`}.`,
	];
}

const shared = new Set(Object.keys(sharedOptions));

/** A paragraph of a note; one that stands as it is keeps its spaces. */
function noteLines(text: string): string[] {
	return text.startsWith(' ') ? ['.PP', '.nf', plain(text), '.fi'] : ['.PP', plain(text)];
}

function exampleLines(rows: readonly Example[]): string[] {
	return rows.flatMap(([line, what]) => [
		'.TP',
		`.B ${plain(line).replaceAll('"', '\\(dq')}`,
		`${plain(what)[0]?.toUpperCase()}${plain(what).slice(1)}.`,
	]);
}

/** A command with the options that it does not share with the session. */
function commandLines(command: Command): string[] {
	const isLikeSession = Object.keys(sharedOptions).every(key => key in command.options);
	const own = describedOptions(
		isLikeSession
			? Object.fromEntries(Object.entries(command.options).filter(([key]) => !shared.has(key)))
			: command.options,
	);
	return [
		`.SS ${plain(command.name)}`,
		...command.usage.flatMap((line, index) => [...(index > 0 ? ['.br'] : []), `.B tortui ${plain(line)}`]),
		'.PP',
		plain(command.summary),
		...paragraphs(command.notes ?? []).flatMap(noteLines),
		...(isLikeSession ? ['.PP', `Takes the options of the session${own.length > 0 ? ', and:' : '.'}`] : []),
		...own.flatMap(optionLines),
		'.PP',
		'Examples:',
		...exampleLines(examples[command.name as Verb] ?? []),
	];
}

function keyLines(): string[] {
	return keyGroups.flatMap(group => [
		`.SS ${plain(group)}`,
		...keyTable
			.filter(record => record.group === group && record.keys.length > 0)
			.flatMap(({keys, help, where}) => {
				const panes = where.filter(place => !['anywhere', 'torrent', 'list'].includes(place));
				const names = panes.map(place => (place === 'session' ? 'list of torrents' : place));
				return [
					'.TP',
					keys.map(key => `\\fB${plain(keyName(key))}\\fR`).join(', '),
					`${plain(help)}${names.length > 0 ? ` (${names.join(', ')})` : ''}.`,
				];
			}),
	]);
}

/** The manual page tortui(1) in roff, from the tables of commands, options and keys. */
export async function manPage(version: string): Promise<string> {
	const commands = await Promise.all(verbNames.filter(name => name !== 'session').map(loadCommand));
	const lines = [
		`.TH TORTUI 1 2026-11-20 "tortui ${version}" "User Commands"`,
		'.SH NAME',
		'tortui \\- a full\\-screen BitTorrent client for the terminal',
		'.SH SYNOPSIS',
		...verbs.flatMap(([usage], index) => [...(index > 0 ? ['.br'] : []), `.B ${plain(usage)}`]),
		'.SH DESCRIPTION',
		'.B tortui',
		'downloads and shares torrents, and shows live what happens: pieces, speed, peers, trackers, files and a log.',
		'An engine in the background does the work, one for each user; the screen can be left and come back to with',
		'.BR "tortui attach" .',
		'.PP',
		'.I TORRENT',
		'is the path of a .torrent file or an http(s) URL of one;',
		'.B \\-',
		'reads a .torrent from standard input.',
		'.SH OPTIONS OF THE SESSION',
		...describedOptions(sharedOptions).flatMap(optionLines),
		'.SH COMMANDS',
		...commands.flatMap(commandLines),
		'.SH EXAMPLES',
		...exampleLines([...examples.session, ...examples.get, ...examples.seed, ...examples.demo]),
		'.SH KEYS',
		...keyLines(),
		'.SH EXIT STATUS',
		...[
			['0', 'Done.'],
			['1', 'Failed; the reason is one line on standard error.'],
			['2', 'Wrong usage.'],
			['3', 'Not a valid torrent or magnet link.'],
			['4', 'verify found data missing or wrong.'],
			['130', 'Interrupted.'],
		].flatMap(([status, meaning]) => ['.TP', `.B ${status}`, meaning!]),
		'.SH ENVIRONMENT',
		...[
			['TORTUI_HOME', 'The state folder, instead of the usual one.'],
			['NO_COLOR', 'When it is set, nothing is coloured unless \\fB\\-\\-color always\\fR asks for it.'],
		].flatMap(([name, meaning]) => ['.TP', `.B ${name}`, meaning!]),
		'.SH FILES',
		...[
			[
				'\\(ti/.config/tortui/config.json',
				'Options and keys of your own; \\fBtortui config\\fR shows what holds.',
			],
			[
				'\\(ti/.local/state/tortui/',
				'The state folder: torrents and how far they are, the engine\\(aqs socket and log.',
			],
		].flatMap(([path, meaning]) => ['.TP', `.I ${path}`, meaning!]),
		'.PP',
		'XDG_CONFIG_HOME and XDG_STATE_HOME are honoured.',
		'',
	];
	return lines.flatMap(fold).join('\n');
}
