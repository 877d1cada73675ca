import {ProtocolError} from '../base/errors.js';
import type {PeerAddress} from '../base/peer-address.js';
import type {Clock, LogLevel, Random} from '../base/ports.js';
import type {Millis, Seconds} from '../base/units.js';
import {MessageBudget} from '../policy/peers/message-budget.js';
import {FloodGuard} from '../policy/tracker/flood-guard.js';
import {networkOf} from '../policy/tracker/host-table.js';
import {
	type CompactPeers,
	type PeerEnd,
	type SwarmAnnounce,
	type SwarmCounts,
	type SwarmLimits,
	type SwarmListing,
	type SwarmPeer,
	SwarmTable,
	swarmLimits,
} from '../policy/tracker/swarm-table.js';
import type {AnnounceRequest} from '../protocol/tracker/announce.js';
import type {SwarmRecord} from '../protocol/tracker/swarm-file.js';
import {readTrackerPath} from '../protocol/tracker/tracker-path.js';
import type {SharedStore} from './store/shared-store.js';
import {SharedSwarms} from './store/shared-swarms.js';

export interface TrackerServiceOptions {
	readonly clock: Clock;
	readonly random: Random;
	/** How often peers are asked to announce; 1800 when left out. */
	readonly interval?: Seconds;
	readonly limits?: Partial<SwarmLimits>;
	/** Requests a host that is not on loopback may send in 10 s. */
	readonly requestsPerHost?: number;
	readonly log?: (level: LogLevel, text: string) => void;
	/** Every announce is logged as well, as `debug`. */
	readonly logsAnnounces?: boolean;
	readonly access?: TrackerAccess;
	/** Swarms are shared with other trackers through it. */
	readonly store?: SharedStore | undefined;
}

/** Whom a tracker serves, and with what; what is left out is open to everybody. Asked anew at each announce. */
export interface TrackerAccess {
	/** Info-hashes as 40 hex digits. */
	readonly torrents?: {has(infoHash: string): boolean};
	readonly passkeys?: {has(passkey: string): boolean};
}

/** Whence an announce came. */
export interface AnnounceOrigin {
	/** Its address, never what it claims. */
	readonly host: string;
	readonly over: keyof TrackerCounts['announces'];
	/** What its URL says it is. */
	readonly passkey?: string | undefined;
}

/** What was done since the start. */
export interface TrackerCounts {
	readonly announces: {http: number; https: number; udp: number};
	/** Torrents that were scraped. */
	scrapes: number;
	/** UDP clients that asked for a connection id. */
	connects: number;
	/** Answered with a reason, by its code. */
	readonly refused: Record<string, number>;
	/** Not answered at all. */
	readonly dropped: {flood: number; 'wrong-connection-id': number; malformed: number};
}

const floodWindow = 10_000;
/** A /24 or /64 may ask as much as so many hosts. */
const hostsOfNetwork = 5;
const strangers = 20_000;
const defaultNumwant = 50;
const maximumNumwant = 200;
const maximumListing = 500;
const maximumHybrids = 20_000;
/** A listing of 20,000 torrents looks at all their names, some 10 ms: so many a second, for everybody together. */
const listings = {usual: 10, burst: 30};
/** … and one of them costs a host as much as so many other requests. */
const listingCost = 50;

/** A tracker's figures. */
export interface TrackerStats {
	/** Hybrids that are known to be some, and who announces both halves of one, count once. */
	readonly torrents: number;
	readonly peers: number;
	/** Addresses that peers announce from. */
	readonly hosts: number;
	/** Every info-hash and every announcing peer by itself. */
	readonly announced: Readonly<
		Record<'torrents' | 'peers' | 'seeders' | 'leechers' | 'ipv4' | 'ipv6' | 'completed', number>
	>;
	readonly counts: TrackerCounts;
	readonly interval: Seconds;
	readonly uptime: Seconds;
}

/** Told of a peer that is in its swarm no longer. */
export type LeftListener = (infoHash: string, peerId: Uint8Array, why: PeerEnd) => void;

/** What a tracker does, whatever it is asked over. */
export class TrackerService {
	readonly interval: Seconds;
	readonly #options: TrackerServiceOptions;
	readonly #table: SwarmTable;
	readonly #guard: FloodGuard;
	readonly #networks: FloodGuard;
	readonly #strangers: FloodGuard;
	readonly #listings: MessageBudget;
	readonly #leftListeners = new Set<LeftListener>();
	readonly #hybrids = new Map<string, string>();
	readonly #complaints = new Map<string, number>();
	readonly #startedAt: Millis;
	#hybridPeers = {at: Number.NEGATIVE_INFINITY, torrents: 0, peers: 0};
	readonly #shared: SharedSwarms | undefined;
	readonly #peerLife: Millis;
	/** Added to by whoever answers. */
	readonly counts: TrackerCounts = {
		announces: {http: 0, https: 0, udp: 0},
		scrapes: 0,
		connects: 0,
		refused: {},
		dropped: {flood: 0, 'wrong-connection-id': 0, malformed: 0},
	};

	constructor(options: TrackerServiceOptions) {
		this.#options = options;
		this.#startedAt = options.clock.now();
		this.interval = options.interval ?? 1800;
		// Long enough for one lost announce.
		const peerLife = this.interval * 2000 + 60_000;
		this.#peerLife = peerLife;
		this.#shared = options.store && new SharedSwarms(options.store, peerLife);
		const seed = new DataView(options.random.bytes(4).buffer).getInt32(0);
		this.#table = new SwarmTable(
			() => options.random.next(),
			{...swarmLimits, peerLife, ...options.limits},
			seed,
		);
		const perHost = options.requestsPerHost ?? 1000;
		this.#guard = new FloodGuard(perHost, floodWindow);
		this.#networks = new FloodGuard(perHost * hostsOfNetwork, floodWindow);
		this.#listings = new MessageBudget(options.clock.now(), listings);
		this.#strangers = new FloodGuard(perHost, floodWindow, strangers, 'admit');
	}

	/** The least time between two announces of a peer. */
	get minInterval(): Seconds {
		return Math.min(this.interval, Math.max(5, Math.floor(this.interval / 4)));
	}

	/** Whether a request may be served at all, of a host that has shown that it receives at its address. */
	admits(host: string): boolean {
		if (isLoopback(host)) return true;
		const now = this.#options.clock.now();
		const network = networkOf(host);
		// Who has one address of IPv6 has a /64 of them.
		const isFine =
			this.#guard.admits(host.includes(':') ? network : host, now) && this.#networks.admits(network, now);
		if (!isFine) this.counts.dropped.flood++;
		return isFine;
	}

	/** The same of a host whose address may be anybody's: those who lie about it cannot crowd out others. */
	admitsStranger(host: string): boolean {
		return isLoopback(host) || this.#strangers.admits(host, this.#options.clock.now());
	}

	/**
	 * Notes who announced and answers with peers.
	 *
	 * @throws {ProtocolError} whose message can be sent back
	 */
	announce(
		request: AnnounceRequest,
		origin: AnnounceOrigin,
		families: SwarmAnnounce['families'],
	): SwarmCounts & {readonly peers: SwarmPeer[]} {
		return this.#table.announce(this.#announced(request, origin, families), this.#options.clock.now());
	}

	/** As `announce`, with the peers in compact form. */
	announceCompact(
		request: AnnounceRequest,
		origin: AnnounceOrigin,
		families: SwarmAnnounce['families'],
		most = maximumNumwant,
	): SwarmCounts & CompactPeers {
		const announced = this.#announced(request, origin, families, most);
		return this.#table.announceCompact(announced, this.#options.clock.now());
	}

	/** As `announceCompact`, from the store that trackers share where there is one; at once where there is none. */
	exchange(
		request: AnnounceRequest,
		origin: AnnounceOrigin,
		families: SwarmAnnounce['families'],
		most = maximumNumwant,
	): (SwarmCounts & CompactPeers) | Promise<SwarmCounts & CompactPeers> {
		const announced = this.#announced(request, origin, families, most);
		const here = this.#table.announceCompact(announced, this.#options.clock.now());
		return this.#shared ? this.#shared.exchange(announced, here) : here;
	}

	/** Whether swarms are shared with other trackers. */
	get isShared(): boolean {
		return this.#shared !== undefined;
	}

	#announced(
		request: AnnounceRequest,
		{host, over, passkey}: AnnounceOrigin,
		families: SwarmAnnounce['families'],
		most = maximumNumwant,
	): SwarmAnnounce {
		this.counts.announces[over]++;
		if (request.port === 0) throw new ProtocolError('bad-announce', 'port is missing or wrong', 3);
		const infoHash = hex(request.infoHash);
		const {event, left, name, peerId, port} = request;
		this.requirePasskey(passkey);
		// Who says goodbye is heard in any case.
		if (event !== 'stopped' && this.#options.access?.torrents?.has(infoHash) === false)
			throw new ProtocolError('unknown-torrent', 'this tracker does not serve this torrent');
		// 2³²-1 is how UDP clients say that they leave it to us.
		const numwant = Math.min(request.numwant < 0 ? defaultNumwant : request.numwant, most);
		if (this.#options.logsAnnounces) {
			this.say('debug', `${host} port ${port} ${event ?? 'announced'} ${infoHash}, ${left} bytes left`);
		}
		return {infoHash, address: {host, port}, peerId, left, event, name, numwant, families};
	}

	/** @throws {ProtocolError} unless it is a passkey of this tracker, or it wants none */
	requirePasskey(passkey: string | undefined): void {
		const passkeys = this.#options.access?.passkeys;
		if (passkeys === undefined || (passkey !== undefined && passkeys.has(passkey))) return;
		throw passkey === undefined
			? new ProtocolError('no-passkey', 'this tracker is private: the announce URL has no passkey')
			: new ProtocolError('unknown-passkey', 'this tracker is private, and does not know the passkey');
	}

	/** Whether announces need a passkey. */
	get isPrivate(): boolean {
		return this.#options.access?.passkeys !== undefined;
	}

	/** Whether any peer announces from this host. */
	knowsHost(host: string): boolean {
		return this.#table.knowsHost(host);
	}

	/** Takes note of what somebody was told instead of an answer. */
	refused({code, message}: ProtocolError): void {
		this.counts.refused[code] = (this.counts.refused[code] ?? 0) + 1;
		if (code === 'tracker-full') this.complain(code, message);
	}

	/** Takes note of a request that failed because of us. */
	failed(path: string, error: unknown): void {
		// A passkey in a path is nobody's business.
		const shown = readTrackerPath(path)?.ask ?? path.slice(0, 100);
		this.complain('failed', `a request to ${shown} failed: ${(error as Error).message}`);
	}

	/** Logs a line for whoever runs the tracker. */
	say(level: LogLevel, text: string): void {
		this.#options.log?.(level, text);
	}

	/** Warns of something that may come again and again: of each kind once a minute. Answers whether it did. */
	complain(kind: string, text: string): boolean {
		const now = this.#options.clock.now();
		if (now - (this.#complaints.get(kind) ?? Number.NEGATIVE_INFINITY) < 60_000) return false;
		this.#complaints.set(kind, now);
		this.say('warn', text);
		return true;
	}

	scrape(infoHash: Uint8Array): SwarmCounts {
		return this.#table.scrape(hex(infoHash));
	}

	/**
	 * Where a peer of this id announces from; empty when it is not in the swarm.
	 *
	 * @param infoHash 20 bytes; of v2 the first 20
	 * @param peerId 20 bytes
	 */
	addressesOf(infoHash: Uint8Array, peerId: Uint8Array): PeerAddress[] {
		return this.#table.addressesOf(hex(infoHash), peerId);
	}

	/** From now on it is told, with 40 hex digits and 20 bytes; gives back how to stop that. */
	onLeft(listener: LeftListener): () => void {
		this.#leftListeners.add(listener);
		this.#table.onLeft = (infoHash, peerId, why) => {
			for (const listener of this.#leftListeners) listener(infoHash, peerId, why);
		};
		return () => {
			this.#leftListeners.delete(listener);
			if (this.#leftListeners.size === 0) this.#table.onLeft = undefined;
		};
	}

	/** Counts of some torrents, from the shared store where there is one; at once where there is none. */
	scrapeAll(infoHashes: readonly Uint8Array[]): SwarmCounts[] | Promise<SwarmCounts[]> {
		const here = (): SwarmCounts[] => infoHashes.map(infoHash => this.scrape(infoHash));
		const store = this.#shared?.store;
		if (!store?.isReady) return here();
		return store.scrape(infoHashes.map(hex)).catch(here);
	}

	/** Connects to the shared store, says when it is lost and found, and brings it what is known here. */
	async openStore(): Promise<void> {
		const store = this.#shared?.store;
		let wasTold = false;
		await store?.start({
			found: () => {
				if (wasTold) this.say('info', 'the store answers again');
				wasTold = false;
				store
					.replay(this.records(), this.#peerLife)
					.catch(error =>
						this.complain('replay', `the store was not told who is here: ${(error as Error).message}`),
					);
			},
			lost: why => {
				// One that comes and goes is told of once a minute.
				wasTold = this.complain(
					'store',
					`the store is lost (${why}): answers come from memory until it is back`,
				);
			},
		});
	}

	/** How the shared store does; undefined when there is none. */
	get storeState(): string | undefined {
		return this.#shared?.store.state;
	}

	async closeStore(): Promise<void> {
		await this.#shared?.store.close();
	}

	/** Whether a listing may be made now for a host that is admitted. */
	admitsListing(host: string): boolean {
		for (let more = 1; more < listingCost; more++) if (!this.admits(host)) return false;
		return this.#listings.spend(this.#options.clock.now());
	}

	/** Torrents by words of their name, or the beginning of their info-hash. */
	list(query: string, maximum: number): SwarmListing[] {
		return this.#table.list(query.slice(0, 200), Math.min(Math.max(0, maximum), maximumListing));
	}

	/** Torrents and peers known now. */
	get size(): {readonly torrents: number; readonly peers: number} {
		return {torrents: this.#table.torrents, peers: this.#table.peers};
	}

	/** Forgets who fell silent. */
	expire(): void {
		this.#table.expire(this.#options.clock.now());
	}

	/** Forgets whoever announces what is not served any more. */
	dropUnserved(): void {
		const torrents = this.#options.access?.torrents;
		if (torrents === undefined) return;
		for (const infoHash of this.#table.infoHashes) if (!torrents.has(infoHash)) this.#table.drop(infoHash);
	}

	/**
	 * From now on two info-hashes of 40 hex digits are known to be one hybrid torrent's: a peer id that announces both
	 * counts once in `stats`.
	 */
	tellHybrid(infoHash: string, infoHashV2: string): void {
		this.#hybrids.delete(infoHash);
		this.#hybrids.set(infoHash, infoHashV2);
		if (this.#hybrids.size <= maximumHybrids) return;
		const [oldest] = this.#hybrids.keys();
		if (oldest !== undefined) this.#hybrids.delete(oldest);
	}

	/** The whole as it is now, hybrids counted once where they are known to be hybrids. */
	get stats(): TrackerStats {
		const now = this.#options.clock.now();
		// Looks at each peer of hybrids: not for each of those who ask.
		if (now - this.#hybridPeers.at >= 5000) {
			let [torrents, peers] = [0, 0];
			for (const [infoHash, infoHashV2] of this.#hybrids) {
				if (!this.#table.has(infoHash) || !this.#table.has(infoHashV2)) continue;
				torrents++;
				peers += this.#table.sharedPeers(infoHash, infoHashV2);
			}
			this.#hybridPeers = {at: now, torrents, peers};
		}
		const {torrents, peers} = this.#table;
		const {hosts, ...totals} = this.#table.totals;
		return {
			torrents: torrents - this.#hybridPeers.torrents,
			peers: peers - this.#hybridPeers.peers,
			hosts,
			announced: {torrents, peers, ...totals},
			counts: this.counts,
			interval: this.interval,
			uptime: Math.floor((now - this.#startedAt) / 1000),
		};
	}

	/** All torrents and their peers, to be written down. */
	records(): Generator<SwarmRecord, void, undefined> {
		return this.#table.records(() => this.#options.clock.now());
	}

	/** Takes in what was written down `since` ms ago; before anybody announces. */
	restore(records: readonly SwarmRecord[], since: Millis): void {
		this.#table.restore(records, since, this.#options.clock.now());
	}
}

function isLoopback(host: string): boolean {
	return host.startsWith('127.') || host === '::1';
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(20, bytes.length)).toString('hex');
}
