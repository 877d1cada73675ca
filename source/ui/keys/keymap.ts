import type {View} from '../model/view.js';
import type {KeyDescription, Place} from './key-record.js';

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
	table: readonly KeyDescription[],
	own: Readonly<Record<string, unknown>>,
): string | undefined {
	for (const [command, value] of Object.entries(own)) {
		if (!table.some(record => record.name === command))
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
export function rebind<Entry extends KeyDescription>(
	table: readonly Entry[],
	own: Readonly<Record<string, readonly string[]>>,
): readonly Entry[] {
	const given = new Map<Entry, readonly string[]>();
	for (const record of table) {
		const keys = keysOf(own[record.name]);
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

/** What decides which places count. */
type Where = Pick<View, 'screen' | 'pane'> & Partial<Pick<View, 'sessionPart'>>;

/** Places that count now, the nearest first. */
export function places({screen, pane, sessionPart}: Where): readonly Place[] {
	if (screen === 'session') {
		return sessionPart === 'log'
			? ['log', 'list', 'session', 'anywhere']
			: ['session', 'list', 'torrent', 'anywhere'];
	}
	if (screen !== 'torrent') return [screen, 'list', 'anywhere'];
	return pane === 'pieces' || pane === 'speed'
		? [pane, 'torrent', 'anywhere']
		: [pane, 'list', 'torrent', 'anywhere'];
}

/** The records that work where somebody is, the nearest first. */
export function recordsHere<Entry extends KeyDescription>(
	table: readonly Entry[],
	view: Where,
): readonly Entry[] {
	const result: Entry[] = [];
	for (const place of places(view)) {
		for (const record of table) {
			if (view.screen !== 'torrent' && record.onPanes) continue;
			if (record.where.includes(place) && !result.includes(record)) result.push(record);
		}
	}
	return result;
}

/** What a key does here: the record of the nearest place that knows it. */
export function lookup<Entry extends KeyDescription>(
	table: readonly Entry[],
	key: string,
	view: Where,
): Entry | undefined {
	return recordsHere(table, view).find(record => record.keys.includes(key));
}
