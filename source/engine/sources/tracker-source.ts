import type {Reannouncement} from '../../api/command.js';
import type {TrackerView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {formatIp, parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock, LogLevel, Random, Timer} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {HttpClient} from '../../io/net/http-client.js';
import type {UdpTrackers} from '../../io/net/udp-tracker-client.js';
import {
	AnnounceSchedule,
	type AnnounceTask,
	type AnnounceTimes,
	announceTimes,
} from '../../policy/tracker/announce-schedule.js';
import type {AnnounceEvent, AnnouncePeers, AnnounceRequest} from '../../protocol/tracker/announce.js';
import {isDialable} from '../../protocol/tracker/compact-peers.js';
import {
	type AnnouncersState,
	silentAfter,
	type TrackerMemory,
	type TrackerTrouble,
	trackerRow,
	troubleOf,
} from '../views/tracker-view.js';
import {TrackerExchange, trackerUrlFault} from './tracker-client.js';

/** What trackers are told of the torrent, in bytes; `left` may be anything large while it is not known. */
export interface AnnounceFacts {
	readonly uploaded: number;
	readonly downloaded: number;
	readonly left: number;
	readonly complete: boolean;
}

export interface AnnouncersOptions {
	/** 20 bytes; of v2-only torrents the first 20 of the 32. */
	readonly infoHash: Uint8Array;
	/** 20 bytes. */
	readonly peerId: Uint8Array;
	/** 32 bits, the same for as long as the session lives. */
	readonly key: number;
	/** The port we listen on. */
	readonly port: () => number;
	/** Tiers of URLs, the first tried first. BEP 12. */
	readonly tiers: ReadonlyArray<readonly string[]>;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: (level: LogLevel, text: string) => void;
	readonly facts: () => AnnounceFacts;
	/** Peers that can be dialled, us left out as far as we know ourselves. */
	readonly onPeers: (peers: readonly PeerAddress[]) => void;
	/** A tracker, by its IP address or name, sees us at this IP address. BEP 24. */
	readonly onExternalIp?: ((host: string, tracker: string) => void) | undefined;
	/** Shared by all torrents. */
	readonly http: HttpClient;
	readonly udp: UdpTrackers;
	/** The address we listen on, when it is only one. */
	readonly bind?: string | undefined;
	/** Whether we speak message stream encryption; not told when left out. */
	readonly supportsEncryption?: boolean | undefined;
	/** The torrent's name, when trackers are to be told: they may list it. Not told when left out. */
	readonly name?: (() => string | undefined) | undefined;
	/** Tiers that are kept for later and not asked now: trackers are turned off. */
	readonly unused?: ReadonlyArray<readonly string[]> | undefined;
	/** Those of the tiers' URLs that a person named: on loopback and LAN addresses these may have any path. */
	readonly named?: readonly string[] | undefined;
	/** Finds the address of a peer that a tracker tells by its DNS name. Such peers are left out without it. */
	readonly lookUp?: ((host: string) => Promise<string | undefined>) | undefined;
	/** Whether HTTP trackers on loopback and LAN addresses may have any path, whoever named them. */
	readonly anyLocalPath?: boolean | undefined;
	readonly times?: AnnounceTimes;
}

interface Request {
	readonly abort: AbortController;
	readonly done: Promise<void>;
}

const numwant = 200;
/** How long trackers have to hear that we stopped. */
const farewellTime = 5000;
/** How long one that never answered has before we leave without a word. */
const strangerTime = 1500;
/** Who has not answered for so long is not waited for alone: the next tracker is asked, and both may answer. */
const slowAfter = 10_000;
/** So few peers of an answer are remembered, to know whether they are all ourselves. */
const fewPeers = 8;
const scrapeDelay = 5000;
const scrapeInterval = 1_800_000;

/** Owns what one torrent has to do with its trackers: asks them when the schedule says so, and tells who is there. */
export class Announcers {
	readonly #options: AnnouncersOptions;
	readonly #schedule: AnnounceSchedule;
	readonly #exchange: TrackerExchange;
	readonly #named: Set<string>;
	readonly #memories = new Map<string, TrackerMemory>();
	readonly #requests = new Map<string, Request>();
	readonly #scrapes = new Set<Timer>();
	#timer: Timer | undefined;
	#state: AnnouncersState = 'off';
	#stopped: Promise<void> = Promise.resolve();
	#startAgain = false;
	#revision = 0;

	constructor(options: AnnouncersOptions) {
		this.#options = options;
		this.#named = new Set(options.named);
		const tiers = options.tiers.map(tier =>
			tier.filter(url => {
				const fault = trackerUrlFault(url);
				if (fault) options.log('warn', `tracker ${safeText(url)} is left out: ${fault}`);
				return fault === undefined;
			}),
		);
		this.#schedule = new AnnounceSchedule(
			tiers.filter(tier => tier.length > 0),
			() => options.random.next(),
			options.times ?? announceTimes,
		);
		this.#exchange = new TrackerExchange(options);
	}

	/** Grows whenever a view changes by more than the passing of time. */
	get revision(): number {
		return this.#revision;
	}

	/** Announces at once. Does nothing when already started; after a `stop()` under way, starts when that is done. */
	start(): void {
		if (this.#state === 'stopping') this.#startAgain = true;
		if (this.#state !== 'off') return;
		this.#state = 'running';
		for (const memory of this.#memories.values()) {
			memory.status = undefined;
			memory.warning = undefined;
		}
		this.#schedule.start(this.#now());
		this.#pump();
	}

	/** The download became complete just now: trackers that know us as a downloader hear it, once. */
	complete(): void {
		if (this.#state !== 'running') return;
		this.#schedule.complete();
		this.#pump();
	}

	/** Tells the trackers that know us that we stopped. Resolves when they have heard it, after 5 s at the latest. */
	stop(): Promise<void> {
		this.#startAgain = false;
		if (this.#state === 'running') {
			this.#state = 'stopping';
			this.#revision++;
			this.#timer?.clear();
			for (const timer of this.#scrapes) timer.clear();
			this.#scrapes.clear();
			this.#schedule.stop();
			this.#stopped = this.#leave();
		}
		return this.#stopped;
	}

	/** Asks again now, as far as the trackers allow: for a person who does not want to wait. Answers what came of it. */
	reannounce(): Reannouncement {
		const busy = [...this.#requests.keys()];
		const now = this.#now();
		if (this.#state === 'running') {
			this.#schedule.reannounce(now);
			this.#pump();
		}
		const asked = [...this.#requests.keys()].filter(url => !busy.includes(url));
		const waits = this.#schedule.trackers
			.filter(({state, nextAt}) => state === 'working' && nextAt > now)
			.map(({url, nextAt}) => ({tracker: hostOf(url), allowedIn: Math.ceil((nextAt - now) / 1000)}));
		return {
			running: this.#state === 'running',
			trackers: this.#schedule.trackers.length,
			asked: asked.map(hostOf),
			busy: this.#state === 'running' ? busy.map(hostOf) : [],
			waits: this.#state === 'running' ? waits : [],
		};
	}

	/** Whether those that answered named somebody, and nobody but us. */
	namesOnly(isOurs: (peer: PeerAddress) => boolean): boolean {
		let named = 0;
		for (const {url, state} of this.#schedule.trackers) {
			const memory = state === 'working' ? this.#memories.get(url) : undefined;
			if (memory?.peers === undefined || memory.peers === 0) continue;
			const few = memory.few ?? [];
			if (few.length < memory.peers || !few.every(peer => this.#isOurAddress(peer) || isOurs(peer)))
				return false;
			named++;
		}
		return named > 0;
	}

	/** More peers are needed: asks as soon as the trackers' minimum interval allows. */
	needPeers(): void {
		this.#schedule.hurry(this.#now());
		this.#pump();
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
		this.#named.add(trimmed);
		const isNew = this.#schedule.add(trimmed, index, this.#now());
		if (!isNew && !isNamed) this.#schedule.retry(trimmed, this.#now());
		this.#revision++;
		this.#pump();
		return isNew;
	}

	/** Adds those of a torrent's own trackers that are not there, behind all others. Answers how many those were. */
	merge(tiers: ReadonlyArray<readonly string[]>): number {
		const known = new Set(this.#schedule.trackers.map(({url}) => url));
		let count = 0;
		for (const tier of tiers) {
			const added = tier.filter(url => !known.has(url) && trackerUrlFault(url) === undefined);
			const index = (this.#schedule.trackers.at(-1)?.tier ?? -1) + 1;
			for (const url of added) if (this.#schedule.add(url, index, this.#now())) count++;
		}
		if (count === 0) return 0;
		this.#revision++;
		this.#pump();
		return count;
	}

	/** Those of the trackers that a person named, as `AnnouncersOptions.named`. */
	get named(): string[] {
		return this.tiers.flat().filter(url => this.#named.has(url));
	}

	/** Removes a tracker; it hears that we stopped if it knows us. Removing one that is not there does nothing. */
	remove(url: string): void {
		const request = this.#requests.get(url);
		const events = this.#schedule.farewell(url);
		if (!this.#schedule.remove(url)) return;
		request?.abort.abort(new Error('removed'));
		const trackerId = this.#memories.get(url)?.trackerId;
		this.#memories.delete(url);
		this.#revision++;
		void this.#sayFarewell(url, events, trackerId, this.#deadline(farewellTime));
		this.#pump();
	}

	/** The URLs of all trackers, tier by tier in the order in which they are tried now, those that are not asked last. */
	get tiers(): string[][] {
		const tiers = new Map<number, string[]>();
		for (const {url, tier} of this.#schedule.trackers) tiers.set(tier, [...(tiers.get(tier) ?? []), url]);
		return [...tiers.values(), ...(this.#options.unused ?? []).map(tier => [...tier])];
	}

	/** One row a tracker, in the order in which they are tried. */
	views(now: number): TrackerView[] {
		return this.#schedule.trackers.map(tracker =>
			trackerRow(tracker, this.#memories.get(tracker.url) ?? {}, this.#state, now),
		);
	}

	#pump(): void {
		this.#timer?.clear();
		if (this.#state !== 'running') return;
		const now = this.#now();
		for (const task of this.#schedule.due(now)) this.#send(task);
		const deadline = this.#schedule.nextDeadline(now);
		if (deadline === undefined) return;
		this.#timer = this.#options.clock.after(deadline - now, () => this.#pump());
	}

	#send(task: AnnounceTask): void {
		const abort = new AbortController();
		const done = this.#ask(task, abort.signal).finally(() => {
			if (this.#requests.get(task.url)?.abort === abort) this.#requests.delete(task.url);
			this.#revision++;
			this.#pump();
		});
		this.#requests.set(task.url, {abort, done});
		this.#revision++;
	}

	async #ask({url, event}: AnnounceTask, signal: AbortSignal): Promise<void> {
		const memory = this.#memory(url);
		memory.askedAt = this.#now();
		const silent = this.#options.clock.after(silentAfter, () => {
			this.#revision++;
		});
		const proceed = (): void => {
			this.#schedule.slow(url);
			this.#pump();
		};
		const slow = this.#options.clock.after(slowAfter, proceed);
		try {
			const answer = await this.#exchange.announce(
				url,
				this.#request(event, memory.trackerId),
				signal,
				this.#named.has(url),
				proceed,
			);
			if (signal.aborted) return;
			if (answer.kind === 'peers') this.#take(url, answer);
			else this.#fail(url, safeText(answer.reason) || 'without a reason', 'refused', answer.retryIn);
		} catch (error) {
			if (!signal.aborted) this.#fail(url, safeText((error as Error).message), troubleOf(error));
		} finally {
			silent.clear();
			slow.clear();
			memory.askedAt = undefined;
		}
	}

	#take(url: string, answer: AnnouncePeers): void {
		const now = this.#now();
		this.#schedule.succeeded(url, answer, now);
		const memory = this.#memory(url);
		memory.status = undefined;
		memory.trouble = undefined;
		memory.few = answer.peers.length <= fewPeers ? answer.peers : undefined;
		memory.warning = answer.warning === undefined ? undefined : safeText(answer.warning);
		memory.trackerId = answer.trackerId ?? memory.trackerId;
		memory.seeders = answer.seeders ?? memory.seeders;
		memory.leechers = answer.leechers ?? memory.leechers;
		memory.completed = answer.completed ?? memory.completed;
		memory.peers = answer.peers.length;
		const {externalIp} = answer;
		if (externalIp !== undefined)
			this.#options.onExternalIp?.(externalIp, new URL(url).hostname.replace(/^\[|\]$/g, ''));
		const host = hostOf(url);
		if (memory.warning) this.#options.log('warn', `${host} warns: ${memory.warning}`);
		this.#options.log('debug', `${host} answered: ${answer.peers.length} peers`);
		if (this.#state !== 'running') return;
		if (memory.completed === undefined || memory.seeders === undefined) this.#scrapeLater(url, memory, now);
		const peers = answer.peers.filter(peer => !this.#isOurAddress(peer));
		if (peers.length > 0) this.#options.onPeers(peers);
		void this.#lookUp(answer.names ?? []);
	}

	/** One by one, so that no tracker makes us flood those who answer such questions. */
	async #lookUp(names: readonly PeerAddress[]): Promise<void> {
		for (const {host, port} of names) {
			const found = await this.#options.lookUp?.(host);
			if (this.#state !== 'running') return;
			const address = found === undefined ? undefined : parseIp(found);
			if (address && isDialable(address, port)) this.#options.onPeers([{host: formatIp(address), port}]);
		}
	}

	#fail(url: string, reason: string, trouble: TrackerTrouble, retryIn?: number | 'never'): void {
		const memory = this.#memory(url);
		memory.status = reason;
		memory.trouble = trouble;
		// What it said when it answered last is past.
		memory.warning = undefined;
		this.#schedule.failed(url, this.#now(), retryIn);
		this.#options.log('warn', `${hostOf(url)}: ${reason}`);
	}

	#isOurAddress({host, port}: PeerAddress): boolean {
		return port === this.#options.port() && this.#isOurs(host);
	}

	/** What a tracker calls our address may be a stranger's: only our own peer id coming back shows that we are there. */
	#isOurs(host: string): boolean {
		const {bind} = this.#options;
		return bind === undefined ? host === '127.0.0.1' || host === '::1' : host === bind;
	}

	#scrapeLater(url: string, memory: TrackerMemory, now: number): void {
		if (memory.scrapedAt !== undefined && now - memory.scrapedAt < scrapeInterval) return;
		memory.scrapedAt = now;
		const timer = this.#options.clock.after(scrapeDelay, () => {
			this.#scrapes.delete(timer);
			void this.#scrape(url, memory);
		});
		this.#scrapes.add(timer);
	}

	async #scrape(url: string, memory: TrackerMemory): Promise<void> {
		try {
			const answer = await this.#exchange.scrape(
				url,
				this.#options.infoHash,
				this.#deadline(30_000),
				this.#named.has(url),
			);
			if (answer?.kind !== 'counts') return;
			memory.seeders = answer.seeders;
			memory.leechers = answer.leechers;
			memory.completed = answer.completed;
			this.#revision++;
		} catch (error) {
			this.#options.log('debug', `${hostOf(url)} has no scrape: ${safeText((error as Error).message)}`);
		}
	}

	async #leave(): Promise<void> {
		const deadline = this.#deadline(farewellTime);
		await Promise.all(
			this.#schedule.trackers.map(async ({url, registered}) => {
				await this.#finish(url, registered ? deadline : this.#deadline(strangerTime));
				const events = this.#schedule.farewell(url);
				await this.#sayFarewell(url, events, this.#memories.get(url)?.trackerId, deadline);
			}),
		);
		this.#state = 'off';
		this.#revision++;
		if (!this.#startAgain) return;
		this.#startAgain = false;
		this.start();
	}

	/** Waits for the answer that is on its way, until the deadline. */
	async #finish(url: string, deadline: AbortSignal): Promise<void> {
		const request = this.#requests.get(url);
		if (!request) return;
		const abort = (): void => request.abort.abort(deadline.reason);
		deadline.addEventListener('abort', abort);
		await request.done;
		deadline.removeEventListener('abort', abort);
	}

	async #sayFarewell(
		url: string,
		events: readonly AnnounceEvent[],
		trackerId: string | undefined,
		deadline: AbortSignal,
	): Promise<void> {
		for (const event of events) {
			try {
				await this.#exchange.announce(url, this.#request(event, trackerId), deadline, this.#named.has(url));
			} catch (error) {
				const reason = safeText((error as Error).message);
				this.#options.log('debug', `${hostOf(url)} may not have heard "${event}": ${reason}`);
			}
		}
	}

	#request(event: AnnounceEvent | undefined, trackerId: string | undefined): AnnounceRequest {
		const {infoHash, peerId, key, port, facts, supportsEncryption, name} = this.#options;
		const {uploaded, downloaded, left} = facts();
		return {
			infoHash,
			peerId,
			key: key >>> 0,
			port: port(),
			uploaded: whole(uploaded),
			downloaded: whole(downloaded),
			left: whole(left),
			event,
			numwant: event === 'stopped' ? 0 : numwant,
			trackerId,
			supportsEncryption,
			name: name?.(),
		};
	}

	#deadline(delay: number): AbortSignal {
		const controller = new AbortController();
		this.#options.clock.after(delay, () => controller.abort(new Error('no answer in time')));
		return controller.signal;
	}

	#memory(url: string): TrackerMemory {
		const known = this.#memories.get(url);
		if (known) return known;
		const memory: TrackerMemory = {};
		this.#memories.set(url, memory);
		return memory;
	}

	#now(): number {
		return this.#options.clock.now();
	}
}

/** A tracker without what may be secret in its URL. */
function hostOf(url: string): string {
	return `tracker ${safeText(new URL(url).host)}`;
}

/** Counters as trackers can read them. */
function whole(count: number): number {
	return Number.isFinite(count) ? Math.max(0, Math.trunc(count)) : Number.MAX_SAFE_INTEGER;
}
