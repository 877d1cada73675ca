import type {LogLevel} from '../base/ports.js';
import type {Millis} from '../base/units.js';
import type {StateStore} from '../io/state-store.js';
import type {SessionMemory} from './session-memory.js';
import type {Torrent} from './torrent.js';
import type {Traffic} from './traffic.js';

const saveTime: Millis = 30_000;
/** Speeds are written down this often. */
const speedSaveTime: Millis = 300_000;

/** What is saved, and where. */
export interface Saved {
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly traffic: Traffic;
	readonly store: Pick<StateStore, 'save'>;
	/** Undefined when no speeds are to be kept. */
	readonly speeds: SessionMemory | undefined;
	readonly log: (level: LogLevel, text: string, torrent: string) => void;
}

/** Saves now and then what has changed since it was saved last. */
export class StateSaver {
	readonly #saved: Saved;
	/** By torrent: the revision of its memory. */
	readonly #revisions = new Map<string, number>();
	/** When a torrent whose speeds were saved had last moved anything. */
	readonly #moves = new Map<string, Millis>();
	#lastSave: Millis;
	#lastSpeedSave: Millis;

	constructor(saved: Saved, now: Millis) {
		this.#saved = saved;
		this.#lastSave = now;
		this.#lastSpeedSave = now;
	}

	/** Once a second. Answers whether it was time to save. */
	tick(now: Millis): boolean {
		if (now - this.#lastSave < saveTime) return false;
		this.#lastSave = now;
		void this.saveAll();
		if (now - this.#lastSpeedSave >= speedSaveTime) {
			this.#lastSpeedSave = now;
			void this.saveSpeeds();
		}
		return true;
	}

	async saveAll(): Promise<void> {
		for (const torrent of this.#saved.torrents.values()) await this.#save(torrent);
	}

	async #save(torrent: Torrent): Promise<void> {
		const {torrents, store, log} = this.#saved;
		if (this.#revisions.get(torrent.id) === torrent.memory.revision) return;
		this.#revisions.set(torrent.id, torrent.memory.revision);
		const memory = await torrent.rememberNow();
		// It may have been removed meanwhile.
		if (memory === undefined || torrents.get(torrent.id) !== torrent) return;
		const failure = await store.save(memory);
		if (failure !== undefined)
			log('error', `what is known of it is not saved: ${failure.message}`, torrent.id);
	}

	async saveSpeeds(): Promise<void> {
		const {torrents, speeds, traffic} = this.#saved;
		if (speeds === undefined) return;
		await speeds.save(traffic);
		for (const {id, record} of torrents.values()) {
			if (this.#moves.get(id) === record.movedAt) continue;
			this.#moves.set(id, record.movedAt);
			await speeds.saveTorrent(id, record.history);
		}
	}
}
