import {UserError} from '../../base/errors.js';
import type {LogLevel, Random} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import {AnnounceSchedule} from '../../policy/tracker/announce-schedule.js';
import type {AnnounceTimes} from '../../policy/tracker/scheduled-tracker.js';
import {Tracker, type TrackerOwner} from './tracker.js';
import {trackerHost, trackerUrlFault} from './tracker-url.js';

/** So many machines are told with a torrent: who looks at its trackers sees them all. */
const mostHosts = 4;
const none: ReadonlySet<string> = new Set();

/** The trackers of a torrent, as they are kept. */
export interface TrackerTiers {
	/** Tiers of URLs, the first tried first. BEP 12. */
	readonly tiers: ReadonlyArray<readonly string[]>;
	/** Tiers that are kept for later and not asked now: trackers are turned off. */
	readonly unused?: ReadonlyArray<readonly string[]> | undefined;
	/** Those of the tiers' URLs that a person named: on loopback and LAN addresses these may have any path. */
	readonly named?: readonly string[] | undefined;
}

/** What a list of trackers asks of, and tells, the source it belongs to. */
export interface TrackerListOwner extends TrackerOwner {
	/** There are others than before. */
	listChanged(): void;
	log(level: LogLevel, text: string): void;
}

/** The trackers of one torrent: those it came with, and those that people add and remove. */
export class TrackerList {
	readonly schedule: AnnounceSchedule;
	readonly #owner: TrackerListOwner;
	readonly #unused: ReadonlyArray<readonly string[]>;
	#named: ReadonlySet<string>;
	/** By URL; each is made when it is first looked at. */
	readonly #made = new Map<string, Tracker>();
	/** Until the list changes. */
	#hosts: readonly string[] | undefined;

	constructor(
		{tiers, unused = [], named = []}: TrackerTiers,
		owner: TrackerListOwner,
		random: Random,
		times: AnnounceTimes,
	) {
		this.#owner = owner;
		this.#unused = unused;
		this.#named = named.length === 0 ? none : new Set(named);
		const usable = tiers.map(tier =>
			tier.filter(url => {
				const fault = trackerUrlFault(url);
				if (fault) owner.log('warn', `tracker ${safeText(url)} is left out: ${fault}`);
				return fault === undefined;
			}),
		);
		this.schedule = new AnnounceSchedule(
			usable.filter(tier => tier.length > 0),
			() => random.next(),
			times,
		);
	}

	/** Why there is none to ask, in words; undefined when there is one. */
	get off(): string | undefined {
		if (this.schedule.trackers.length > 0) return undefined;
		return this.#unused.length > 0 ? 'trackers are turned off' : 'it has no tracker';
	}

	/**
	 * Adds a tracker, which a person names, and asks it at once. Answers whether it was not there. One that was is asked
	 * anew when it could not be asked because nobody had named it.
	 *
	 * @param tier 1 is tried first; a tier of its own at the end when left out
	 * @throws {UserError} when the URL cannot be a tracker's
	 */
	add(url: string, tier?: number): boolean {
		const trimmed = url.trim();
		const fault = trackerUrlFault(trimmed);
		if (fault) throw new UserError('bad-tracker', `not a tracker: ${safeText(trimmed)}: ${fault}`);
		const index = tier === undefined ? undefined : Math.max(0, Math.trunc(tier) - 1);
		const isNamed = this.#named.has(trimmed);
		if (!isNamed) this.#named = new Set(this.#named).add(trimmed);
		const now = this.#owner.clock.now();
		const isNew = this.schedule.add(trimmed, index, now);
		if (!isNew && !isNamed) this.schedule.retry(trimmed, now);
		this.#changed();
		return isNew;
	}

	/** One of them is asked whenever its time has come, not only when those before it fail. */
	always(url: string): void {
		if (this.schedule.always(url)) this.#changed();
	}

	/** Adds those of a torrent's own trackers that are not there, behind all others. Answers how many those were. */
	merge(tiers: ReadonlyArray<readonly string[]>): number {
		const known = new Set(this.schedule.trackers.map(({url}) => url));
		let count = 0;
		for (const tier of tiers) {
			const added = tier.filter(url => !known.has(url) && trackerUrlFault(url) === undefined);
			const index = (this.schedule.trackers.at(-1)?.tier ?? -1) + 1;
			for (const url of added) if (this.schedule.add(url, index, this.#owner.clock.now())) count++;
		}
		if (count > 0) this.#changed();
		return count;
	}

	/** Removes a tracker; it hears that we stopped if it knows us. Removing one that is not there does nothing. */
	remove(url: string): void {
		const events = this.schedule.farewell(url);
		if (!this.schedule.remove(url)) return;
		const tracker = this.tracker(url);
		this.#made.delete(url);
		tracker.abandon(events);
		this.#changed();
	}

	#changed(): void {
		this.#hosts = undefined;
		this.#owner.listChanged();
	}

	/** The machines that the first of them are on, each once, in the order of their tiers; made safe for a terminal. */
	get hosts(): readonly string[] {
		if (this.#hosts === undefined) {
			const urls = this.schedule.trackers.toSorted((a, b) => a.tier - b.tier).slice(0, mostHosts * 4);
			const hosts = new Set(urls.map(({url}) => safeText(trackerHost(url), 60)));
			this.#hosts = [...hosts].slice(0, mostHosts);
		}
		return this.#hosts;
	}

	/** The URLs of all, tier by tier in the order in which they are tried now, those that are not asked last. */
	get tiers(): string[][] {
		const tiers = new Map<number, string[]>();
		for (const {url, tier} of this.schedule.trackers) tiers.set(tier, [...(tiers.get(tier) ?? []), url]);
		return [...tiers.values(), ...this.#unused.map(tier => [...tier])];
	}

	/** Those that a person named, as in `TrackerTiers`. */
	get named(): string[] {
		return this.tiers.flat().filter(url => this.#named.has(url));
	}

	isNamed(url: string): boolean {
		return this.#named.has(url);
	}

	/** Those that were looked at, and so all that were ever asked. */
	get made(): Iterable<Tracker> {
		return this.#made.values();
	}

	/** What the first of them says that refuses the torrent; undefined when none does. */
	get refusal(): string | undefined {
		for (const {record} of this.#made.values()) if (record.trouble === 'refused') return record.status;
		return undefined;
	}

	/** One of those in the schedule. */
	tracker(url: string): Tracker {
		const known = this.#made.get(url);
		if (known) return known;
		const tracker = new Tracker(url, this.#owner);
		this.#made.set(url, tracker);
		return tracker;
	}
}
