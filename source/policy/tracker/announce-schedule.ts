import type {Millis, Seconds} from '../../base/units.js';
import type {AnnounceEvent} from '../../protocol/tracker/announce.js';
import {
	type AnnounceTask,
	type AnnounceTimes,
	type AnnounceTiming,
	announceTimes,
	ScheduledTracker,
	type ScheduleEntry,
} from './scheduled-tracker.js';

/**
 * Decides which tracker of one torrent is asked when, and what it is told: one tracker at a time, the tiers in order,
 * the trackers of a tier in random order with those that worked in front, the next only when all before failed. BEP 12.
 * Every tracker hears `started` first, `completed` once if the download was completed after that, and `stopped` only
 * if it knows of us. BEP 3. Times are in ms of the same clock throughout.
 */
export class AnnounceSchedule {
	readonly #times: AnnounceTimes;
	readonly #random: () => number;
	#trackers: ScheduledTracker[] = [];
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
	get trackers(): readonly ScheduleEntry[] {
		return this.#trackers;
	}

	/** Begins anew: every tracker will hear `started`, and failures of the past do not count. */
	start(now: Millis): void {
		this.#running = true;
		for (const tracker of this.#trackers) tracker.begin(now);
	}

	/** The download is complete: those who know us as a downloader are to hear it. */
	complete(): void {
		for (const tracker of this.#trackers) tracker.complete();
	}

	/** What is to be sent now. Whoever asks sends it: the trackers named count as being asked from here on. */
	due(now: Millis): AnnounceTask[] {
		if (!this.#running) return [];
		const tasks = this.#trackers.flatMap(tracker => {
			const {newsAt} = tracker;
			return newsAt !== undefined && now >= newsAt ? tracker.take() : [];
		});
		if (tasks.length === 0 && !this.#waiting() && this.#roundAt() <= now) {
			const next = this.#inTurn.find(({isAskable, nextAt}) => isAskable && nextAt <= now);
			if (next) tasks.push(next.take());
		}
		return tasks;
	}

	/** When `due` may have something to say again; undefined: not before something else happens. */
	nextDeadline(now: Millis): Millis | undefined {
		if (!this.#running) return undefined;
		let next = Number.POSITIVE_INFINITY;
		for (const {newsAt} of this.#trackers) next = Math.min(next, newsAt ?? next);
		if (!this.#waiting()) next = Math.min(next, this.#roundAt());
		return next === Number.POSITIVE_INFINITY ? undefined : Math.max(next, now);
	}

	/** A tracker answered. */
	succeeded(url: string, timing: AnnounceTiming, now: Millis): void {
		const tracker = this.#find(url);
		if (!tracker) return;
		tracker.succeeded(timing, now);
		this.#promote(tracker);
	}

	/** A tracker did not answer, or not as it should. `retryIn` as the tracker said. BEP 31. */
	failed(url: string, now: Millis, retryIn?: Seconds | 'never'): void {
		this.#find(url)?.failed(now, retryIn);
	}

	/** A tracker takes its time: it may still answer, and the next one is tried. */
	slow(url: string): void {
		this.#find(url)?.slow();
	}

	/** A person wants to hear from the trackers now: those that failed are tried at once. */
	reannounce(now: Millis): void {
		for (const tracker of this.#trackers) tracker.reannounce(now);
	}

	/** More peers are needed than we have: trackers are asked as soon as they allow it. */
	hurry(now: Millis): void {
		for (const tracker of this.#trackers) tracker.hurry(now);
	}

	/** Adds a tracker, to a tier of its own at the end unless one is named. False when it is there already. */
	add(url: string, tier: number | undefined, now: Millis): boolean {
		if (this.#find(url)) return false;
		const last = this.#trackers.at(-1)?.tier ?? -1;
		this.#insert(url, Math.min(tier ?? last + 1, last + 1)).urge(now);
		return true;
	}

	/** From now on a tracker is asked whenever its time has come, whoever else has answered. False when it was already. */
	always(url: string): boolean {
		const tracker = this.#find(url);
		if (tracker === undefined || tracker.isAlways) return false;
		tracker.isAlways = true;
		return true;
	}

	/** What kept a tracker from being asked is gone: it is asked at once when it failed. */
	retry(url: string, now: Millis): void {
		const tracker = this.#find(url);
		if (tracker?.state === 'failed') tracker.urge(now);
	}

	/** False when there is no such tracker. */
	remove(url: string): boolean {
		const count = this.#trackers.length;
		this.#trackers = this.#trackers.filter(tracker => tracker.url !== url);
		return this.#trackers.length < count;
	}

	/** Ends: nothing is due any more. Answers that are on their way may still be told. */
	stop(): void {
		this.#running = false;
	}

	/** What a tracker is still to hear, in this order, when we leave it; it does not know us after that. */
	farewell(url: string): AnnounceEvent[] {
		return this.#find(url)?.farewell() ?? [];
	}

	/** Those that wait for each other. */
	get #inTurn(): readonly ScheduledTracker[] {
		return this.#trackers.filter(({isAlways}) => !isAlways);
	}

	/** Whether a tracker was asked and the others wait for its answer. */
	#waiting(): boolean {
		return this.#inTurn.some(({state}) => state === 'announcing');
	}

	/** When one of them is asked again: not while another that answered has not had its time. */
	#roundAt(): Millis {
		let satisfied = Number.NEGATIVE_INFINITY;
		let soonest = Number.POSITIVE_INFINITY;
		for (const {state, isAskable, nextAt} of this.#inTurn) {
			if (state === 'working') satisfied = Math.max(satisfied, nextAt);
			if (isAskable) soonest = Math.min(soonest, nextAt);
		}
		return Math.max(satisfied, soonest);
	}

	#find(url: string): ScheduledTracker | undefined {
		return this.#trackers.find(tracker => tracker.url === url);
	}

	#insert(url: string, tier: number): ScheduledTracker {
		const tracker = new ScheduledTracker(url, tier, this.#times);
		const after = this.#trackers.findIndex(other => other.tier > tier);
		if (after === -1) this.#trackers.push(tracker);
		else this.#trackers.splice(after, 0, tracker);
		return tracker;
	}

	#promote(tracker: ScheduledTracker): void {
		const from = this.#trackers.indexOf(tracker);
		const to = this.#trackers.findIndex(other => other.tier === tracker.tier);
		this.#trackers.splice(from, 1);
		this.#trackers.splice(to, 0, tracker);
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
