import type {Bytes, Millis} from '../../base/units.js';
import type {TorrentTotals, TotalsStore} from '../../io/state/totals-store.js';
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

/** Keeps what has been moved in all sessions, by all torrents and by each. */
export class Totals implements SessionService {
	readonly #store: TotalsStore;
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #stats: SessionStats;
	#known: ReadonlyMap<string, TorrentTotals> = new Map();
	#saved: Bytes = -1;
	#savedAt: Millis = Number.NEGATIVE_INFINITY;
	#writing: Promise<void> | undefined;

	constructor(store: TotalsStore, torrents: ReadonlyMap<string, Torrent>, stats: SessionStats) {
		this.#store = store;
		this.#torrents = torrents;
		this.#stats = stats;
	}

	/** Takes up the totals of the session as a whole where they are later than what it knows. */
	async start(): Promise<void> {
		const saved = await this.#store.load();
		if (saved === undefined) return;
		this.#stats.atLeast(saved.downloaded, saved.uploaded);
		this.#stats.days = saved.days;
		this.#saved = this.#stats.downloaded + this.#stats.uploaded;
		this.#known = saved.torrents;
	}

	/** Takes up those of a torrent of the last session, after its resume data. */
	recall({id, stats}: Torrent): void {
		const totals = this.#known.get(id);
		if (totals !== undefined) stats.atLeast(totals);
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

	/** Resolves when what is being saved is on the disk. */
	async settled(): Promise<void> {
		await this.#writing;
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

	#isAnyActive(): boolean {
		for (const {active} of this.#torrents.values()) if (active) return true;
		return false;
	}

	async #write(): Promise<void> {
		const {downloaded, uploaded, days} = this.#stats;
		const torrents = new Map<string, TorrentTotals>();
		for (const {id, stats} of this.#torrents.values()) torrents.set(id, stats);
		if (await this.#store.save({downloaded, uploaded, torrents, days})) this.#saved = downloaded + uploaded;
	}
}
