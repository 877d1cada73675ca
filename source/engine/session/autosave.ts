import type {LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import type {StatsStore} from '../../io/state/stats-store.js';
import type {StateStore} from '../../io/state/torrent-store.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SessionService} from './session-service.js';
import type {SessionStats} from './session-stats.js';

const saveTime: Millis = 30_000;
/** Torrents saved at a time of which a person has chosen something: a thousand paused at once are safe in seconds. */
const choicesAtATime = 8;
/** Torrents saved at a time when all are: more of them wait for the disk together, and no longer for each other. */
const savesAtTheEnd = 32;
/** Speeds are written down this often. */
const speedSaveTime: Millis = 300_000;

/** What is saved, and where. */
export interface AutosaveSetup {
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly traffic: SessionStats;
	readonly store: Pick<StateStore, 'save' | 'settled'>;
	/** Undefined when no speeds are to be kept. */
	readonly speeds: StatsStore | undefined;
	readonly log: (level: LogLevel, text: string, torrent: string) => void;
}

/** Saves now and then what has changed since it was saved last, and soon what people chose. */
export class Autosave implements SessionService {
	readonly #saved: AutosaveSetup;
	/** The revision of its memory that was saved. Of the torrent itself: one that is added again is another. */
	readonly #revisions = new WeakMap<Torrent, number>();
	/** Why a torrent could not be saved, said already. */
	readonly #failures = new WeakMap<Torrent, string>();
	/** When a torrent whose speeds were saved had last moved anything. */
	readonly #moves = new WeakMap<Torrent, Millis>();
	/** Of these a person has chosen something that is not on the disk. */
	#chosen = new Set<Torrent>();
	#isSavingChoices = false;
	/** Those that are on their way to the disk, and how often. */
	readonly #saving = new Map<Torrent, number>();
	#lastSave: Millis;
	#lastSpeedSave: Millis;
	#lastSpeeds: Promise<void> | undefined;

	constructor(saved: AutosaveSetup, now: Millis) {
		this.#saved = saved;
		this.#lastSave = now;
		this.#lastSpeedSave = now;
	}

	/** Once a second. */
	tick(now: Millis): void {
		for (const torrent of this.#saved.torrents.values()) {
			if (!this.#revisions.has(torrent)) this.#introduce(torrent);
		}
		if (this.#chosen.size > 0 && !this.#isSavingChoices) void this.#saveChoices();
		if (now - this.#lastSave < saveTime) return;
		this.#lastSave = now;
		void this.saveAll();
		if (now - this.#lastSpeedSave >= speedSaveTime) {
			this.#lastSpeedSave = now;
			void this.saveSpeeds();
		}
	}

	/** Begins with what the torrents' goodbye changes nothing of. */
	leave(): void {
		this.#lastSpeeds = this.saveSpeeds(savesAtTheEnd);
	}

	/** Saves everything that has changed. */
	async stop(): Promise<void> {
		await this.saveAll(savesAtTheEnd);
		await this.#saved.store.settled();
		await this.#lastSpeeds;
	}

	/** A person has chosen something of these torrents: it is saved with the next tick, however often they choose. */
	chosen(torrents: Iterable<Torrent>): void {
		for (const torrent of torrents) this.#chosen.add(torrent);
	}

	async #saveChoices(): Promise<void> {
		this.#isSavingChoices = true;
		const all = [...this.#chosen];
		// One that is coming to rest is saved with its figures, when it has.
		this.#chosen = new Set(all.filter(({activity}) => activity.name === 'pausing'));
		const chosen = all.filter(torrent => !this.#chosen.has(torrent)).values();
		const saveSome = async (): Promise<void> => {
			for (const torrent of chosen) await this.save(torrent);
		};
		await Promise.all(Array.from({length: choicesAtATime}, saveSome));
		this.#isSavingChoices = false;
	}

	/** That there is a torrent is not to be forgotten when the power goes soon; its data is looked at later. */
	#introduce(torrent: Torrent): void {
		const {known, revision} = torrent.resumeState;
		this.#revisions.set(torrent, -1);
		if (known !== undefined) return;
		// While its files are not open there is no more to be known of it than that.
		if (torrent.content?.storage === undefined) this.#revisions.set(torrent, revision);
		void this.#write(torrent, torrent.resumeState.nothing());
	}

	/** A torrent of an earlier session was taken up as it is on the disk: until it changes it need not be saved. */
	kept(torrent: Torrent): void {
		this.#revisions.set(torrent, torrent.resumeState.revision);
	}

	/**
	 * Saves what has changed of all torrents.
	 *
	 * @param atATime while it runs one after the other leaves the disk to others; in the end nobody else is there
	 */
	async saveAll(atATime = 1): Promise<void> {
		const left = this.#saved.torrents.values();
		const saveSome = async (): Promise<void> => {
			for (const torrent of left)
				if (this.#revisions.get(torrent) !== torrent.resumeState.revision) await this.save(torrent);
		};
		await Promise.all(Array.from({length: atATime}, saveSome));
	}

	/** How many torrents have changed since they were saved, or are being saved: each once, and none that is never saved. */
	get unsaved(): number {
		let count = 0;
		for (const torrent of this.#saved.torrents.values()) {
			if (torrent.held !== undefined) continue;
			const isChanged = this.#revisions.get(torrent) !== torrent.resumeState.revision;
			if (isChanged || this.#saving.has(torrent)) count++;
		}
		return count;
	}

	/** Saves one torrent at once. What could not be saved is tried again when it is time. */
	async save(torrent: Torrent): Promise<void> {
		this.#revisions.set(torrent, torrent.resumeState.revision);
		this.#saving.set(torrent, (this.#saving.get(torrent) ?? 0) + 1);
		try {
			await this.#write(torrent, await torrent.rememberNow());
		} finally {
			const others = (this.#saving.get(torrent) ?? 1) - 1;
			if (others > 0) this.#saving.set(torrent, others);
			else this.#saving.delete(torrent);
		}
	}

	async #write(torrent: Torrent, memory: ResumeData): Promise<void> {
		const {torrents, store, log} = this.#saved;
		const {id} = torrent;
		// It may have been removed meanwhile. What is not known must not take the place of what is on the disk.
		if (torrents.get(id) !== torrent || torrent.held !== undefined) return;
		const message = (await store.save(memory))?.message;
		if (message === undefined) {
			if (this.#failures.delete(torrent)) log('info', 'what is known of it is saved again', id);
			return;
		}
		this.#revisions.set(torrent, -1);
		if (this.#failures.get(torrent) === message) return;
		this.#failures.set(torrent, message);
		log('error', `what is known of it is not saved: ${message}`, id);
	}

	/** @param atATime as for `saveAll` */
	async saveSpeeds(atATime = 1): Promise<void> {
		const {torrents, speeds, traffic} = this.#saved;
		if (speeds === undefined) return;
		await speeds.save(traffic);
		const left = torrents.values();
		const saveSome = async (): Promise<void> => {
			for (const torrent of left) {
				const {id, stats} = torrent;
				// What was not even read has not changed.
				if (stats.lacksSpeeds || this.#moves.get(torrent) === stats.movedAt) continue;
				this.#moves.set(torrent, stats.movedAt);
				await speeds.saveTorrent(id, stats.history);
			}
		};
		await Promise.all(Array.from({length: atATime}, saveSome));
	}
}
