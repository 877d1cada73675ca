import type {Clock, Timer} from '../base/ports.js';
import type {BytesPerSecond, Millis} from '../base/units.js';
import type {RateLimiter} from '../policy/rate-limiter.js';
import {limitsAt, type SlowTime, type SpeedLimits} from '../policy/speed-schedule.js';
import type {Torrent} from './torrent.js';

/** What holds in slow mode when nothing else was chosen. */
export const usualSlowRate: BytesPerSecond = 50 * 1024;
const limitTime: Millis = 100;

/** The session's limits. */
export interface LimitSetup {
	readonly normal: SpeedLimits;
	/** What holds in slow mode. */
	readonly slow: SpeedLimits;
	/** When slow mode comes and goes by itself, by the wall clock here. */
	readonly slowTimes: readonly SlowTime[];
}

/**
 * The limits that hold for all torrents together: the normal ones or, in slow mode, the slow ones. Slow mode is turned
 * on and off by hand, and by the schedule whenever one of its times begins or ends. While any limit holds, of all or
 * of one torrent, those who wait for it are served ten times a second; without one nothing is done.
 */
export class Limits {
	readonly #download: RateLimiter;
	readonly #upload: RateLimiter;
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #clock: Clock;
	readonly #slowTimes: readonly SlowTime[];
	#normal: SpeedLimits;
	#slow: SpeedLimits;
	#slowMode = false;
	/** What the schedule said last. */
	#scheduled = false;
	#timer: Timer | undefined;
	#stopped = false;

	constructor(
		setup: LimitSetup,
		limiters: {readonly download: RateLimiter; readonly upload: RateLimiter},
		torrents: ReadonlyMap<string, Torrent>,
		clock: Clock,
	) {
		this.#normal = setup.normal;
		this.#slow = setup.slow;
		this.#slowTimes = setup.slowTimes;
		this.#download = limiters.download;
		this.#upload = limiters.upload;
		this.#torrents = torrents;
		this.#clock = clock;
		this.#scheduled = this.#scheduledNow();
		this.#slowMode = this.#scheduled;
		this.#apply();
	}

	get slowMode(): boolean {
		return this.#slowMode;
	}

	/** By hand: holds until it is changed again or the schedule's next time begins or ends. */
	setSlowMode(on: boolean): void {
		this.#slowMode = on;
		this.#apply();
	}

	/** Changes limits: those of a mode, or those that hold now. What is left out stays; null is none. */
	set(change: {
		readonly mode?: 'normal' | 'slow' | undefined;
		readonly maxDownload?: BytesPerSecond | null | undefined;
		readonly maxUpload?: BytesPerSecond | null | undefined;
	}): void {
		const isSlow = change.mode === undefined ? this.#slowMode : change.mode === 'slow';
		const now = isSlow ? this.#slow : this.#normal;
		const limits: SpeedLimits = {
			maxDownload: change.maxDownload === undefined ? now.maxDownload : (change.maxDownload ?? undefined),
			maxUpload: change.maxUpload === undefined ? now.maxUpload : (change.maxUpload ?? undefined),
		};
		if (isSlow) this.#slow = limits;
		else this.#normal = limits;
		this.#apply();
	}

	/** Looks at the schedule; once a second. Answers whether it has changed the mode. */
	tick(): boolean {
		const scheduled = this.#scheduledNow();
		if (scheduled === this.#scheduled) return false;
		this.#scheduled = scheduled;
		if (scheduled === this.#slowMode) return false;
		this.setSlowMode(scheduled);
		return true;
	}

	/** A limit was set or lifted somewhere: torrents are told, and served while there is one. */
	changed(): void {
		const now = this.#clock.now();
		for (const torrent of this.#torrents.values()) torrent.applyLimits(now);
		if (this.#timer === undefined && !this.#stopped && this.#limited) this.#wakeLater();
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.clear();
	}

	#apply(): void {
		const now = this.#clock.now();
		const {maxDownload, maxUpload} = this.#slowMode ? this.#slow : this.#normal;
		this.#download.setRate(maxDownload, now);
		this.#upload.setRate(maxUpload, now);
		this.changed();
	}

	#scheduledNow(): boolean {
		if (this.#slowTimes.length === 0) return false;
		const date = new Date(this.#clock.wall());
		const minutes = ((date.getDay() + 6) % 7) * 1440 + date.getHours() * 60 + date.getMinutes();
		return limitsAt({normal: this.#normal, slow: this.#slow, slowTimes: this.#slowTimes}, minutes).slow;
	}

	get #limited(): boolean {
		if (this.#download.rate !== undefined || this.#upload.rate !== undefined) return true;
		for (const {throttle} of this.#torrents.values()) {
			if (throttle.download.rate !== undefined || throttle.upload.rate !== undefined) return true;
		}
		return false;
	}

	#wakeLater(): void {
		this.#timer = this.#clock.after(limitTime, () => {
			this.#timer = undefined;
			if (this.#stopped || !this.#limited) return;
			const now = this.#clock.now();
			for (const torrent of this.#torrents.values()) torrent.resupply(now);
			this.#wakeLater();
		});
	}
}
