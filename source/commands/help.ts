import type {Command, Options} from './command.js';
import {optionLabel} from './parse-arguments.js';
import {selectionNotes} from './selection-notes.js';

/** Every verb with what it does, in the order people meet them. */
export const verbs: ReadonlyArray<readonly [usage: string, summary: string]> = [
	['tortui [options] [TORRENT ...]', 'open the full-screen session, adding each TORRENT first'],
	['tortui get TORRENT ...', 'download without a screen, exit when done'],
	['tortui seed PATH ...', 'make a torrent of PATH (or take TORRENT=PATH) and seed it'],
	['tortui create PATH', 'write a .torrent'],
	['tortui info TORRENT', 'show what a .torrent holds, or a magnet link says'],
	['tortui verify TORRENT DIR', 'hash the data on disk against the torrent'],
	['tortui tracker', 'run an HTTP and UDP tracker'],
	['tortui demo', 'show a swarm on this machine live: needs no network, no file'],
	['tortui attach', 'open the screen on the engine that already runs'],
	['tortui add TORRENT ...', 'hand torrents to the running engine'],
	['tortui list', 'list the torrents of the running engine'],
	['tortui pause|resume ID ...', 'hold torrents, let them go on (all: every one)'],
	['tortui remove ID ...', 'forget torrents; --with-data deletes their files too'],
	['tortui stop', 'stop the running engine'],
	['tortui config', 'tell where the config file is, and what is in force'],
	['tortui completion SHELL', 'print a script that completes words in bash, zsh or fish'],
];

const width = 79;

/** Text in lines no longer than `room`. */
function wrap(text: string, room: number): string[] {
	if (text.length <= room) return [text];
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > room) {
			lines.push(line);
			line = word;
		} else line = line === '' ? word : `${line} ${word}`;
	}
	return [...lines, line];
}

/** Two columns; what does not fit the first has a line of its own. */
function columns(rows: ReadonlyArray<readonly [string, string]>, widest: number): string[] {
	const left = Math.min(widest, Math.max(...rows.map(([first]) => first.length)));
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

/** The help of one command. */
export function commandHelp(command: Command): string {
	return [
		...wrap(command.summary, width),
		'',
		'Usage',
		...command.usage.map(line => `  tortui ${line}`),
		'',
		'Options',
		...columns(optionRows(command.options), 30),
		...(command.notes ? ['', ...command.notes.flatMap(note => wrap(note, width))] : []),
		'',
	].join('\n');
}

/** The help of the program: every verb, and the options of the session. */
export function generalHelp(session: Command): string {
	return [
		'A BitTorrent client for the terminal.',
		'',
		'Usage',
		...columns(verbs, 30),
		'',
		'TORRENT is a .torrent file or an http(s) URL of one; - reads one from standard',
		'input. Magnet links and info-hashes cannot be downloaded from yet.',
		'',
		'Options of the session, get and seed',
		...columns([...optionRows(session.options), ['    --version', 'the version of tortui']], 30),
		'',
		...selectionNotes,
		'',
		'tortui COMMAND --help tells what a command takes.',
		'Options that are not given come from the config file: tortui config.',
		'',
		'Exit status: 0 done, 1 failed, 2 wrong usage, 3 not a valid torrent or magnet',
		'link, 4 verify found data missing or wrong, 130 interrupted.',
		'',
	].join('\n');
}
