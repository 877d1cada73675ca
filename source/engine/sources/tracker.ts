import {ProtocolError} from '../../base/errors.js';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {Clock, LogLevel, Timer} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis, Seconds} from '../../base/units.js';
import {firstKey, isV2Key, keysOf, type SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import type {AnnounceEvent, AnnouncePeers, AnnounceRequest} from '../../protocol/tracker/announce.js';
import {deadlineSignal} from './deadline-signal.js';
import {takeSwarms} from './take-swarms.js';
import {HttpStatusError, type TrackerClient} from './tracker-client.js';
import {trackerName} from './tracker-url.js';

/** How long trackers have to hear that we stopped. */
export const farewellTime: Millis = 5000;
/** How long one that never answered has before we leave without a word. */
const strangerTime: Millis = 1500;
/** Who has not answered for so long is not waited for alone: the next tracker is asked, and both may answer. */
const slowAfter: Millis = 10_000;
/** A tracker that has not answered after this time is said to be silent, though it may answer yet. */
export const silentAfter: Millis = 3000;
/** So few peers of an answer are remembered, to know whether they are all ourselves. */
const fewPeers = 8;
const scrapeDelay: Millis = 5000;
const scrapeInterval: Millis = 1_800_000;
const scrapeTime: Millis = 30_000;
const joinTime: Millis = 30_000;

/** It did not answer, said no, or answered what is of no use. */
export type TrackerTrouble = 'silent' | 'refused' | 'broken';

/** What a tracker has told us, and what came of asking it. */
export interface TrackerRecord {
	/** What its last failure said, made safe for a terminal. */
	readonly status?: string | undefined;
	readonly warning?: string | undefined;
	readonly seeders?: number | undefined;
	/** When it said how many seeders there are. */
	readonly countedAt?: Millis | undefined;
	readonly leechers?: number | undefined;
	readonly completed?: number | undefined;
	/** How many its last answer named. */
	readonly peers?: number | undefined;
	/** When it was asked what it has not answered yet. */
	readonly askedAt?: Millis | undefined;
	/** When it was asked last, and when it answered last, by the clock of the session. */
	readonly triedAt?: Millis | undefined;
	readonly answeredAt?: Millis | undefined;
	/** What was wrong the last time it was asked; undefined when nothing was. */
	readonly trouble?: TrackerTrouble | undefined;
}

/** What a tracker asks of, and tells, the source it belongs to. */
export interface TrackerOwner {
	readonly client: TrackerClient;
	readonly clock: Clock;
	/** Of the torrent: a hybrid is announced in both of its swarms. BEP 52. */
	readonly swarmKeys: SwarmKeys;
	/** Whether it is asked, and not merely told that we go. */
	readonly running: boolean;
	/** What to tell it now in a swarm. @param trackerId as it gave it */
	request(
		infoHash: Uint8Array,
		url: string,
		event: AnnounceEvent | undefined,
		trackerId: string | undefined,
	): AnnounceRequest;
	/** Whether a person named it. */
	isNamed(url: string): boolean;
	/** It answered. @param isV2 in the v2 swarm of a torrent */
	answered(tracker: Tracker, answer: AnnouncePeers, isV2: boolean): void;
	/** It says more, in the other family or swarm. */
	answeredMore(tracker: Tracker, answer: AnnouncePeers, isV2: boolean): void;
	/** It did not, or not as it should. */
	failed(tracker: Tracker, retryIn: Seconds | 'never' | undefined): void;
	/** It takes its time. */
	slow(tracker: Tracker): void;
	/** What was asked of it has come to its end. */
	settled(): void;
	/** Its record has changed. */
	changed(): void;
	log(level: LogLevel, text: string): void;
}

/** One tracker of one torrent: asks it, remembers what it said. Whether it is time to is the schedule's to know. */
export class Tracker {
	readonly url: string;
	/** For people. */
	readonly name: string;
	readonly #owner: TrackerOwner;
	#record: {-readonly [Key in keyof TrackerRecord]: TrackerRecord[Key]} = {};
	#trackerId: string | undefined;
	/** Whom its last answer named, when they were few. */
	#few: readonly PeerAddress[] = [];
	/** Whom its last answer named. */
	#named = new Set<string>();
	#scrapedAt: Millis = Number.NEGATIVE_INFINITY;
	#scrapeTimer: Timer | undefined;
	#pending: {readonly abort: AbortController; readonly done: Promise<void>} | undefined;

	constructor(url: string, owner: TrackerOwner) {
		this.url = url;
		this.name = trackerName(url);
		this.#owner = owner;
	}

	get record(): TrackerRecord {
		return this.#record;
	}

	/** Whether it was asked and has not answered yet. */
	get busy(): boolean {
		return this.#pending !== undefined;
	}

	/** A new run begins: what it said in the last one is past. */
	begin(): void {
		this.#record.status = undefined;
		this.#record.warning = undefined;
	}

	/** Asks it now. What comes of it is told to the owner. */
	announce(event: AnnounceEvent | undefined): void {
		const abort = new AbortController();
		const done = this.#ask(event, abort.signal).finally(() => {
			this.#pending = undefined;
			this.#owner.changed();
			this.#owner.settled();
		});
		this.#pending = {abort, done};
		this.#owner.changed();
	}

	async #ask(event: AnnounceEvent | undefined, signal: AbortSignal): Promise<void> {
		const {client, clock} = this.#owner;
		this.#record.askedAt = clock.now();
		this.#record.triedAt = this.#record.askedAt;
		const silent = clock.after(silentAfter, () => this.#owner.changed());
		const proceed = (): void => this.#owner.slow(this);
		const slow = clock.after(slowAfter, proceed);
		try {
			const asked = keysOf(this.#owner.swarmKeys).map(({key, isV2}) => ({
				isV2,
				answer: client.announce(
					this.url,
					this.#owner.request(key, this.url, event, this.#trackerId),
					signal,
					this.#isNamed,
					proceed,
					more => this.#takeMore(more, isV2, signal),
				),
			}));
			const answer = await takeSwarms(asked, (peers, isV2, isFirst) => {
				if (!isFirst) this.#takeMore(peers, isV2, signal);
				else if (!signal.aborted) this.#take(peers, isV2);
			});
			if (answer?.kind === 'failure' && !signal.aborted)
				this.#fail(safeText(answer.reason) || 'without a reason', 'refused', answer.retryIn);
		} catch (error) {
			if (!signal.aborted) this.#fail(safeText((error as Error).message), troubleOf(error));
		} finally {
			silent.clear();
			slow.clear();
			this.#record.askedAt = undefined;
		}
	}

	#take(answer: AnnouncePeers, isV2: boolean): void {
		const record = this.#record;
		record.status = undefined;
		record.trouble = undefined;
		record.warning = answer.warning === undefined ? undefined : safeText(answer.warning);
		record.seeders = answer.seeders ?? record.seeders;
		if (answer.seeders !== undefined) record.countedAt = this.#owner.clock.now();
		record.leechers = answer.leechers ?? record.leechers;
		record.completed = answer.completed ?? record.completed;
		record.peers = answer.peers.length;
		record.answeredAt = this.#owner.clock.now();
		this.#named = new Set(answer.peers.map(formatAddress));
		this.#few = answer.peers.length <= fewPeers ? answer.peers : [];
		this.#trackerId = answer.trackerId ?? this.#trackerId;
		if (record.warning) this.#owner.log('warn', `${this.name} warns: ${record.warning}`);
		this.#owner.log('debug', `${this.name} answered: ${answer.peers.length} peers`);
		this.#owner.answered(this, answer, isV2);
		if (record.completed === undefined || record.seeders === undefined) this.#scrapeLater();
	}

	/** What it says of the other family, or the other swarm, adds to what it said. */
	#takeMore(answer: AnnouncePeers, isV2: boolean, signal: AbortSignal): void {
		if (signal.aborted) return;
		const record = this.#record;
		const news = answer.peers.filter(peer => !this.#named.has(formatAddress(peer)));
		for (const peer of news) this.#named.add(formatAddress(peer));
		record.peers = (record.peers ?? 0) + news.length;
		record.seeders = largest(record.seeders, answer.seeders);
		record.leechers = largest(record.leechers, answer.leechers);
		this.#few = record.peers <= fewPeers ? [...this.#few, ...news] : [];
		this.#owner.log('debug', `${this.name} answered once more: ${answer.peers.length} peers`);
		this.#owner.answeredMore(this, answer, isV2);
		this.#owner.changed();
	}

	#fail(reason: string, trouble: TrackerTrouble, retryIn?: Seconds | 'never'): void {
		this.#record.status = reason;
		this.#record.trouble = trouble;
		// What it said when it answered last is past.
		this.#record.warning = undefined;
		this.#owner.failed(this, retryIn);
		this.#owner.log('warn', `${this.name}: ${reason}`);
	}

	/** Whether its last answer named somebody, and all of them are ours; undefined when it named nobody. */
	namedOnly(isOurs: (peer: PeerAddress) => boolean): boolean | undefined {
		const {peers} = this.#record;
		if (peers === undefined || peers === 0) return undefined;
		return this.#few.length === peers && this.#few.every(isOurs);
	}

	/** Asks it now how many there are, as far as it can be asked that. */
	recount(): void {
		void this.#scrape();
	}

	#scrapeLater(): void {
		const {clock, running} = this.#owner;
		const now = clock.now();
		if (!running || now - this.#scrapedAt < scrapeInterval) return;
		this.#scrapedAt = now;
		this.#scrapeTimer = clock.after(scrapeDelay, () => void this.#scrape());
	}

	async #scrape(): Promise<void> {
		const {client, clock, swarmKeys} = this.#owner;
		try {
			const deadline = deadlineSignal(clock, scrapeTime);
			const answer = await client.scrape(this.url, firstKey(swarmKeys), deadline, this.#isNamed);
			if (answer?.kind !== 'counts') return;
			this.#record.seeders = answer.seeders;
			this.#record.countedAt = clock.now();
			this.#record.leechers = answer.leechers;
			this.#record.completed = answer.completed;
			this.#owner.changed();
		} catch (error) {
			this.#owner.log('debug', `${this.name} has no scrape: ${safeText((error as Error).message)}`);
		}
	}

	/** Nothing more is asked of it by itself. */
	rest(): void {
		this.#scrapeTimer?.clear();
	}

	/** It is removed: its answer is not waited for, and it is told these. */
	abandon(events: readonly AnnounceEvent[]): void {
		this.rest();
		this.#pending?.abort.abort(new Error('removed'));
		void this.tell(events, deadlineSignal(this.#owner.clock, farewellTime));
	}

	/** Waits for the answer that is on its way: of one that does not know us for a short time only. */
	async finish(isKnown: boolean, deadline: AbortSignal): Promise<void> {
		if (this.#pending === undefined) return;
		const {abort, done} = this.#pending;
		const limit = isKnown ? deadline : deadlineSignal(this.#owner.clock, strangerTime);
		const giveUp = (): void => abort.abort(limit.reason);
		limit.addEventListener('abort', giveUp);
		await done;
		limit.removeEventListener('abort', giveUp);
	}

	/** Tells it these, one after the other. Resolves also when it does not hear them before the deadline. */
	async tell(events: readonly AnnounceEvent[], deadline: AbortSignal): Promise<void> {
		for (const event of events) {
			await Promise.all(keysOf(this.#owner.swarmKeys).map(({key}) => this.#tellSwarm(key, event, deadline)));
		}
	}

	async #tellSwarm(key: Uint8Array, event: AnnounceEvent, deadline: AbortSignal): Promise<void> {
		try {
			const request = this.#owner.request(key, this.url, event, this.#trackerId);
			await this.#owner.client.announce(this.url, request, deadline, this.#isNamed);
		} catch (error) {
			const reason = safeText((error as Error).message);
			this.#owner.log('debug', `${this.name} may not have heard "${event}": ${reason}`);
		}
	}

	/** It knows us by the one hash of the torrent, and hears of us by the other now. @param key 20 bytes */
	async joinSwarm(key: Uint8Array): Promise<void> {
		const {clock, client, swarmKeys} = this.#owner;
		const deadline = deadlineSignal(clock, joinTime);
		try {
			const request = this.#owner.request(key, this.url, 'started', this.#trackerId);
			const more = (answer: AnnouncePeers) => this.#takeMore(answer, isV2Key(swarmKeys, key), deadline);
			const answer = await client.announce(this.url, request, deadline, this.#isNamed, undefined, more);
			if (answer.kind === 'peers') more(answer);
		} catch (error) {
			const reason = safeText((error as Error).message);
			this.#owner.log('debug', `${this.name} does not know its other hash: ${reason}`);
		}
	}

	get #isNamed(): boolean {
		return this.#owner.isNamed(this.url);
	}
}

/** Of what one tracker counts in several swarms, of which most peers are in all. */
function largest(one: number | undefined, other: number | undefined): number | undefined {
	return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/** What a rejected announce says of its tracker. */
function troubleOf(error: unknown): TrackerTrouble {
	if (error instanceof HttpStatusError) return error.status < 500 ? 'refused' : 'broken';
	return error instanceof ProtocolError ? 'broken' : 'silent';
}
