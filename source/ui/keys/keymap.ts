import type {Grow, PaneName} from '../look/layout.js';

/** Where a key works: in one pane, on the session screen, in any list, for a torrent (shown or under the cursor), or anywhere. */
export type Place = PaneName | 'session' | 'list' | 'torrent' | 'anywhere';

/** What the key table asks of the screen to label its keys and to say why one does not work now. */
export interface KeyContext {
	readonly screen: 'torrent' | 'session';
	readonly pane: PaneName;
	/** Whether there is a torrent that a key would act on, and whether all those it would act on stand still. */
	readonly torrent: boolean;
	readonly paused: boolean;
	/** Whether going on asks first: files that are none of the torrent's are in its way. */
	readonly inTheWay: boolean;
	/** Whether everything stands still. */
	readonly allPaused: boolean;
	readonly sequential: boolean;
	readonly superSeeding: boolean;
	/** Whether any of the files that a key would act on is wanted. */
	readonly wanted: boolean;
	/** What the cursor is on among the files. */
	readonly folder: boolean;
	readonly folded: boolean;
	readonly file: 'none' | 'unfinished' | 'finished';
	/** Whether what the cursor is on is marked, and how many are. */
	readonly marked: boolean;
	readonly marks: number;
	readonly foldedFolders: number;
	/** Whether the torrent's files are known. */
	readonly files: boolean;
	readonly peer: boolean;
	readonly tracker: 'none' | 'tracker' | 'other';
	/** How many cells the grid of pieces has. */
	readonly cells: number;
	readonly searched: boolean;
	/** What Esc takes back. */
	readonly back: 'filter' | 'marks' | 'cell' | 'grow' | 'list' | undefined;
	readonly removals: number;
	readonly slow: boolean;
	readonly groups: boolean;
	readonly grow: Grow;
	/** Whether the log shows details. */
	readonly details: boolean;
	/** Whether downloads go on when the screen is left. */
	readonly detachable: boolean;
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

/** The keys of one command as a config file has them: a list, or one alone. */
function keysOf(value: unknown): readonly string[] | undefined {
	const list = typeof value === 'string' ? [value] : value;
	if (!Array.isArray(list)) return undefined;
	return list.every(key => typeof key === 'string' && key !== '') ? (list as string[]) : undefined;
}

const named: ReadonlySet<string> = new Set([
	...['up', 'down', 'left', 'right', 'enter', 'esc', 'tab', 'shift-tab', 'space', 'backspace', 'delete'],
	...['pageup', 'pagedown', 'home', 'end', 'f1'],
]);

/** What is wrong with a person's own keys, in words; undefined when all of them mean something. */
export function keyProblem(
	table: readonly KeyRecord[],
	own: Readonly<Record<string, unknown>>,
): string | undefined {
	for (const [command, value] of Object.entries(own)) {
		if (!table.some(record => record.command === command))
			return `keys in the config file: there is no command “${command}”; ? lists them.`;
		const keys = keysOf(value);
		if (!keys) return `keys in the config file: “${command}” needs a list of keys, such as ["p", "ctrl-p"].`;
		const strange = keys.find(key => !named.has(key) && !/^ctrl-[a-z]$/.test(key) && [...key].length !== 1);
		if (strange !== undefined)
			return `keys in the config file: “${strange}” is no key; write p, P, ctrl-p, space, enter, f1 …`;
	}
	return undefined;
}

/** The table with a person's own keys in place: command to keys. A key given to one command leaves the others there. */
export function rebind(
	table: readonly KeyRecord[],
	own: Readonly<Record<string, readonly string[]>>,
): readonly KeyRecord[] {
	const given = new Map<KeyRecord, readonly string[]>();
	for (const record of table) {
		const keys = keysOf(own[record.command]);
		if (keys) given.set(record, keys);
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
export function keyTableMarkdown(table: readonly KeyRecord[]): string {
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
