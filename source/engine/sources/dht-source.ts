import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock, Random, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {AnnounceTimes} from '../../policy/dht/announce-times.js';
import type {SwarmEstimate} from '../../policy/dht/scrape-filter.js';
import {keysOf, type SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import type {Dht} from '../dht/dht.js';
import type {PeerSource} from './peer-source.js';

/** How often nodes are asked how many are in a swarm, at the most: that costs a question more each. */
const countGap: Millis = 25 * 60_000;

/** What the DHT asks of, and tells, a torrent. */
export interface DhtTorrent {
	/** What it is announced by: a hybrid in both of its swarms. BEP 52. */
	swarmKeys(): SwarmKeys;
	/** Nodes that its .torrent names. BEP 5. */
	nodes(): ReadonlyArray<readonly [host: string, port: number]>;
	/** Everything is here. */
	isSeed(): boolean;
	/**
	 * @param by the node that named them
	 * @param knowV2 it was asked for the v2 hash
	 */
	found(addresses: readonly PeerAddress[], by: PeerAddress, knowV2: boolean): void;
}

/** What it needs of the session. */
export interface DhtServices {
	readonly clock: Clock;
	readonly random: Random;
	/** Undefined when it is switched off. */
	readonly dht?: Pick<Dht, 'search' | 'subscribe' | 'namedByTorrent'> | undefined;
	/** Whether peers tell each other of further ones. */
	readonly exchangesPeers: boolean;
}

/** A torrent's peers from the DHT, where it is announced too. BEP 5. */
export class DhtSource implements PeerSource {
	readonly kind = 'dht';
	readonly #torrent: DhtTorrent;
	readonly #services: DhtServices;
	readonly #times = new AnnounceTimes();
	#timer: Timer | undefined;
	#cancel: Array<() => void> = [];
	#swarm: SwarmEstimate | undefined;
	#countedAt: Millis = -Infinity;
	#unsubscribe: (() => void) | undefined;

	constructor(torrent: DhtTorrent, services: DhtServices) {
		this.#torrent = torrent;
		this.#services = services;
	}

	get off(): string | undefined {
		return this.#services.dht === undefined ? 'switched off' : undefined;
	}

	nextAt(): Millis | undefined {
		const {next} = this.#times;
		return Number.isFinite(next) ? next : undefined;
	}

	/** About how many are in the swarm, as nodes say; undefined before any said so. BEP 33. */
	get swarm(): SwarmEstimate | undefined {
		return this.#swarm;
	}

	start(): void {
		const {dht} = this.#services;
		if (dht === undefined) return;
		const named = this.#torrent.nodes();
		if (named.length > 0) void dht.namedByTorrent(named.map(([host, port]) => ({host, port})));
		this.#unsubscribe ??= dht.subscribe(() => this.hurry());
		this.#times.start();
		this.#plan();
	}

	/** Others look for peers that have everything, or that have not. */
	completed(): void {
		this.hurry();
	}

	needPeers(): void {
		this.#times.needPeers(this.#services.clock.now());
		this.#plan();
	}

	hurry(): void {
		this.#times.hurry(this.#services.clock.now());
		this.#plan();
	}

	swarmJoined(): void {
		this.hurry();
	}

	/** There is no goodbye in the DHT: who was stored is forgotten. */
	async stop(): Promise<void> {
		this.#times.stop();
		this.#unsubscribe?.();
		this.#unsubscribe = undefined;
		this.#timer?.clear();
		this.#timer = undefined;
		this.#cancelAll();
	}

	#cancelAll(): void {
		for (const cancel of this.#cancel.splice(0)) cancel();
	}

	#plan(): void {
		this.#timer?.clear();
		this.#timer = undefined;
		const {next} = this.#times;
		if (next === Infinity) return;
		const {clock} = this.#services;
		this.#timer = clock.after(Math.max(0, next - clock.now()), () => this.#search());
	}

	#search(): void {
		const {clock, random, dht} = this.#services;
		this.#timer = undefined;
		this.#times.begun(clock.now());
		// Late answers to the one before.
		this.#cancelAll();
		if (dht === undefined) return;
		const keys = keysOf(this.#torrent.swarmKeys());
		let left = keys.length;
		const all = {peers: 0, nodes: 0};
		const isTime = clock.now() - this.#countedAt >= countGap;
		const counts = new Map<Uint8Array, SwarmEstimate>();
		this.#cancel = keys.map(({key, isV2}) =>
			dht.search(
				key,
				this.#torrent.isSeed() ? 'seed' : 'peer',
				(found, by) => this.#torrent.found(found, by, isV2),
				({peers, nodes}) => {
					all.peers += peers;
					all.nodes += nodes;
					if (--left > 0) return;
					const found = all.peers > 0 ? 'peers' : all.nodes > 0 ? 'nodes' : 'nobody';
					this.#times.ended(clock.now(), found, random.next());
					this.#plan();
				},
				isTime ? swarm => this.#counted(counts.set(key, swarm)) : undefined,
			),
		);
	}

	/** Of a hybrid most are in both of its swarms. */
	#counted(counts: ReadonlyMap<Uint8Array, SwarmEstimate>): void {
		const all = [...counts.values()];
		this.#countedAt = this.#services.clock.now();
		this.#swarm = {
			seeds: Math.max(...all.map(({seeds}) => seeds)),
			peers: Math.max(...all.map(({peers}) => peers)),
		};
	}
}
