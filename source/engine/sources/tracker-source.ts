import type {Reannouncement} from '../../api/command.js';
import type {TrackerView} from '../../api/snapshot.js';
import {formatIp, parseIp} from '../../base/ip-address.js';
import {isDialable, type PeerAddress} from '../../base/peer-address.js';
import type {Clock, LogLevel, Random, Timer} from '../../base/ports.js';
import type {Millis, Seconds} from '../../base/units.js';
import {WallTime} from '../../base/wall-time.js';
import type {AnnounceSchedule} from '../../policy/tracker/announce-schedule.js';
import {announceTimes} from '../../policy/tracker/scheduled-tracker.js';
import type {SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import type {AnnounceEvent, AnnouncePeers, AnnounceRequest} from '../../protocol/tracker/announce.js';
import {type TrackersState, trackerRow} from '../views/tracker-view.js';
import {type AnnouncedTorrent, type AnnouncingClient, announceRequest} from './announce-request.js';
import {deadlineSignal} from './deadline-signal.js';
import type {AddressWitness} from './external-address.js';
import type {PeerSource} from './peer-source.js';
import {farewellTime, type Tracker} from './tracker.js';
import {TrackerClient, type TrackerClientOptions} from './tracker-client.js';
import {TrackerList, type TrackerListOwner, type TrackerTiers} from './tracker-list.js';
import {trackerHost} from './tracker-url.js';

/** What asking trackers takes of the session. */
export interface TrackerServices extends TrackerClientOptions, AnnouncingClient {
	readonly clock: Clock;
	readonly random: Random;
	readonly externalAddress: {heardOurAddress(host: string, from: string, witness: AddressWitness): void};
	/** Finds the address of a peer that a tracker tells by its DNS name; undefined when there is none. */
	readonly resolver: {first(name: string): Promise<string | undefined>};
}

/** The trackers of one torrent: asks them when the schedule says so, tells who is there. */
export class TrackerSource implements PeerSource, TrackerListOwner {
	readonly kind = 'tracker';
	readonly client: TrackerClient;
	readonly list: TrackerList;
	readonly #torrent: AnnouncedTorrent;
	readonly #services: TrackerServices;
	readonly #schedule: AnnounceSchedule;
	readonly #wallTime: WallTime;
	#timer: Timer | undefined;
	#state: TrackersState = 'off';
	#stopped: Promise<void> = Promise.resolve();
	#startAgain = false;
	#revision = 0;

	constructor(
		torrent: AnnouncedTorrent,
		tiers: TrackerTiers,
		services: TrackerServices,
		times = announceTimes,
	) {
		this.#torrent = torrent;
		this.#services = services;
		this.#wallTime = new WallTime(services.clock);
		this.client = new TrackerClient(services);
		this.list = new TrackerList(tiers, this, services.random, times);
		this.#schedule = this.list.schedule;
	}

	/** Grows whenever a view changes by more than the passing of time. */
	get revision(): number {
		return this.#revision;
	}

	get off(): string | undefined {
		return this.list.off;
	}

	nextAt(now: Millis): Millis | undefined {
		return this.#schedule.nextDeadline(now);
	}

	start(): void {
		if (this.#state === 'stopping') this.#startAgain = true;
		if (this.#state !== 'off') return;
		this.#state = 'running';
		for (const tracker of this.list.made) tracker.begin();
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

	/** Those who know us in the one swarm hear of us in the other. */
	swarmJoined(key: Uint8Array): void {
		if (!this.running) return;
		for (const {url, registered} of this.#schedule.trackers)
			if (registered) void this.list.tracker(url).joinSwarm(key);
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
				tracker: this.list.tracker(url).name,
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
			for (const tracker of this.list.made) tracker.rest();
			this.#schedule.stop();
			this.#stopped = this.#leave();
		}
		return this.#stopped;
	}

	async #leave(): Promise<void> {
		const deadline = deadlineSignal(this.clock, farewellTime);
		await Promise.all(
			this.#schedule.trackers.map(async ({url, registered}) => {
				const tracker = this.list.tracker(url);
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
		for (const {url, event} of this.#schedule.due(now)) this.list.tracker(url).announce(event);
		const deadline = this.#schedule.nextDeadline(now);
		if (deadline === undefined) return;
		this.#timer = this.clock.after(deadline - now, () => this.#pump());
	}

	/** One row a tracker, in the order in which they are tried. */
	views(now: Millis): TrackerView[] {
		return this.#schedule.trackers.map(scheduled =>
			trackerRow(scheduled, this.list.tracker(scheduled.url).record, this.#state, now, this.#wallTime),
		);
	}

	/** How many seeds they count, ourselves too, and when they said so; of those that answered the last time. */
	get seedCounts(): ReadonlyArray<{readonly seeds: number; readonly at: Millis}> {
		return this.#schedule.trackers.flatMap(({url, state}) => {
			const {record, busy} = this.list.tracker(url);
			const {seeders, countedAt, trouble} = record;
			if (seeders === undefined || countedAt === undefined) return [];
			return state === 'working' || (busy && trouble === undefined) ? [{seeds: seeders, at: countedAt}] : [];
		});
	}

	/** Asks them how many there are. */
	recount(): void {
		for (const {url, state} of this.#schedule.trackers)
			if (state === 'working') this.list.tracker(url).recount();
	}

	/** Whether those that answered named somebody, and nobody but us. */
	get namesOnlyUs(): boolean {
		const named = this.#schedule.trackers.flatMap(({url, state}) => {
			if (state !== 'working') return [];
			return this.list.tracker(url).namedOnly(peer => this.#torrent.isOwn(peer)) ?? [];
		});
		return named.length > 0 && named.every(isOurs => isOurs);
	}

	#busy(): Tracker[] {
		return [...this.list.made].filter(({busy}) => busy);
	}

	// What one of them asks and tells.

	get clock(): Clock {
		return this.#services.clock;
	}

	get swarmKeys(): SwarmKeys {
		return this.#torrent.swarmKeys;
	}

	get running(): boolean {
		return this.#state === 'running';
	}

	request(
		infoHash: Uint8Array,
		url: string,
		event: AnnounceEvent | undefined,
		trackerId: string | undefined,
	): AnnounceRequest {
		return announceRequest(this.#torrent, infoHash, this.#services, url, event, trackerId);
	}

	isNamed(url: string): boolean {
		return this.list.isNamed(url);
	}

	answered(tracker: Tracker, answer: AnnouncePeers, isV2: boolean): void {
		this.#schedule.succeeded(tracker.url, answer, this.#now());
		this.answeredMore(tracker, answer, isV2);
	}

	answeredMore({url}: Tracker, {externalIp, peers, names = []}: AnnouncePeers, isV2: boolean): void {
		if (externalIp !== undefined)
			this.#services.externalAddress.heardOurAddress(externalIp, trackerHost(url), 'tracker');
		if (!this.running) return;
		this.#found(peers, url, isV2);
		void this.#lookUp(names, url, isV2);
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

	listChanged(): void {
		this.#revision++;
		this.#pump();
	}

	changed(): void {
		this.#revision++;
	}

	log(level: LogLevel, text: string): void {
		this.#torrent.log(level, text);
	}

	#found(peers: readonly PeerAddress[], url: string, isV2: boolean): void {
		const others = peers.filter(peer => !this.#torrent.isOwn(peer));
		if (others.length > 0) this.#torrent.found(others, url, isV2);
	}

	/** One by one, so that no tracker makes us flood those who answer such questions. */
	async #lookUp(names: readonly PeerAddress[], url: string, isV2: boolean): Promise<void> {
		for (const {host, port} of names) {
			const found = await this.#services.resolver.first(host);
			if (!this.running) return;
			const address = found === undefined ? undefined : parseIp(found);
			if (address && isDialable(address, port)) this.#found([{host: formatIp(address), port}], url, isV2);
		}
	}

	#now(): Millis {
		return this.clock.now();
	}
}
