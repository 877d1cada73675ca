import {join} from 'node:path';
import type {Bytes, Seconds} from '../../base/units.js';
import {DayTotals} from '../../policy/rates/day-totals.js';
import type {StorageFailure} from '../disk/storage.js';
import {failureOf} from '../disk/storage-failure.js';
import {readRegularFile} from '../files/regular-file.js';
import {replaceFile} from '../files/replace-file.js';

const ceiling: Bytes = 16 << 20;
const version = 1;

/** What one torrent has moved, and how long it has run, in all sessions. */
export interface TorrentTotals {
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
	readonly wasted: Bytes;
	readonly activeTime: Seconds;
	readonly seedingTime: Seconds;
}

/** The same of all together, and of each by its id. */
export interface SavedTotals {
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
	readonly torrents: ReadonlyMap<string, TorrentTotals>;
	/** What was moved by day. */
	readonly days: DayTotals;
}

/** Totals in the file `totals.json` of the state folder. Nothing depends on them: what cannot be read is not known. */
export class TotalsStore {
	readonly #path: string;
	readonly #failed: (failure: StorageFailure) => void;
	#saidFailure = false;
	/** What is there is of a later version of the program, and stays as it is. */
	#isLater = false;

	/**
	 * @param stateDir absolute
	 * @param failed told once why totals cannot be kept
	 */
	constructor(stateDir: string, failed: (failure: StorageFailure) => void) {
		this.#path = join(stateDir, 'totals.json');
		this.#failed = failed;
	}

	/** What was saved last; undefined when there is nothing that can be read. */
	async load(): Promise<SavedTotals | undefined> {
		const saved = await this.#read();
		if (saved === undefined) return undefined;
		const {downloaded, uploaded, torrents, days} = saved;
		const known = new Map<string, TorrentTotals>();
		if (typeof torrents === 'object' && torrents !== null)
			for (const [id, totals] of Object.entries(torrents))
				if (Array.isArray(totals)) known.set(id, unpack(totals));
		return {
			downloaded: count(downloaded),
			uploaded: count(uploaded),
			torrents: known,
			days: DayTotals.from(days),
		};
	}

	/** Answers whether it is on the disk. */
	async save({downloaded, uploaded, torrents, days}: SavedTotals): Promise<boolean> {
		if (this.#isLater) return false;
		const packed = Object.fromEntries([...torrents].map(([id, totals]) => [id, pack(totals)]));
		const text = JSON.stringify({version, downloaded, uploaded, days: days.export(), torrents: packed});
		try {
			await replaceFile(this.#path, new TextEncoder().encode(text));
			this.#saidFailure = false;
			return true;
		} catch (error) {
			if (!this.#saidFailure) this.#failed(failureOf(error, this.#path));
			this.#saidFailure = true;
			return false;
		}
	}

	async #read(): Promise<Record<string, unknown> | undefined> {
		try {
			const bytes = await readRegularFile(this.#path, ceiling);
			const value: unknown = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
			if (typeof value !== 'object' || value === null || !('version' in value)) return undefined;
			this.#isLater = typeof value.version === 'number' && value.version > version;
			return value.version === version ? (value as Record<string, unknown>) : undefined;
		} catch {
			// What resume data says is as good but for the last half minute.
			return undefined;
		}
	}
}

function pack({downloaded, uploaded, wasted, activeTime, seedingTime}: TorrentTotals): number[] {
	return [downloaded, uploaded, wasted, Math.round(activeTime), Math.round(seedingTime)];
}

function unpack(totals: readonly unknown[]): TorrentTotals {
	const [downloaded = 0, uploaded = 0, wasted = 0, activeTime = 0, seedingTime = 0] = totals.map(count);
	return {downloaded, uploaded, wasted, activeTime, seedingTime};
}

function count(value: unknown): number {
	return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}
