import type {Bytes, Millis, Seconds} from '../../base/units.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {SpeedHistory} from '../../policy/rates/speed-history.js';
import {SpeedMeter} from '../../policy/rates/speed-meter.js';

/** What was only uploaded is worth saving this often. */
const totalsTime: Millis = 300_000;
/** So many counts without a byte are part of what came before: peaks are those of three seconds. */
const quietCounts = 3;

/** What one torrent has moved, second by second and in all sessions together, and how long it has run. */
export class TransferStats {
	readonly download = new SpeedMeter();
	readonly upload = new SpeedMeter();
	downloaded: Bytes = 0;
	uploaded: Bytes = 0;
	wasted: Bytes = 0;
	activeTime: Seconds = 0;
	seedingTime: Seconds = 0;
	/** How long it has been seeded since somebody took something. */
	idleTime: Seconds = 0;
	/** Milliseconds since 1970 at which the last wanted piece came. */
	completedAt: Millis | undefined;
	/** What was moved between the last two counts, about a second apart. */
	readonly lately = {downloaded: 0, uploaded: 0};
	/** When a byte was last moved, by the clock of the session; when it was made, before any was. */
	movedAt: Millis;
	hasMoved = false;
	/** When it began to run, by that clock; undefined while it does not. */
	startedAt: Millis | undefined;
	/** Since when it has run and lacked something that is wanted, by that clock; undefined while it does not. */
	lackingSince: Millis | undefined;
	/** When a byte came last, by that clock. */
	#cameAt: Millis = -Infinity;
	#history = new SpeedHistory();
	/** Reads what earlier sessions knew of its speeds; undefined once it was asked. */
	#earlier: (() => Promise<SpeedHistory | undefined>) | undefined;
	/** What was moved while they are read. */
	#meanwhile: Array<readonly [wall: Millis, downloaded: Bytes, uploaded: Bytes]> | undefined;
	/** Counts in a row at which nothing had moved. */
	#quiet = 0;
	/** When that was last, of which the history has not heard: milliseconds since 1970. */
	#quietAt: Millis = -Infinity;
	readonly #sampled = {downloaded: 0, uploaded: 0};
	#tickedAt: Millis = -Infinity;
	#totalsKeptAt: Millis = -Infinity;

	constructor(now: Millis) {
		this.movedAt = now;
	}

	/** Takes up what an earlier session counted. */
	take(memory: ResumeData): void {
		Object.assign(this.#sampled, {downloaded: memory.downloaded, uploaded: memory.uploaded});
		this.downloaded = memory.downloaded;
		this.uploaded = memory.uploaded;
		this.wasted = memory.wasted;
		this.completedAt = memory.completedAt;
		this.activeTime = memory.activeTime;
		this.seedingTime = memory.seedingTime;
		this.idleTime = memory.idleTime ?? 0;
	}

	/** The figures' section of the resume data. */
	export(): Pick<
		ResumeData,
		'downloaded' | 'uploaded' | 'wasted' | 'completedAt' | 'activeTime' | 'seedingTime' | 'idleTime'
	> {
		const {downloaded, uploaded, wasted, completedAt, activeTime, seedingTime, idleTime} = this;
		return {downloaded, uploaded, wasted, completedAt, activeTime, seedingTime, idleTime};
	}

	/** After `take`: what another account of the same sessions says, where it is later. */
	atLeast(
		totals: Pick<ResumeData, 'downloaded' | 'uploaded' | 'wasted' | 'activeTime' | 'seedingTime'>,
	): void {
		this.downloaded = Math.max(this.downloaded, totals.downloaded);
		this.uploaded = Math.max(this.uploaded, totals.uploaded);
		this.wasted = Math.max(this.wasted, totals.wasted);
		this.activeTime = Math.max(this.activeTime, totals.activeTime);
		this.seedingTime = Math.max(this.seedingTime, totals.seedingTime);
		Object.assign(this.#sampled, {downloaded: this.downloaded, uploaded: this.uploaded});
	}

	/** Speeds of earlier sessions are read when they are first needed: in memory they take 57 kB. */
	recallSpeeds(read: () => Promise<SpeedHistory | undefined>): void {
		this.#earlier = read;
	}

	/** Whether there may be speeds of earlier sessions that are not in `history` yet. */
	get lacksSpeeds(): boolean {
		return this.#earlier !== undefined || this.#meanwhile !== undefined;
	}

	/** Its speeds, up to now; those of earlier sessions a moment after somebody has asked first. */
	get history(): SpeedHistory {
		this.#readEarlier();
		if (this.#quietAt > -Infinity) this.#history.sample(this.#quietAt, 0, 0);
		this.#quietAt = -Infinity;
		return this.#history;
	}

	#readEarlier(): void {
		const read = this.#earlier;
		if (read === undefined) return;
		this.#earlier = undefined;
		const meanwhile: Array<readonly [wall: Millis, downloaded: Bytes, uploaded: Bytes]> = [];
		this.#meanwhile = meanwhile;
		void read().then(found => {
			this.#meanwhile = undefined;
			if (found === undefined) return;
			for (const moved of meanwhile) found.sample(...moved);
			this.#history = found;
		});
	}

	/**
	 * Counts what was moved since the last time. Answers whether there is enough of it to be worth saving.
	 *
	 * @param wall milliseconds since 1970
	 */
	sample(now: Millis, wall: Millis): boolean {
		const {downloaded, uploaded, lately} = this;
		const sampled = this.#sampled;
		if (downloaded === sampled.downloaded && uploaded === sampled.uploaded) {
			lately.downloaded = 0;
			lately.uploaded = 0;
			this.#rest(wall);
			return false;
		}
		lately.downloaded = downloaded - sampled.downloaded;
		lately.uploaded = uploaded - sampled.uploaded;
		sampled.downloaded = downloaded;
		sampled.uploaded = uploaded;
		this.#quiet = 0;
		this.history.sample(wall, lately.downloaded, lately.uploaded);
		this.#meanwhile?.push([wall, lately.downloaded, lately.uploaded]);
		this.movedAt = now;
		this.hasMoved = true;
		if (this.lately.downloaded > 0) this.#cameAt = now;
		if (now - this.#totalsKeptAt < totalsTime) return false;
		this.#totalsKeptAt = now;
		return true;
	}

	/** Of thousands most have nothing to move: their speeds are written down when somebody looks, or something moves. */
	#rest(wall: Millis): void {
		if (++this.#quiet > quietCounts) this.#quietAt = wall;
		else this.#history.sample(wall, 0, 0);
	}

	/** How long nothing has come of what is lacking; undefined when it lacks nothing, or does not run. */
	nothingFor(now: Millis): Seconds | undefined {
		if (this.lackingSince === undefined) return undefined;
		return Math.max(0, (now - Math.max(this.lackingSince, this.#cameAt)) / 1000);
	}

	/** Once a second, whether it runs or not. A clock that jumps counts for 10 s at the most. */
	countTime(now: Millis, active: boolean, complete: boolean): void {
		const seconds = this.#tickedAt === -Infinity ? 0 : Math.min(10, (now - this.#tickedAt) / 1000);
		this.#tickedAt = now;
		this.startedAt = active ? (this.startedAt ?? now) : undefined;
		this.lackingSince = active && !complete ? (this.lackingSince ?? now) : undefined;
		if (!active) return;
		this.activeTime += seconds;
		if (!complete) return;
		this.seedingTime += seconds;
		this.idleTime = this.lately.uploaded > 0 ? 0 : this.idleTime + seconds;
	}
}
