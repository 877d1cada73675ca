import type {PaneName} from './layout.js';

/** Where a key works: in one pane, on the session screen, in any list, for a torrent (shown or under the cursor), or anywhere. */
export type Place = PaneName | 'session' | 'list' | 'torrent' | 'anywhere';

/** What the key table asks of the screen to label its keys and to say why one does not work now. */
export interface KeyContext {
	readonly screen: 'torrent' | 'session';
	readonly pane: PaneName;
	/** Whether there is a torrent that the key would act on, and how it stands. */
	readonly torrent: boolean;
	readonly paused: boolean;
	/** Whether the file under the cursor is wanted. */
	readonly wanted: boolean;
	readonly folder: boolean;
	readonly removals: number;
	readonly slow: boolean;
	readonly sequential: boolean;
	readonly searched: boolean;
}

/** One row of the key table: dispatch, footer, help screen and the README's table are all made from it. */
export interface KeyRecord {
	/** Name of the action, also for `:` and for rebinding. */
	readonly command: string;
	readonly keys: readonly string[];
	readonly where: readonly Place[];
	/** For the footer: a word or two. */
	readonly label: string | ((context: KeyContext) => string);
	/** For the help screen: a sentence without its full stop. */
	readonly help: string;
	readonly group:
		| 'Moving'
		| 'Screen'
		| 'Torrent'
		| 'Files'
		| 'Peers and trackers'
		| 'Pieces and speed'
		| 'Leaving';
	/** Place in the footer, 1 first; absent: not in the footer. */
	readonly footer?: number;
	/** Why the key does nothing now, in words. */
	readonly disabled?: (context: KeyContext) => string | undefined;
}

const needsTorrent = ({torrent}: KeyContext) =>
	torrent ? undefined : 'There is no torrent here: press a to add one.';

/** The key table. */
export const keyTable: readonly KeyRecord[] = [
	{
		command: 'pause',
		keys: ['p'],
		where: ['torrent'],
		label: c => (c.paused ? 'resume' : 'pause'),
		help: 'Pause the torrent, or let it go on',
		group: 'Torrent',
		footer: 1,
		disabled: needsTorrent,
	},
	{
		command: 'fold',
		keys: ['enter', 'right', 'l', 'left', 'h'],
		where: ['files'],
		label: 'fold',
		help: 'Fold or unfold the folder',
		group: 'Files',
		footer: 7,
	},
	{
		command: 'file-wanted',
		keys: ['space'],
		where: ['files'],
		label: c => (c.wanted ? 'skip' : 'want'),
		help: 'Want the file or folder (or the marked ones), or skip it',
		group: 'Files',
		footer: 2,
	},
	{
		command: 'file-more',
		keys: ['+', '='],
		where: ['files'],
		label: '',
		help: 'Raise the priority: skip, low, normal, high, first',
		group: 'Files',
	},
	{
		command: 'file-less',
		keys: ['-'],
		where: ['files'],
		label: 'priority',
		help: 'Lower the priority',
		group: 'Files',
		footer: 3,
	},
	{
		command: 'mark-file',
		keys: ['x'],
		where: ['files'],
		label: 'mark',
		help: 'Mark the file or folder; Space, + and - then act on all that is marked',
		group: 'Files',
		footer: 8,
	},
	{
		command: 'mark-all',
		keys: ['A'],
		where: ['files', 'session'],
		label: 'mark all',
		help: 'Mark everything shown, or nothing',
		group: 'Files',
	},
	{
		command: 'file-rule',
		keys: ['*'],
		where: ['files'],
		label: 'rule',
		help: 'Set many files at once by a rule: *.mkv, >100M, /sample/i',
		group: 'Files',
		footer: 6,
	},
	{
		command: 'fold-all',
		keys: ['z'],
		where: ['files'],
		label: 'fold all',
		help: 'Fold or unfold all folders',
		group: 'Files',
	},
	{
		command: 'open-file',
		keys: ['o'],
		where: ['files'],
		label: 'open file',
		help: 'Open a finished file with its program',
		group: 'Files',
	},
	{
		command: 'sequential',
		keys: ['e'],
		where: ['files', 'pieces'],
		label: c => (c.sequential ? 'any order' : 'in order'),
		help: 'Download pieces in order, or rarest first',
		group: 'Files',
	},
	{
		command: 'peer-add',
		keys: ['A'],
		where: ['peers'],
		label: 'add peer',
		help: 'Connect to a peer at an address',
		group: 'Peers and trackers',
		footer: 9,
	},
	{
		command: 'peer-kick',
		keys: ['K'],
		where: ['peers'],
		label: 'kick',
		help: 'Disconnect the peer',
		group: 'Peers and trackers',
		footer: 7,
	},
	{
		command: 'peer-ban',
		keys: ['B'],
		where: ['peers'],
		label: 'ban',
		help: 'Disconnect the peer and never connect to it again',
		group: 'Peers and trackers',
		footer: 8,
	},
	{
		command: 'tracker-add',
		keys: ['A'],
		where: ['trackers'],
		label: 'add tracker',
		help: 'Add a tracker',
		group: 'Peers and trackers',
		footer: 3,
	},
	{
		command: 'tracker-remove',
		keys: ['X', 'delete'],
		where: ['trackers'],
		label: 'remove',
		help: 'Remove the tracker',
		group: 'Peers and trackers',
		footer: 4,
	},
	{
		command: 'inspect',
		keys: ['enter', 'space'],
		where: ['pieces'],
		label: 'look into',
		help: 'Say what the cell under the cursor holds, and who has it',
		group: 'Pieces and speed',
		footer: 2,
	},
	{
		command: 'next-missing',
		keys: ['n'],
		where: ['pieces'],
		label: 'next missing',
		help: 'Go to the next cell that is not complete',
		group: 'Pieces and speed',
		footer: 3,
	},
	{
		command: 'range-shorter',
		keys: ['['],
		where: ['torrent', 'session'],
		label: '',
		help: 'Show a shorter time in the speed graph, down to a minute',
		group: 'Pieces and speed',
	},
	{
		command: 'range-longer',
		keys: [']'],
		where: ['torrent', 'session'],
		label: '[ ] range',
		help: 'Show a longer time in the speed graph, up to 24 hours',
		group: 'Pieces and speed',
	},

	{
		command: 'open',
		keys: ['enter', 'right', 'l'],
		where: ['session'],
		label: 'open',
		help: 'Open the torrent under the cursor',
		group: 'Moving',
		footer: 2,
		disabled: needsTorrent,
	},
	{
		command: 'mark',
		keys: ['space'],
		where: ['session'],
		label: 'mark',
		help: 'Mark the torrent; keys then act on all that are marked',
		group: 'Torrent',
		footer: 6,
		disabled: needsTorrent,
	},
	{
		command: 'queue-up',
		keys: ['K'],
		where: ['session'],
		label: '',
		help: 'Move the torrent up in the queue',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'queue-down',
		keys: ['J'],
		where: ['session'],
		label: 'queue',
		help: 'Move the torrent down in the queue',
		group: 'Torrent',
		disabled: needsTorrent,
	},

	{
		command: 'next-pane',
		keys: ['tab'],
		where: ['torrent'],
		label: 'pane',
		help: 'Go to the next pane',
		group: 'Moving',
		footer: 4,
	},
	{
		command: 'previous-pane',
		keys: ['shift-tab'],
		where: ['torrent'],
		label: 'pane back',
		help: 'Go to the previous pane',
		group: 'Moving',
	},
	{
		command: 'pane',
		keys: ['1', '2', '3', '4', '5', '6'],
		where: ['torrent'],
		label: 'pane',
		help: 'Go to a pane by its number',
		group: 'Moving',
	},
	{command: 'up', keys: ['up', 'k'], where: ['anywhere'], label: 'up', help: 'Up', group: 'Moving'},
	{command: 'down', keys: ['down', 'j'], where: ['anywhere'], label: 'down', help: 'Down', group: 'Moving'},
	{
		command: 'left',
		keys: ['left', 'h'],
		where: ['pieces'],
		label: 'left',
		help: 'Left, on the grid of pieces',
		group: 'Moving',
	},
	{
		command: 'right',
		keys: ['right', 'l'],
		where: ['pieces'],
		label: 'right',
		help: 'Right, on the grid of pieces',
		group: 'Moving',
	},
	{
		command: 'page-up',
		keys: ['pageup', 'ctrl-b'],
		where: ['anywhere'],
		label: 'page up',
		help: 'A page up',
		group: 'Moving',
	},
	{
		command: 'page-down',
		keys: ['pagedown', 'ctrl-f'],
		where: ['anywhere'],
		label: 'page down',
		help: 'A page down',
		group: 'Moving',
	},
	{
		command: 'top',
		keys: ['g', 'home'],
		where: ['anywhere'],
		label: 'top',
		help: 'To the first row',
		group: 'Moving',
	},
	{
		command: 'bottom',
		keys: ['G', 'end'],
		where: ['anywhere'],
		label: 'bottom',
		help: 'To the last row',
		group: 'Moving',
	},
	{
		command: 'back',
		keys: ['esc'],
		where: ['anywhere'],
		label: 'list',
		help: 'Clear the filter, or go back to the list of torrents',
		group: 'Moving',
		footer: 14,
	},
	{
		command: 'search',
		keys: ['/'],
		where: ['list'],
		label: 'find',
		help: 'Search the list as you type',
		group: 'Moving',
		footer: 10,
	},
	{
		command: 'search-next',
		keys: ['n'],
		where: ['list'],
		label: 'next',
		help: 'Go to the next match',
		group: 'Moving',
	},
	{
		command: 'search-previous',
		keys: ['N'],
		where: ['list'],
		label: 'previous',
		help: 'Go to the previous match',
		group: 'Moving',
	},
	{
		command: 'filter',
		keys: ['f'],
		where: ['list'],
		label: 'filter',
		help: 'Show only rows that hold some text',
		group: 'Moving',
		footer: 13,
	},
	{
		command: 'sort',
		keys: ['s'],
		where: ['list'],
		label: 'sort',
		help: 'Choose what the list is sorted by',
		group: 'Moving',
		footer: 9,
	},
	{
		command: 'sort-reverse',
		keys: ['S'],
		where: ['list'],
		label: 'reverse',
		help: 'Turn the order round',
		group: 'Moving',
	},

	{
		command: 'grow',
		keys: ['+', '=', 'w'],
		where: ['torrent'],
		label: 'grow',
		help: 'Give the pane most of the screen, then all of it',
		group: 'Screen',
		footer: 5,
	},
	{
		command: 'shrink',
		keys: ['_', '-'],
		where: ['torrent'],
		label: 'shrink',
		help: 'Give the pane less room again',
		group: 'Screen',
	},
	{
		command: 'density',
		keys: ['C'],
		where: ['torrent'],
		label: 'density',
		help: 'Show all panes, one pane below two strips, or one pane alone',
		group: 'Screen',
	},
	{
		command: 'details',
		keys: ['i'],
		where: ['torrent'],
		label: 'details',
		help: 'Show all that is known of the torrent',
		group: 'Torrent',
		footer: 12,
		disabled: needsTorrent,
	},
	{
		command: 'add',
		keys: ['a'],
		where: ['anywhere'],
		label: 'add',
		help: 'Add a torrent: a path, a URL or a magnet link (or just paste it)',
		group: 'Torrent',
		footer: 11,
	},
	{
		command: 'remove',
		keys: ['d'],
		where: ['torrent'],
		label: 'remove',
		help: 'Remove the torrent from the list, keep its data (u takes it back for 15 s)',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'remove-data',
		keys: ['D'],
		where: ['torrent'],
		label: 'remove with data',
		help: 'Remove the torrent and delete its data (asks; u takes it back for 15 s)',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'undo',
		keys: ['u'],
		where: ['anywhere'],
		label: 'undo',
		help: 'Take the last removal back',
		group: 'Torrent',
		disabled: c => (c.removals > 0 ? undefined : 'There is nothing to undo.'),
	},
	{
		command: 'verify',
		keys: ['v'],
		where: ['torrent'],
		label: 'verify',
		help: 'Hash what is on disk again',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'reannounce',
		keys: ['r'],
		where: ['torrent'],
		label: 'reannounce',
		help: 'Ask the trackers for peers now',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'limits',
		keys: ['L'],
		where: ['torrent'],
		label: 'limits',
		help: 'Limit the speed, or how long it seeds',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'label',
		keys: ['b'],
		where: ['torrent'],
		label: 'label',
		help: 'Give the torrent a label',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'move',
		keys: ['m'],
		where: ['torrent'],
		label: 'move',
		help: 'Move the data to another folder',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'copy',
		keys: ['c'],
		where: ['torrent'],
		label: 'copy magnet',
		help: 'Copy the magnet link to the clipboard, also over SSH',
		group: 'Torrent',
		footer: 15,
		disabled: needsTorrent,
	},
	{
		command: 'super-seed',
		keys: ['ctrl-s'],
		where: ['torrent'],
		label: 'super-seed',
		help: 'Give every peer other pieces while seeding (BEP 16)',
		group: 'Torrent',
		disabled: needsTorrent,
	},
	{
		command: 'pause-all',
		keys: ['P'],
		where: ['anywhere'],
		label: 'pause all',
		help: 'Pause all torrents, or let all go on',
		group: 'Torrent',
	},
	{
		command: 'slow',
		keys: ['t'],
		where: ['anywhere'],
		label: c => (c.slow ? 'full speed' : 'slow mode'),
		help: 'Slow mode: the alternative limits, for all torrents',
		group: 'Torrent',
	},
	{
		command: 'session-limits',
		keys: ['ctrl-t'],
		where: ['anywhere'],
		label: 'all limits',
		help: 'Limit the speed of all torrents together',
		group: 'Torrent',
	},

	{
		command: 'settings',
		keys: [','],
		where: ['anywhere'],
		label: 'settings',
		help: 'Theme, frames, bell, notifications',
		group: 'Screen',
	},
	{
		command: 'theme',
		keys: ['T'],
		where: ['anywhere'],
		label: 'theme',
		help: 'The next theme (`:theme NAME` for one of them)',
		group: 'Screen',
	},
	{
		command: 'command-line',
		keys: [':'],
		where: ['anywhere'],
		label: 'command',
		help: 'Type a command: every action here has a name',
		group: 'Screen',
	},
	{
		command: 'redraw',
		keys: ['ctrl-l'],
		where: ['anywhere'],
		label: 'redraw',
		help: 'Draw the screen anew',
		group: 'Screen',
	},
	{
		command: 'help',
		keys: ['?', 'f1'],
		where: ['anywhere'],
		label: 'help',
		help: 'This help',
		group: 'Screen',
		footer: 1.5,
	},
	{
		command: 'suspend',
		keys: ['ctrl-z'],
		where: ['anywhere'],
		label: 'suspend',
		help: 'Back to the shell; fg returns',
		group: 'Leaving',
	},
	{
		command: 'quit',
		keys: ['q', 'ctrl-c'],
		where: ['anywhere'],
		label: 'leave',
		help: 'Leave: asks whether downloads go on when something is at work',
		group: 'Leaving',
		footer: 16,
	},
	{
		command: 'detach',
		keys: ['Q'],
		where: ['anywhere'],
		label: 'detach',
		help: 'Leave at once, downloads go on',
		group: 'Leaving',
	},
];

/** The table with a person's own keys in place: command to keys. A key given to one command leaves the others there. */
export function rebind(
	table: readonly KeyRecord[],
	own: Readonly<Record<string, readonly string[]>>,
): readonly KeyRecord[] {
	const given = new Map<KeyRecord, readonly string[]>();
	for (const record of table) {
		const keys = own[record.command];
		if (Array.isArray(keys) && keys.every(key => typeof key === 'string')) given.set(record, keys);
	}
	if (given.size === 0) return table;
	return table.map(record => {
		const keys = given.get(record);
		if (keys) return {...record, keys};
		const taken = [...given].filter(([other]) => other.where.some(place => record.where.includes(place)));
		return {...record, keys: record.keys.filter(key => !taken.some(([, others]) => others.includes(key)))};
	});
}

/** Places that count now, the nearest first. */
export function places({screen, pane}: Pick<KeyContext, 'screen' | 'pane'>): readonly Place[] {
	if (screen === 'session') return ['session', 'list', 'torrent', 'anywhere'];
	return pane === 'pieces' || pane === 'speed'
		? [pane, 'torrent', 'anywhere']
		: [pane, 'list', 'torrent', 'anywhere'];
}

const paneOnly = new Set(['next-pane', 'previous-pane', 'pane', 'grow', 'shrink', 'density']);

/** The records that work where somebody is, the nearest first. */
export function recordsHere(
	table: readonly KeyRecord[],
	context: Pick<KeyContext, 'screen' | 'pane'>,
): readonly KeyRecord[] {
	const result: KeyRecord[] = [];
	for (const place of places(context)) {
		for (const record of table) {
			if (context.screen === 'session' && paneOnly.has(record.command)) continue;
			if (record.where.includes(place) && !result.includes(record)) result.push(record);
		}
	}
	return result;
}

/** What a key does here: the record of the nearest place that knows it. */
export function lookup(
	table: readonly KeyRecord[],
	key: string,
	context: Pick<KeyContext, 'screen' | 'pane'>,
): KeyRecord | undefined {
	return recordsHere(table, context).find(record => record.keys.includes(key));
}

const shownNames: Readonly<Record<string, string>> = {
	up: '↑',
	down: '↓',
	left: '←',
	right: '→',
	enter: 'Enter',
	esc: 'Esc',
	tab: 'Tab',
	'shift-tab': 'S-Tab',
	space: 'Space',
	pageup: 'PgUp',
	pagedown: 'PgDn',
	home: 'Home',
	end: 'End',
	delete: 'Del',
	f1: 'F1',
};

/** A key as it is written for people. */
export function keyName(key: string, ascii = false): string {
	if (ascii && ['up', 'down', 'left', 'right'].includes(key)) return key[0]?.toUpperCase() + key.slice(1);
	return shownNames[key] ?? (key.startsWith('ctrl-') ? `Ctrl-${key.slice(5).toUpperCase()}` : key);
}

/** The groups of the help screen, in order. */
export const keyGroups = [
	'Torrent',
	'Files',
	'Peers and trackers',
	'Pieces and speed',
	'Moving',
	'Screen',
	'Leaving',
] as const satisfies ReadonlyArray<KeyRecord['group']>;

/** The key table in Markdown, for the README. */
export function keyTableMarkdown(table: readonly KeyRecord[] = keyTable): string {
	const lines: string[] = [];
	for (const group of keyGroups) {
		lines.push(`**${group}**`, '', '| key | what it does |', '| --- | --- |');
		for (const record of table) {
			if (record.group !== group || record.keys.length === 0) continue;
			const keys = record.keys.map(key => `\`${keyName(key)}\``).join(' ');
			const where = record.where.filter(
				place => place !== 'anywhere' && place !== 'torrent' && place !== 'list',
			);
			const limited =
				where.length > 0
					? ` (${where.map(place => (place === 'session' ? 'list of torrents' : place)).join(', ')})`
					: '';
			lines.push(`| ${keys.replaceAll('|', '\\|')} | ${record.help.replaceAll('|', '\\|')}${limited} |`);
		}
		lines.push('');
	}
	return lines.join('\n');
}
