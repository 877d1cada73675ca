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

/** One tracker as the schedule knows it. */
export interface ScheduledTracker {
	readonly url: string;
	/** 0 is tried first. */
	readonly tier: number;
	/** `slow`: asked, and others are tried meanwhile; `off`: asked us never to come back. */
	readonly state: 'idle' | 'announcing' | 'slow' | 'working' | 'failed' | 'off';
	/** Failures in a row. */
	readonly fails: number;
	/** When it may be asked next. */
	readonly nextAt: Millis;
	/** Whether it has heard of us since we started, and not that we stopped. */
	readonly registered: boolean;
}

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

interface Entry {
	url: string;
	tier: number;
	state: ScheduledTracker['state'];
	fails: number;
	nextAt: Millis;
	answeredAt: Millis;
	/** What the tracker itself asked for. */
	minInterval: Millis | undefined;
	/** It refused and said when to come back: not before, also over stops and starts, unless by hand. BEP 31. */
	notBefore: Millis;
	registered: boolean;
	completedOwed: boolean;
	completedTold: boolean;
	/** Added a moment ago by a person, who wants to see whether it works. */
	urgent: boolean;
	event: AnnounceEvent | undefined;
}

/** What a run leaves behind in an entry: nothing. */
const forgotten = {
	state: 'idle',
	fails: 0,
	registered: false,
	completedOwed: false,
	completedTold: false,
	urgent: false,
	event: undefined,
} as const;

/**
 * Decides which tracker of one torrent is asked when, and what it is told: one tracker at a time, the tiers in order,
 * the trackers of a tier in random order with those that worked in front, the next only when all before failed. BEP 12.
 * Every tracker hears `started` first, `completed` once if the download was completed after that, and `stopped` only
 * if it knows of us. BEP 3. Times are in ms of the same clock throughout.
 */
export class AnnounceSchedule {
	readonly #times: AnnounceTimes;
	readonly #random: () => number;
	#entries: Entry[] = [];
	#running = false;

	/** @param random 0 <= x < 1 */
	constructor(
		tiers: ReadonlyArray<readonly string[]>,
		random: () => number,
		times: AnnounceTimes = announceTimes,
	) {
		this.#times = times;
		this.#random = random;
		for (const [tier, urls] of tiers.entries()) {
			for (const url of this.#shuffled(urls)) this.#insert(url, tier);
		}
	}

	get running(): boolean {
		return this.#running;
	}

	/** All trackers, in the order in which they are tried. */
	get trackers(): readonly ScheduledTracker[] {
		return this.#entries;
	}

	/** Begins anew: every tracker will hear `started`, and failures of the past do not count. */
	start(now: Millis): void {
		this.#running = true;
		for (const entry of this.#entries) {
			Object.assign(entry, forgotten, {nextAt: Math.max(now, entry.notBefore)});
		}
	}

	/** The download is complete: those who know us as a downloader are to hear it. */
	complete(): void {
		for (const entry of this.#entries) {
			// A `started` on its way told that something is left.
			if (entry.registered || isAsked(entry)) entry.completedOwed = !entry.completedTold;
		}
	}

	/** What is to be sent now. Whoever asks sends it: the trackers named count as being asked from here on. */
	due(now: Millis): AnnounceTask[] {
		if (!this.#running) return [];
		const tasks: AnnounceTask[] = [];
		for (const entry of this.#entries) {
			if (hasNews(entry) && now >= this.#newsAt(entry)) tasks.push(take(entry));
		}
		if (tasks.length === 0 && !this.#waiting() && this.#roundAt() <= now) {
			const entry = this.#entries.find(candidate => isAskable(candidate) && candidate.nextAt <= now);
			if (entry) tasks.push(take(entry));
		}
		return tasks;
	}

	/** When `due` may have something to say again; undefined: not before something else happens. */
	nextDeadline(now: Millis): Millis | undefined {
		if (!this.#running) return undefined;
		let next = Number.POSITIVE_INFINITY;
		for (const entry of this.#entries) {
			if (hasNews(entry)) next = Math.min(next, this.#newsAt(entry));
		}
		if (!this.#waiting()) next = Math.min(next, this.#roundAt());
		return next === Number.POSITIVE_INFINITY ? undefined : Math.max(next, now);
	}

	/** A tracker answered. */
	succeeded(url: string, timing: AnnounceTiming, now: Millis): void {
		const entry = this.#find(url);
		if (!entry) return;
		const {event} = entry;
		const interval = timing.interval === undefined ? this.#times.interval : timing.interval * 1000;
		const minInterval = timing.minInterval === undefined ? 0 : timing.minInterval * 1000;
		const wait = Math.max(interval, minInterval, this.#floor(entry));
		entry.state = 'working';
		entry.fails = 0;
		entry.notBefore = Number.NEGATIVE_INFINITY;
		entry.answeredAt = now;
		entry.minInterval = timing.minInterval === undefined ? undefined : minInterval;
		entry.nextAt = now + Math.min(wait, this.#times.maximumInterval);
		entry.registered = true;
		if (event === 'completed') {
			entry.completedOwed = false;
			entry.completedTold = true;
		}
		entry.event = undefined;
		this.#promote(entry);
	}

	/** A tracker did not answer, or not as it should. `retryIn` as the tracker said. BEP 31. */
	failed(url: string, now: Millis, retryIn?: Seconds | 'never'): void {
		const entry = this.#find(url);
		if (!entry) return;
		entry.fails++;
		entry.event = undefined;
		if (!entry.registered) entry.completedOwed = false;
		entry.state = retryIn === 'never' ? 'off' : 'failed';
		const {base, step, maximum} = this.#times.backOff;
		const backOff = Math.min(base + entry.fails ** 2 * step, maximum);
		const asked = typeof retryIn === 'number' ? Math.min(retryIn * 1000, this.#times.maximumInterval) : 0;
		entry.nextAt = now + Math.max(backOff, asked);
		entry.notBefore = asked > 0 ? now + asked : Number.NEGATIVE_INFINITY;
	}

	/** A tracker takes its time: it may still answer, and the next one is tried. */
	slow(url: string): void {
		const entry = this.#find(url);
		if (entry?.state === 'announcing') entry.state = 'slow';
	}

	/** A person wants to hear from the trackers now: those that failed are tried at once. */
	reannounce(now: Millis): void {
		for (const entry of this.#entries) {
			if (isAsked(entry)) continue;
			if (entry.state === 'working') {
				const wait = Math.max(entry.minInterval ?? 0, this.#times.byHand);
				entry.nextAt = Math.min(entry.nextAt, Math.max(now, entry.answeredAt + wait));
			} else {
				entry.nextAt = now;
				entry.notBefore = Number.NEGATIVE_INFINITY;
				entry.state = 'idle';
			}
		}
	}

	/** More peers are needed than we have: trackers are asked as soon as they allow it. */
	hurry(now: Millis): void {
		for (const entry of this.#entries) {
			if (entry.state !== 'working') continue;
			const wait = Math.max(entry.minInterval ?? 0, this.#floor(entry));
			entry.nextAt = Math.min(entry.nextAt, Math.max(now, entry.answeredAt + wait));
		}
	}

	/** Adds a tracker, to a tier of its own at the end unless one is named. False when it is there already. */
	add(url: string, tier: number | undefined, now: Millis): boolean {
		if (this.#find(url)) return false;
		const last = this.#entries.at(-1)?.tier ?? -1;
		const entry = this.#insert(url, Math.min(tier ?? last + 1, last + 1));
		entry.nextAt = now;
		entry.urgent = true;
		return true;
	}

	/** What kept a tracker from being asked is gone: it is asked at once when it failed. */
	retry(url: string, now: Millis): void {
		const entry = this.#find(url);
		if (entry?.state !== 'failed') return;
		entry.nextAt = now;
		entry.urgent = true;
	}

	/** False when there is no such tracker. */
	remove(url: string): boolean {
		const count = this.#entries.length;
		this.#entries = this.#entries.filter(entry => entry.url !== url);
		return this.#entries.length < count;
	}

	/** Ends: nothing is due any more. Answers that are on their way may still be told. */
	stop(): void {
		this.#running = false;
	}

	/** What a tracker is still to hear, in this order, when we leave it; it does not know us after that. */
	farewell(url: string): AnnounceEvent[] {
		const entry = this.#find(url);
		if (!entry) return [];
		const {registered, fails, completedOwed} = entry;
		Object.assign(entry, forgotten);
		if (!registered || fails > 0) return [];
		return completedOwed ? ['completed', 'stopped'] : ['stopped'];
	}

	/** Whether a tracker was asked and the others wait for its answer. */
	#waiting(): boolean {
		return this.#entries.some(entry => entry.state === 'announcing');
	}

	#roundAt(): Millis {
		let satisfied = Number.NEGATIVE_INFINITY;
		let soonest = Number.POSITIVE_INFINITY;
		for (const entry of this.#entries) {
			if (entry.state === 'working') satisfied = Math.max(satisfied, entry.nextAt);
			if (isAskable(entry)) soonest = Math.min(soonest, entry.nextAt);
		}
		return Math.max(satisfied, soonest);
	}

	#newsAt(entry: Entry): Millis {
		return entry.fails > 0 ? entry.nextAt : Number.NEGATIVE_INFINITY;
	}

	#floor(entry: Entry): Millis {
		return entry.url.startsWith('udp:') ? this.#times.floor.udp : this.#times.floor.http;
	}

	#find(url: string): Entry | undefined {
		return this.#entries.find(entry => entry.url === url);
	}

	#insert(url: string, tier: number): Entry {
		const entry: Entry = {
			url,
			tier,
			nextAt: Number.NEGATIVE_INFINITY,
			answeredAt: Number.NEGATIVE_INFINITY,
			minInterval: undefined,
			notBefore: Number.NEGATIVE_INFINITY,
			...forgotten,
		};
		const after = this.#entries.findIndex(other => other.tier > tier);
		if (after === -1) this.#entries.push(entry);
		else this.#entries.splice(after, 0, entry);
		return entry;
	}

	#promote(entry: Entry): void {
		const from = this.#entries.indexOf(entry);
		const to = this.#entries.findIndex(other => other.tier === entry.tier);
		this.#entries.splice(from, 1);
		this.#entries.splice(to, 0, entry);
	}

	#shuffled(urls: readonly string[]): string[] {
		const order = [...new Set(urls)].filter(url => !this.#find(url));
		for (let index = order.length - 1; index > 0; index--) {
			const other = Math.floor(this.#random() * (index + 1));
			[order[index], order[other]] = [order[other]!, order[index]!];
		}
		return order;
	}
}

function isAsked(entry: Entry): boolean {
	return entry.state === 'announcing' || entry.state === 'slow';
}

function isAskable(entry: Entry): boolean {
	return !isAsked(entry) && entry.state !== 'off';
}

/** Whether it is to be asked without regard to the others. */
function hasNews(entry: Entry): boolean {
	return isAskable(entry) && (entry.urgent || (entry.completedOwed && entry.registered));
}

function take(entry: Entry): AnnounceTask {
	entry.state = 'announcing';
	entry.urgent = false;
	entry.event = entry.registered ? (entry.completedOwed ? 'completed' : undefined) : 'started';
	return {url: entry.url, event: entry.event};
}
