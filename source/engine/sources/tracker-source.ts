import type {Reannouncement} from '../../api/command.js';
import type {TrackerView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {formatIp, parseIp} from '../../base/ip-address.js';
import {isDialable, type PeerAddress} from '../../base/peer-address.js';
import type {Clock, LogLevel, Random, Timer} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import {type Bytes, blockLength, type Millis, type Seconds} from '../../base/units.js';
import {AnnounceSchedule} from '../../policy/tracker/announce-schedule.js';
import {announceTimes} from '../../policy/tracker/scheduled-tracker.js';
import type {AnnounceEvent, AnnouncePeers, AnnounceRequest} from '../../protocol/tracker/announce.js';
import {type TrackersState, trackerRow} from '../views/tracker-view.js';
import {deadlineSignal} from './deadline-signal.js';
import type {AddressWitness} from './external-address.js';
import type {PeerSource} from './peer-source.js';
import {Tracker, type TrackerOwner} from './tracker.js';
import {TrackerClient, type TrackerClientOptions} from './tracker-client.js';
import {trackerHost, trackerUrlFault} from './tracker-url.js';

/** What its trackers are told of a torrent, and what they tell it. */
export interface AnnouncedTorrent {
	/** 20 bytes; of v2-only torrents the first 20 of the 32. */
	readonly infoHash: Uint8Array;
	readonly stats: {readonly uploaded: Bytes; readonly downloaded: Bytes};
	/** What it lacks; undefined while nobody knows how much it is. */
	readonly left: Bytes | undefined;
	/** Its name, when trackers are to be told: they may list it. */
	readonly publicName?: string | undefined;
	/** Whether this is known to be our own address. */
	isOwn(peer: PeerAddress): boolean;
	/** A tracker named these peers, none of them known to be ourselves. */
	found(peers: readonly PeerAddress[]): void;
	log(level: LogLevel, text: string): void;
}

/** The trackers of a torrent, as they are kept. */
export interface TrackerTiers {
	/** Tiers of URLs, the first tried first. BEP 12. */
	readonly tiers: ReadonlyArray<readonly string[]>;
	/** Tiers that are kept for later and not asked now: trackers are turned off. */
	readonly unused?: ReadonlyArray<readonly string[]> | undefined;
	/** Those of the tiers' URLs that a person named: on loopback and LAN addresses these may have any path. */
	readonly named?: readonly string[] | undefined;
}

/** What asking trackers takes of the session. */
export interface TrackerServices extends TrackerClientOptions {
	readonly clock: Clock;
	readonly random: Random;
	/** 20 bytes. */
	readonly peerId: Uint8Array;
	/** 32 bits, the same for as long as the session lives. */
	readonly key: number;
	/** The port we listen on. */
	port(): number;
	readonly externalAddress: {heardOurAddress(host: string, from: string, witness: AddressWitness): void};
	/** Finds the address of a peer that a tracker tells by its DNS name; undefined when there is none. */
	readonly resolver: {first(name: string): Promise<string | undefined>};
}

const numwant = 200;
/** How long trackers have to hear that we stopped. */
const farewellTime: Millis = 5000;

/** The trackers of one torrent: asks them when the schedule says so, tells who is there. */
export class TrackerSource implements PeerSource, TrackerOwner {
	readonly kind = 'tracker';
	readonly client: TrackerClient;
	readonly #torrent: AnnouncedTorrent;
	readonly #services: TrackerServices;
	readonly #schedule: AnnounceSchedule;
	readonly #unused: ReadonlyArray<readonly string[]>;
	readonly #named: Set<string>;
	/** Those that were asked since they were added. */
	readonly #trackers = new Map<string, Tracker>();
	#timer: Timer | undefined;
	#state: TrackersState = 'off';
	#stopped: Promise<void> = Promise.resolve();
	#startAgain = false;
	#revision = 0;

	constructor(
		torrent: AnnouncedTorrent,
		{tiers, unused = [], named = []}: TrackerTiers,
		services: TrackerServices,
		times = announceTimes,
	) {
		this.#torrent = torrent;
		this.#services = services;
		this.#unused = unused;
		this.#named = new Set(named);
		this.client = new TrackerClient(services);
		const usable = tiers.map(tier =>
			tier.filter(url => {
				const fault = trackerUrlFault(url);
				if (fault) torrent.log('warn', `tracker ${safeText(url)} is left out: ${fault}`);
				return fault === undefined;
			}),
		);
		this.#schedule = new AnnounceSchedule(
			usable.filter(tier => tier.length > 0),
			() => services.random.next(),
			times,
		);
	}

	/** Grows whenever a view changes by more than the passing of time. */
	get revision(): number {
		return this.#revision;
	}

	get off(): string | undefined {
		if (this.#schedule.trackers.length > 0) return undefined;
		return this.#unused.length > 0 ? 'trackers are turned off' : 'it has no tracker';
	}

	nextAt(now: Millis): Millis | undefined {
		return this.#schedule.nextDeadline(now);
	}

	// As a source of peers.

	start(): void {
		if (this.#state === 'stopping') this.#startAgain = true;
		if (this.#state !== 'off') return;
		this.#state = 'running';
		for (const tracker of this.#trackers.values()) tracker.begin();
		this.#schedule.start(this.#now());
		this.#pump();
	}

	/** Trackers that know us as a downloader hear it, once. */
	completed(): void {
		if (this.#state !== 'running') return;
		this.#schedule.complete();
		this.#pump();
	}

	needPeers(): void {
		this.#schedule.hurry(this.#now());
		this.#pump();
	}

	/** Answers what came of it. */
	hurry(): Reannouncement {
		const busy = this.#busy();
		const now = this.#now();
		if (this.running) {
			this.#schedule.reannounce(now);
			this.#pump();
		}
		const asked = this.#busy().filter(tracker => !busy.includes(tracker));
		const waits = this.#schedule.trackers
			.filter(({state, nextAt}) => state === 'working' && nextAt > now)
			.map(({url, nextAt}) => ({
				tracker: this.#tracker(url).name,
				allowedIn: Math.ceil((nextAt - now) / 1000),
			}));
		return {
			running: this.running,
			trackers: this.#schedule.trackers.length,
			asked: asked.map(({name}) => name),
			busy: this.running ? busy.map(({name}) => name) : [],
			waits: this.running ? waits : [],
		};
	}

	/** Tells the trackers that know us that we stopped. */
	stop(): Promise<void> {
		this.#startAgain = false;
		if (this.#state === 'running') {
			this.#state = 'stopping';
			this.#revision++;
			this.#timer?.clear();
			for (const tracker of this.#trackers.values()) tracker.rest();
			this.#schedule.stop();
			this.#stopped = this.#leave();
		}
		return this.#stopped;
	}

	async #leave(): Promise<void> {
		const deadline = deadlineSignal(this.clock, farewellTime);
		await Promise.all(
			this.#schedule.trackers.map(async ({url, registered}) => {
				const tracker = this.#tracker(url);
				await tracker.finish(registered, deadline);
				await tracker.tell(this.#schedule.farewell(url), deadline);
			}),
		);
		this.#state = 'off';
		this.#revision++;
		if (!this.#startAgain) return;
		this.#startAgain = false;
		this.start();
	}

	#pump(): void {
		this.#timer?.clear();
		if (!this.running) return;
		const now = this.#now();
		for (const {url, event} of this.#schedule.due(now)) this.#tracker(url).announce(event);
		const deadline = this.#schedule.nextDeadline(now);
		if (deadline === undefined) return;
		this.#timer = this.clock.after(deadline - now, () => this.#pump());
	}

	// As a list of trackers.

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

	/** Removes a tracker; it hears that we stopped if it knows us. Removing one that is not there does nothing. */
	remove(url: string): void {
		const events = this.#schedule.farewell(url);
		if (!this.#schedule.remove(url)) return;
		const tracker = this.#tracker(url);
		this.#trackers.delete(url);
		tracker.abandon();
		this.#revision++;
		void tracker.tell(events, deadlineSignal(this.clock, farewellTime));
		this.#pump();
	}

	/** The URLs of all trackers, tier by tier in the order in which they are tried now, those that are not asked last. */
	get tiers(): string[][] {
		const tiers = new Map<number, string[]>();
		for (const {url, tier} of this.#schedule.trackers) tiers.set(tier, [...(tiers.get(tier) ?? []), url]);
		return [...tiers.values(), ...this.#unused.map(tier => [...tier])];
	}

	/** Those of the trackers that a person named, as in `TrackerTiers`. */
	get named(): string[] {
		return this.tiers.flat().filter(url => this.#named.has(url));
	}

	/** One row a tracker, in the order in which they are tried. */
	views(now: Millis): TrackerView[] {
		return this.#schedule.trackers.map(scheduled =>
			trackerRow(scheduled, this.#trackers.get(scheduled.url)?.record ?? {}, this.#state, now),
		);
	}

	/** Whether those that answered named somebody, and nobody but us. */
	get namesOnlyUs(): boolean {
		const named = this.#schedule.trackers.flatMap(({url, state}) => {
			if (state !== 'working') return [];
			return this.#trackers.get(url)?.namedOnly(peer => this.#torrent.isOwn(peer)) ?? [];
		});
		return named.length > 0 && named.every(isOurs => isOurs);
	}

	#busy(): Tracker[] {
		return [...this.#trackers.values()].filter(({busy}) => busy);
	}

	#tracker(url: string): Tracker {
		const known = this.#trackers.get(url);
		if (known) return known;
		const tracker = new Tracker(url, this);
		this.#trackers.set(url, tracker);
		return tracker;
	}

	// What one of them asks and tells.

	get clock(): Clock {
		return this.#services.clock;
	}

	get infoHash(): Uint8Array {
		return this.#torrent.infoHash;
	}

	get running(): boolean {
		return this.#state === 'running';
	}

	request(event: AnnounceEvent | undefined, trackerId: string | undefined): AnnounceRequest {
		const {infoHash, stats, left, publicName} = this.#torrent;
		const {peerId, key} = this.#services;
		return {
			infoHash,
			peerId,
			key: key >>> 0,
			port: this.#services.port(),
			uploaded: whole(stats.uploaded),
			downloaded: whole(stats.downloaded),
			// Who is told 0 takes us for a seed, and may name no seeds to us. BEP 3.
			left: left === undefined ? blockLength : whole(left),
			event,
			numwant: event === 'stopped' ? 0 : numwant,
			trackerId,
			name: publicName,
		};
	}

	isNamed(url: string): boolean {
		return this.#named.has(url);
	}

	answered({url}: Tracker, answer: AnnouncePeers): void {
		const {externalIp, peers, names = []} = answer;
		this.#schedule.succeeded(url, answer, this.#now());
		if (externalIp !== undefined)
			this.#services.externalAddress.heardOurAddress(externalIp, trackerHost(url), 'tracker');
		if (!this.running) return;
		this.#found(peers);
		void this.#lookUp(names);
	}

	failed({url}: Tracker, retryIn: Seconds | 'never' | undefined): void {
		this.#schedule.failed(url, this.#now(), retryIn);
	}

	slow({url}: Tracker): void {
		this.#schedule.slow(url);
		this.#pump();
	}

	settled(): void {
		this.#pump();
	}

	changed(): void {
		this.#revision++;
	}

	log(level: LogLevel, text: string): void {
		this.#torrent.log(level, text);
	}

	#found(peers: readonly PeerAddress[]): void {
		const others = peers.filter(peer => !this.#torrent.isOwn(peer));
		if (others.length > 0) this.#torrent.found(others);
	}

	/** One by one, so that no tracker makes us flood those who answer such questions. */
	async #lookUp(names: readonly PeerAddress[]): Promise<void> {
		for (const {host, port} of names) {
			const found = await this.#services.resolver.first(host);
			if (!this.running) return;
			const address = found === undefined ? undefined : parseIp(found);
			if (address && isDialable(address, port)) this.#found([{host: formatIp(address), port}]);
		}
	}

	#now(): Millis {
		return this.clock.now();
	}
}

/** Counters as trackers can read them. */
function whole(count: number): number {
	return Number.isFinite(count) ? Math.max(0, Math.trunc(count)) : Number.MAX_SAFE_INTEGER;
}
