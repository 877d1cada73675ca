import {ProtocolError} from '../base/errors.js';
import type {PeerAddress} from '../base/peer-address.js';
import type {Clock, LogLevel, Random} from '../base/ports.js';
import type {Seconds} from '../base/units.js';
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

export interface TrackerServiceOptions {
	readonly clock: Clock;
	readonly random: Random;
	/** How often peers are asked to announce; 1800 when left out. */
	readonly interval?: Seconds;
	readonly limits?: Partial<SwarmLimits>;
	/** Requests a host that is not on loopback may send in 10 s. */
	readonly requestsPerHost?: number;
	readonly log?: (level: LogLevel, text: string) => void;
}

const floodWindow = 10_000;
/** A /24 or /64 may ask as much as so many hosts. */
const hostsOfNetwork = 5;
const strangers = 20_000;
const defaultNumwant = 50;
const maximumNumwant = 200;
const maximumListing = 500;
/** A listing of 20,000 torrents looks at all their names, some 10 ms: so many a second, for everybody together. */
const listings = {usual: 10, burst: 30};
/** … and one of them costs a host as much as so many other requests. */
const listingCost = 50;

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

	constructor(options: TrackerServiceOptions) {
		this.#options = options;
		this.interval = options.interval ?? 1800;
		// Long enough for one lost announce.
		const peerLife = this.interval * 2000 + 60_000;
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
		return (
			this.#guard.admits(host.includes(':') ? network : host, now) && this.#networks.admits(network, now)
		);
	}

	/** The same of a host whose address may be anybody's: those who lie about it cannot crowd out others. */
	admitsStranger(host: string): boolean {
		return isLoopback(host) || this.#strangers.admits(host, this.#options.clock.now());
	}

	/**
	 * Notes who announced and answers with peers.
	 *
	 * @param host where the announce came from
	 * @throws {ProtocolError} whose message can be sent back
	 */
	announce(
		request: AnnounceRequest,
		host: string,
		families: SwarmAnnounce['families'],
	): SwarmCounts & {readonly peers: SwarmPeer[]} {
		return this.#table.announce(this.#announced(request, host, families), this.#options.clock.now());
	}

	/** As `announce`, with the peers in compact form. */
	announceCompact(
		request: AnnounceRequest,
		host: string,
		families: SwarmAnnounce['families'],
		most = maximumNumwant,
	): SwarmCounts & CompactPeers {
		const announced = this.#announced(request, host, families, most);
		return this.#table.announceCompact(announced, this.#options.clock.now());
	}

	#announced(
		request: AnnounceRequest,
		host: string,
		families: SwarmAnnounce['families'],
		most = maximumNumwant,
	): SwarmAnnounce {
		if (request.port === 0) throw new ProtocolError('bad-announce', 'port is missing or wrong', 3);
		const infoHash = hex(request.infoHash);
		const {event, left, name, peerId, port} = request;
		// 2³²-1 is how UDP clients say that they leave it to us.
		const numwant = Math.min(request.numwant < 0 ? defaultNumwant : request.numwant, most);
		this.#options.log?.(
			'debug',
			`${host} port ${port} ${event ?? 'announced'} ${infoHash}, ${left} bytes left`,
		);
		return {infoHash, address: {host, port}, peerId, left, event, name, numwant, families};
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
}

function isLoopback(host: string): boolean {
	return host.startsWith('127.') || host === '::1';
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(20, bytes.length)).toString('hex');
}
