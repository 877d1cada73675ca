import {paragraphs, wrap} from '../output/paragraphs.js';
import type {Command, Options} from './command.js';
import {type Example, examples} from './examples.js';
import {optionLabel} from './option-names.js';
import {selectionNotes} from './selection-notes.js';
import type {Verb} from './verb-names.js';

/** Every verb with what it does, in the order people meet them. */
export const verbs: ReadonlyArray<readonly [usage: string, summary: string]> = [
	['tortui [options] [TORRENT ...]', 'open the full-screen session, adding each TORRENT first'],
	['tortui get TORRENT ...', 'download without a screen, exit when done'],
	['tortui stream TORRENT [FILE ...]', 'watch or hear it while it downloads'],
	['tortui seed PATH ...', 'make a torrent of PATH (or take TORRENT=PATH) and seed it'],
	['tortui create PATH', 'write a .torrent'],
	['tortui edit FILE ...', 'change trackers, web seeds and comment of .torrent files'],
	['tortui info TORRENT', 'show what a .torrent or a magnet link holds'],
	['tortui verify TORRENT DIR', 'hash the data on disk against the torrent'],
	['tortui tracker', 'run an HTTP and UDP tracker'],
	['tortui demo', 'show a swarm on this machine live: needs no network, no file'],
	['tortui attach', 'open the screen on the engine that already runs'],
	['tortui engine', 'run the engine in the foreground: for systemd, containers'],
	['tortui service install', 'have systemd run it, from the start of the machine on'],
	['tortui add TORRENT ...', 'hand torrents to the running engine'],
	['tortui list', 'list the torrents of the running engine'],
	['tortui status [ID]', 'tell how the engine does, or a torrent; --health for containers'],
	['tortui find WORDS', 'find torrents, files and labels of the running engine by some letters'],
	['tortui wait|watch', 'wait until torrents are complete; tell what happens'],
	['tortui preview TORRENT', 'tell what it would add, and whether it is there already'],
	['tortui creations', 'show the torrents that the running engine makes, end some'],
	['tortui set ID ...', 'change limits, label, seeding goal and order of torrents'],
	['tortui files|peers|trackers|pieces ID', 'show what is theirs; choose, add, remove, ban'],
	['tortui move|rename|verify-again ID ...', 'move their files, name one otherwise, hash them again'],
	['tortui queue|limits|slow', 'show and change who starts first, how much, how fast'],
	['tortui feeds', 'look at RSS and Atom feeds, and take what fits their rules'],
	['tortui web', 'show the screen in a browser'],
	['tortui import CLIENT', 'take over the torrents of another client'],
	['tortui share DIR', 'share everything in a folder, each entry as a torrent'],
	['tortui search WORDS', 'find what others share through a tracker with a catalogue, and get it'],
	['tortui users [NAME]', 'show who shares something there, or what somebody shares'],
	['tortui shared|nick', 'show what you share there, and what you are called'],
	['tortui export ID', 'write the .torrent of one of them'],
	['tortui dht', 'show how the DHT of the running engine does'],
	['tortui blocklist', 'show the addresses it speaks to nobody of, read the list anew'],
	['tortui log', 'show what the running engine says; -f: and goes on to say'],
	['tortui pause|resume ID ...', 'hold torrents, let them go on (all: every one)'],
	['tortui remove ID ...', 'forget torrents; --with-data deletes their files too'],
	['tortui restart', 'put an engine of this version in the place of the one that runs'],
	['tortui stop', 'stop the running engine'],
	['tortui doctor', 'look at port, DNS, disk and all else, and say what to do'],
	['tortui config', 'tell where the config file is, and what is in force'],
	['tortui completion SHELL', 'print a script that completes words in bash, zsh or fish'],
];

/** As wide as a page is where nobody knows how wide the terminal is. */
const usualWidth = 79;

/** The width for text on a terminal with so many columns; undefined: on none. */
export function helpWidth(columns: number | undefined): number {
	return columns === undefined || columns <= 0 ? usualWidth : Math.min(Math.max(columns - 1, 40), 110);
}

/** Two columns; what does not fit the first has a line of its own. */
function columns(rows: ReadonlyArray<readonly [string, string]>, width: number): string[] {
	const left = Math.min(30, Math.floor(width / 2), Math.max(...rows.map(([first]) => first.length)));
	return rows.flatMap(([first, second]) => {
		const [line = '', ...more] = wrap(second, width - left - 4);
		const rest = more.map(part => `${' '.repeat(left + 4)}${part}`);
		return first.length > left
			? [`  ${first}`, `${' '.repeat(left + 4)}${line}`, ...rest]
			: [`  ${first.padEnd(left)}  ${line}`, ...rest];
	});
}

function optionRows(options: Options): Array<readonly [string, string]> {
	const shown = Object.entries(options).filter(([, option]) => !('hidden' in option));
	const rows = shown.map(([key, option]) => {
		const value = option.kind === 'value' || option.kind === 'list' ? ` ${option.value}` : '';
		const short = option.short ? `-${option.short}, ` : '    ';
		const standard = 'standard' in option && option.standard !== undefined ? ` (${option.standard})` : '';
		return [`${short}${optionLabel(key, options)}${value}`, `${option.help}${standard}`] as const;
	});
	return [...rows, ['-h, --help', 'this text']];
}

function exampleLines(rows: readonly Example[], width: number): string[] {
	const left = Math.max(...rows.map(([line]) => line.length));
	const isWide = rows.every(([, what]) => left + what.length + 4 <= width);
	return rows.flatMap(([line, what]) =>
		isWide
			? [`  ${line.padEnd(left)}  ${what}`]
			: [`  ${line}`, ...wrap(what, width - 6).map(part => `      ${part}`)],
	);
}

/** Paragraphs with an empty line between those that are prose. */
function prose(lines: readonly string[], width: number): string[] {
	return paragraphs(lines).flatMap((text, at) =>
		text.startsWith(' ') ? [text] : [...(at > 0 ? [''] : []), ...wrap(text, width)],
	);
}

/** The help of one command, in lines of at most so many cells. */
export function commandHelp(command: Command, width = usualWidth): string {
	return [
		...wrap(command.summary, width),
		'',
		'Usage',
		...command.usage.map(line => `  tortui ${line}`),
		'',
		'Options',
		...columns(optionRows(command.options), width),
		...(command.notes ? ['', ...prose(command.notes, width)] : []),
		'',
		'Examples',
		...exampleLines(examples[command.name as Verb] ?? [], width),
		'',
	].join('\n');
}

/** The help of the program: every verb, and the options of the session. */
export function generalHelp(session: Command, width = usualWidth): string {
	return [
		'A BitTorrent client for the terminal.',
		'',
		'Usage',
		...columns(verbs, width),
		'',
		...prose(
			[
				'TORRENT is a .torrent file, an http(s) URL of one, a magnet link (in quotes, for',
				'the shell) or an info-hash; - reads a .torrent from standard input.',
			],
			width,
		),
		'',
		'Options of the session, get and seed',
		...columns([...optionRows(session.options), ['    --version', 'the version of tortui']], width),
		'',
		...prose(selectionNotes, width),
		'',
		'Examples',
		...exampleLines([...examples.session, examples.get[0]!, examples.seed[0]!, examples.demo[0]!], width),
		'',
		...prose(
			[
				'tortui COMMAND --help tells what a command takes; man tortui has all of it.',
				'Options that are not given come from the config file: tortui config.',
				'',
				'Exit status: 0 done, 1 failed, 2 wrong usage, 3 not a valid torrent or magnet',
				'link, 4 verify found data missing or wrong, 130 interrupted.',
			],
			width,
		),
		'',
	].join('\n');
}
