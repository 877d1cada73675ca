import {join} from 'node:path';
import type {Bytes, Millis} from '../../base/units.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import {failureOf} from '../../io/disk/storage-failure.js';
import {readRegularFile} from '../../io/files/regular-file.js';
import {replaceFile} from '../../io/files/replace-file.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SessionService} from './session-service.js';
import type {SessionStats} from './session-stats.js';

/**
 * An engine that is killed loses no more than the totals of this time. One small file for all torrents: resume data,
 * which holds them too, costs a look at every file of the torrent, and is written three times less often.
 */
const saveTime: Millis = 10_000;
/** Time alone, while nothing is moved, is worth a write this often. */
const idleSaveTime: Millis = 300_000;
const ceiling: Bytes = 16 << 20;
const version = 1;

type TorrentTotals = readonly [
	downloaded: number,
	uploaded: number,
	wasted: number,
	active: number,
	seeding: number,
];

/** What has been moved in all sessions, by all torrents and by each, in `totals.json` of the state folder. */
export class TotalsStore implements SessionService {
	readonly #path: string;
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #stats: SessionStats;
	readonly #failed: (failure: StorageFailure) => void;
	#known = new Map<string, TorrentTotals>();
	#saved: Bytes = -1;
	#savedAt: Millis = Number.NEGATIVE_INFINITY;
	#writing: Promise<void> | undefined;
	#saidFailure = false;
	/** What is there is of a later version of the program, and stays as it is. */
	#isLater = false;

	/**
	 * @param stateDir absolute
	 * @param failed told once why totals cannot be kept
	 */
	constructor(
		stateDir: string,
		torrents: ReadonlyMap<string, Torrent>,
		traffic: SessionStats,
		failed: (failure: StorageFailure) => void,
	) {
		this.#path = join(stateDir, 'totals.json');
		this.#torrents = torrents;
		this.#stats = traffic;
		this.#failed = failed;
	}

	/** Takes up the totals of the session as a whole where they are later than what it knows. */
	async start(): Promise<void> {
		const saved = await this.#read();
		if (saved === undefined) return;
		const {downloaded, uploaded, torrents} = saved;
		this.#stats.atLeast(count(downloaded), count(uploaded));
		this.#saved = this.#stats.downloaded + this.#stats.uploaded;
		if (typeof torrents !== 'object' || torrents === null) return;
		for (const [id, totals] of Object.entries(torrents)) {
			if (!Array.isArray(totals)) continue;
			const [down, up, wasted, active, seeding] = totals.map(count);
			this.#known.set(id, [down ?? 0, up ?? 0, wasted ?? 0, active ?? 0, seeding ?? 0]);
		}
	}

	/** Takes up those of a torrent of the last session, after its resume data. */
	recall({id, stats}: Torrent): void {
		const totals = this.#known.get(id);
		if (totals === undefined) return;
		const [downloaded, uploaded, wasted, activeTime, seedingTime] = totals;
		stats.atLeast({downloaded, uploaded, wasted, activeTime, seedingTime});
	}

	/** Once a second: saves what has changed when it is time. */
	tick(now: Millis): void {
		const waited = now - this.#savedAt;
		const sum = this.#stats.downloaded + this.#stats.uploaded;
		const isDue = sum === this.#saved ? waited >= idleSaveTime && this.#isAnyActive() : waited >= saveTime;
		if (!isDue || this.#writing !== undefined) return;
		this.#savedAt = now;
		void this.#save();
	}

	/** Saves everything now. */
	stop(): Promise<void> {
		return this.#save();
	}

	#save(): Promise<void> {
		const before = this.#writing ?? Promise.resolve();
		const writing = before
			.then(() => this.#write())
			.finally(() => {
				if (this.#writing === writing) this.#writing = undefined;
			});
		this.#writing = writing;
		return writing;
	}

	/** Resolves when what is being saved is on the disk. */
	async settled(): Promise<void> {
		await this.#writing;
	}

	#isAnyActive(): boolean {
		for (const {active} of this.#torrents.values()) if (active) return true;
		return false;
	}

	async #write(): Promise<void> {
		if (this.#isLater) return;
		const {downloaded, uploaded} = this.#stats;
		const torrents: Record<string, TorrentTotals> = {};
		for (const {id, stats} of this.#torrents.values()) {
			const {activeTime, seedingTime} = stats;
			torrents[id] = [
				stats.downloaded,
				stats.uploaded,
				stats.wasted,
				Math.round(activeTime),
				Math.round(seedingTime),
			];
		}
		const text = JSON.stringify({version, downloaded, uploaded, torrents});
		try {
			await replaceFile(this.#path, new TextEncoder().encode(text));
			this.#saved = downloaded + uploaded;
			this.#saidFailure = false;
		} catch (error) {
			if (!this.#saidFailure) this.#failed(failureOf(error, this.#path));
			this.#saidFailure = true;
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

function count(value: unknown): number {
	return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}
