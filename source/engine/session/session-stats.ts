import type {Clock} from '../../base/ports.js';
import type {Bytes, BytesPerSecond} from '../../base/units.js';
import type {SessionTotals, StatsStore} from '../../io/state/stats-store.js';
import {DayTotals, type RecentTotals} from '../../policy/rates/day-totals.js';
import {SpeedHistory} from '../../policy/rates/speed-history.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SessionService} from './session-service.js';

/** What all torrents together have moved: in all sessions, second by second for a day, and to the disk just now. */
export class SessionStats implements SessionTotals, SessionService {
	downloaded: Bytes = 0;
	uploaded: Bytes = 0;
	/** What of these was in earlier sessions. */
	readonly earlier = {downloaded: 0, uploaded: 0};
	history = new SpeedHistory();
	/** What was moved by day, by the clock on the wall. */
	days = new DayTotals();
	diskRate: BytesPerSecond = 0;
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #clock: Clock;
	readonly #store: Pick<StatsStore, 'load'> | undefined;
	#written: Bytes = 0;

	/** @param store undefined when nothing is kept of earlier sessions */
	constructor(
		torrents: ReadonlyMap<string, Torrent>,
		clock: Clock,
		store: Pick<StatsStore, 'load'> | undefined,
	) {
		this.#torrents = torrents;
		this.#clock = clock;
		this.#store = store;
	}

	/** Takes up what an earlier session knew. */
	async start(): Promise<void> {
		if (this.#store === undefined) return;
		const {downloaded, uploaded, history} = await this.#store.load();
		this.#add(downloaded, uploaded);
		this.history = history;
	}

	/** What another account of earlier sessions says, where it is later. */
	atLeast(downloaded: Bytes, uploaded: Bytes): void {
		this.#add(Math.max(0, downloaded - this.downloaded), Math.max(0, uploaded - this.uploaded));
	}

	#add(downloaded: Bytes, uploaded: Bytes): void {
		this.downloaded += downloaded;
		this.uploaded += uploaded;
		this.earlier.downloaded += downloaded;
		this.earlier.uploaded += uploaded;
	}

	/** What was moved today, and lately. */
	recent(): RecentTotals {
		const wall = this.#clock.wall();
		return this.days.recent(wall, offsetAt(wall));
	}

	/** Once a second, when the torrents have counted theirs. */
	tick(): void {
		this.#sample();
	}

	/** Takes what the torrents have counted at last. */
	leave(): void {
		this.#sample();
	}

	#sample(): void {
		let downloaded = 0;
		let uploaded = 0;
		let written = 0;
		for (const {stats, content} of this.#torrents.values()) {
			downloaded += stats.lately.downloaded;
			uploaded += stats.lately.uploaded;
			written += content?.storage?.written ?? 0;
		}
		this.downloaded += downloaded;
		this.uploaded += uploaded;
		const wall = this.#clock.wall();
		this.history.sample(wall, downloaded, uploaded);
		this.days.add(wall, offsetAt(wall), downloaded, uploaded);
		this.diskRate = Math.max(0, written - this.#written);
		this.#written = written;
	}
}

/** Minutes that the clocks here are behind UTC at a time. */
function offsetAt(wall: number): number {
	return new Date(wall).getTimezoneOffset();
}
