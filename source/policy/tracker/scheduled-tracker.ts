import type {Millis, Seconds} from '../../base/units.js';
import type {AnnounceEvent} from '../../protocol/tracker/announce.js';

/** How patient a schedule is; tests lower it. */
export interface AnnounceTimes {
	/** No tracker is asked again sooner than this after it answered, whatever it says. */
	readonly floor: {readonly http: Millis; readonly udp: Millis};
	/** When a tracker does not say how often it wants to be asked. */
	readonly interval: Millis;
	/** Trackers that want to be asked less often are asked this often. */
	readonly maximumInterval: Millis;
	/** After n failures in a row: base + n² x step, at most `maximum`. */
	readonly backOff: {readonly base: Millis; readonly step: Millis; readonly maximum: Millis};
	/** A person who asks for an announce by hand gets one no sooner than this after the last, unless the tracker asks for more. */
	readonly byHand: Millis;
}

export const announceTimes: AnnounceTimes = {
	floor: {http: 300_000, udp: 60_000},
	interval: 1_800_000,
	maximumInterval: 24 * 3_600_000,
	backOff: {base: 5_000, step: 12_500, maximum: 3_600_000},
	byHand: 10_000,
};

/** What to send, now, to whom. */
export interface AnnounceTask {
	readonly url: string;
	readonly event: AnnounceEvent | undefined;
}

/** What a tracker's answer says about time. */
export interface AnnounceTiming {
	readonly interval?: Seconds | undefined;
	readonly minInterval?: Seconds | undefined;
}

/** `slow`: asked, and others are tried meanwhile; `off`: asked us never to come back. */
export type ScheduledState = 'idle' | 'announcing' | 'slow' | 'working' | 'failed' | 'off';

/** What others may see of a tracker in a schedule. */
export type ScheduleEntry = Pick<
	ScheduledTracker,
	'url' | 'tier' | 'state' | 'fails' | 'nextAt' | 'registered'
>;

/** One tracker as a schedule knows it: what it has heard of us, and when it may be asked again. */
export class ScheduledTracker {
	readonly url: string;
	/** 0 is tried first. */
	readonly tier: number;
	readonly #times: AnnounceTimes;
	#state: ScheduledState = 'idle';
	#fails = 0;
	#nextAt: Millis = Number.NEGATIVE_INFINITY;
	#answeredAt: Millis = Number.NEGATIVE_INFINITY;
	/** What it asked for itself. */
	#minInterval: Millis | undefined;
	/** It refused and said when to come back: not before, also over stops and starts, unless by hand. BEP 31. */
	#notBefore: Millis = Number.NEGATIVE_INFINITY;
	#registered = false;
	#completedOwed = false;
	#completedTold = false;
	#urgent = false;
	/** It is asked whenever its time has come, whoever else has answered. */
	isAlways = false;
	#event: AnnounceEvent | undefined;

	constructor(url: string, tier: number, times: AnnounceTimes) {
		this.url = url;
		this.tier = tier;
		this.#times = times;
	}

	get state(): ScheduledState {
		return this.#state;
	}

	/** Failures in a row. */
	get fails(): number {
		return this.#fails;
	}

	/** When it may be asked next. */
	get nextAt(): Millis {
		return this.#nextAt;
	}

	/** Whether it has heard of us since we started, and not that we stopped. */
	get registered(): boolean {
		return this.#registered;
	}

	/** Whether its answer is waited for, alone or together with others'. */
	get isAsked(): boolean {
		return this.#state === 'announcing' || this.#state === 'slow';
	}

	get isAskable(): boolean {
		return !this.isAsked && this.#state !== 'off';
	}

	/** When it is to be asked without regard to the others; undefined when there is no reason to. */
	get newsAt(): Millis | undefined {
		if (this.isAlways && this.isAskable && !this.#urgent && !(this.#completedOwed && this.#registered))
			return this.#nextAt;
		if (!this.isAskable || !(this.#urgent || (this.#completedOwed && this.#registered))) return undefined;
		return this.#fails > 0 ? this.#nextAt : Number.NEGATIVE_INFINITY;
	}

	/** A new run begins: it will hear `started`, and failures of the past do not count. */
	begin(now: Millis): void {
		this.#forget();
		this.#nextAt = Math.max(now, this.#notBefore);
	}

	#forget(): void {
		this.#state = 'idle';
		this.#fails = 0;
		this.#registered = false;
		this.#completedOwed = false;
		this.#completedTold = false;
		this.#urgent = false;
		this.#event = undefined;
	}

	/** A person wants to see at once whether it works. */
	urge(now: Millis): void {
		this.#nextAt = now;
		this.#urgent = true;
	}

	/** The download is complete: it hears that, once, if it knows us as a downloader. */
	complete(): void {
		// A `started` on its way told that something is left.
		if (this.#registered || this.isAsked) this.#completedOwed = !this.#completedTold;
	}

	/** It is asked now. */
	take(): AnnounceTask {
		this.#state = 'announcing';
		this.#urgent = false;
		this.#event = this.#registered ? (this.#completedOwed ? 'completed' : undefined) : 'started';
		return {url: this.url, event: this.#event};
	}

	/** It takes its time: it may still answer, and the next one is tried. */
	slow(): void {
		if (this.#state === 'announcing') this.#state = 'slow';
	}

	succeeded(timing: AnnounceTiming, now: Millis): void {
		const interval = timing.interval === undefined ? this.#times.interval : timing.interval * 1000;
		const minInterval = timing.minInterval === undefined ? 0 : timing.minInterval * 1000;
		const wait = Math.max(interval, minInterval, this.#floor);
		this.#state = 'working';
		this.#fails = 0;
		this.#notBefore = Number.NEGATIVE_INFINITY;
		this.#answeredAt = now;
		this.#minInterval = timing.minInterval === undefined ? undefined : minInterval;
		this.#nextAt = now + Math.min(wait, this.#times.maximumInterval);
		this.#registered = true;
		if (this.#event === 'completed') {
			this.#completedOwed = false;
			this.#completedTold = true;
		}
		this.#event = undefined;
	}

	/** It did not answer, or not as it should. `retryIn` as it said. BEP 31. */
	failed(now: Millis, retryIn?: Seconds | 'never'): void {
		this.#fails++;
		this.#event = undefined;
		if (!this.#registered) this.#completedOwed = false;
		this.#state = retryIn === 'never' ? 'off' : 'failed';
		const {base, step, maximum} = this.#times.backOff;
		const backOff = Math.min(base + this.#fails ** 2 * step, maximum);
		const asked = typeof retryIn === 'number' ? Math.min(retryIn * 1000, this.#times.maximumInterval) : 0;
		this.#nextAt = now + Math.max(backOff, asked);
		this.#notBefore = asked > 0 ? now + asked : Number.NEGATIVE_INFINITY;
	}

	/** A person wants to hear from it now: if it failed, it is tried at once. */
	reannounce(now: Millis): void {
		if (this.isAsked) return;
		if (this.#state === 'working') return this.#askSooner(this.#times.byHand, now);
		this.#nextAt = now;
		this.#notBefore = Number.NEGATIVE_INFINITY;
		this.#state = 'idle';
	}

	/** More peers are needed than there are: it is asked as soon as it allows that. */
	hurry(now: Millis): void {
		if (this.#state === 'working') this.#askSooner(this.#floor, now);
	}

	#askSooner(leastWait: Millis, now: Millis): void {
		const wait = Math.max(this.#minInterval ?? 0, leastWait);
		this.#nextAt = Math.min(this.#nextAt, Math.max(now, this.#answeredAt + wait));
	}

	/** What it is still to hear, in this order, when we leave it; it does not know us after that. */
	farewell(): AnnounceEvent[] {
		const isToHear = this.#registered && this.#fails === 0;
		const owed = this.#completedOwed;
		this.#forget();
		if (!isToHear) return [];
		return owed ? ['completed', 'stopped'] : ['stopped'];
	}

	get #floor(): Millis {
		return this.url.startsWith('udp:') ? this.#times.floor.udp : this.#times.floor.http;
	}
}
