import type {DepartedEntry} from '../../policy/sharing/departed-entries.js';
import type {KnownEntry} from '../../policy/sharing/known-entry.js';

/** What is kept over restarts, one thing a key; see `entryKey`, `departedKey` and `folderKey`. */
export type ShareRecord =
	| {readonly kind: 'entry'; readonly folder: string; readonly entry: KnownEntry}
	| {readonly kind: 'departed'; readonly departed: DepartedEntry}
	| ({readonly kind: 'folder'} & GivenSettings);

/** What the torrents of a folder were given last. */
export interface GivenSettings {
	readonly publish: boolean;
	/** Empty for none. */
	readonly label: string;
	readonly trackers: readonly string[];
}

export const entryKey = (folder: string, name: string): string => `e ${folder}\0${name}`;
export const departedKey = (id: string): string => `d ${id}`;
export const folderKey = (folder: string): string => `f ${folder}`;

type Loose = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isId = (value: unknown): value is string =>
	isText(value) && /^(?:[\da-f]{40}|[\da-f]{64})$/.test(value);
const states: ReadonlySet<unknown> = new Set(['adding', 'shared', 'foreign', 'declined']);

function isEntry(value: unknown): value is KnownEntry {
	if (typeof value !== 'object' || value === null) return false;
	const {name, look, inode, root, id, state, replaces, hashedAt, size} = value as Loose;
	return (
		[name, look, inode, root].every(isText) &&
		isId(id) &&
		states.has(state) &&
		(replaces === undefined || isId(replaces)) &&
		isNumber(hashedAt) &&
		isNumber(size)
	);
}

function isDeparted(value: unknown): value is DepartedEntry {
	if (typeof value !== 'object' || value === null) return false;
	const {folder, name, look, inode, id, at, size} = value as Loose;
	return [folder, name, look, inode].every(isText) && isId(id) && isNumber(at) && isNumber(size);
}

/** A record as it was written; undefined for what is none, as of a disk that forgets. */
export function asShareRecord(value: unknown): ShareRecord | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const record = value as Loose;
	switch (record['kind']) {
		case 'entry':
			return isText(record['folder']) && isEntry(record['entry']) ? (value as ShareRecord) : undefined;
		case 'departed':
			return isDeparted(record['departed']) ? (value as ShareRecord) : undefined;
		case 'folder': {
			const {publish, label, trackers} = record;
			const isWhole =
				typeof publish === 'boolean' && isText(label) && Array.isArray(trackers) && trackers.every(isText);
			return isWhole ? (value as ShareRecord) : undefined;
		}
		default:
			return undefined;
	}
}
