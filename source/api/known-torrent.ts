import type {Bytes, Millis, Seconds} from '../base/units.js';

/**
 * What another program, or another engine, knew of a torrent, for one that takes it over from there. Everything may be
 * left out. What it says of data counts as what an engine's own earlier session noted: only as far as the files are still
 * as they were.
 */
export interface KnownTorrent {
	/** The pieces that are on disk: base64, a bit each, the highest bit of the first byte first. */
	readonly have?: string;
	/** What each file was when that held; null where it is not there, or not known: what is in it then is hashed. */
	readonly stamps?: ReadonlyArray<readonly [size: Bytes, mtime: Millis] | null>;
	/** Blocks of 16 KiB that are on disk, of pieces that are not whole: base64, a bit each. */
	readonly partials?: ReadonlyArray<readonly [piece: number, blocks: string]>;
	/** Bytes that are in none of the files, for these are not wanted: base64, and where they stand in the stream of pieces. */
	readonly parts?: ReadonlyArray<readonly [position: Bytes, bytes: string]>;
	/** Files that have another path below the torrent's folder than it says. */
	readonly renamed?: ReadonlyArray<readonly [file: number, path: readonly string[]]>;
	/** What becomes of files when everything that is wanted is there. */
	readonly whenComplete?: WhenComplete;
	/** Tiers of trackers, instead of those of the .torrent. */
	readonly trackers?: ReadonlyArray<readonly string[]>;
	/** HTTP servers that have its files, besides those of its .torrent. */
	readonly webSeeds?: readonly string[];
	/** Milliseconds since 1970. */
	readonly addedAt?: Millis;
	readonly completedAt?: Millis;
	/** Over its whole life. */
	readonly downloaded?: Bytes;
	readonly uploaded?: Bytes;
	readonly activeTime?: Seconds;
	readonly seedingTime?: Seconds;
	readonly superSeeding?: boolean;
	/** Its place in the queue, 1 for the first; the last when left out. */
	readonly queue?: number;
}

/** Where files go when everything that is wanted of a torrent is there, and how they are called then; done once. */
export interface WhenComplete {
	/** Absolute; where they are when left out. */
	readonly dir?: string | undefined;
	/** Names in the folder they are in. */
	readonly names?: ReadonlyArray<readonly [file: number, name: string]> | undefined;
}

type Check = (value: unknown) => boolean;

const text: Check = value => typeof value === 'string';
const amount: Check = value =>
	typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const count: Check = value => Number.isSafeInteger(value) && (value as number) >= 0;
/** No torrent has more files or pieces. */
const most = 3_000_000;
const listOf =
	(check: Check): Check =>
	value =>
		Array.isArray(value) && value.length <= most && value.every(check);
const pair =
	(first: Check, second: Check): Check =>
	value =>
		Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);

const completeChecks: Readonly<Record<keyof WhenComplete, Check>> = {
	dir: text,
	names: listOf(pair(count, text)),
};

const checks: Readonly<Record<keyof KnownTorrent, Check>> = {
	have: text,
	stamps: listOf(value => value === null || pair(amount, amount)(value)),
	partials: listOf(pair(count, text)),
	parts: listOf(pair(count, text)),
	renamed: listOf(pair(count, value => listOf(text)(value) && (value as unknown[]).length > 0)),
	whenComplete: value => fits(value, completeChecks),
	trackers: listOf(listOf(text)),
	webSeeds: listOf(text),
	addedAt: amount,
	completedAt: amount,
	downloaded: amount,
	uploaded: amount,
	activeTime: amount,
	seedingTime: amount,
	superSeeding: value => typeof value === 'boolean',
	queue: value => count(value) && (value as number) > 0,
};

function fits(value: unknown, shape: Readonly<Record<string, Check>>): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	const fields = value as Readonly<Record<string, unknown>>;
	return Object.entries(shape).every(([name, check]) => fields[name] === undefined || check(fields[name]));
}

/** Whether something is what was known of a torrent, as far as its form goes. */
export function isKnownTorrent(value: unknown): value is KnownTorrent {
	return fits(value, checks);
}
