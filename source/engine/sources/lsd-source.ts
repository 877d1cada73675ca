import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import {firstKey, keysOf, type SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import type {LocalDiscovery} from '../lan/local-discovery.js';
import type {PeerSource} from './peer-source.js';

/** What it needs of the session. */
export interface LsdServices {
	/** Why it is off, in words, when no person has said so. */
	readonly lsdOff?: string | undefined;
	/** Undefined when it is off. */
	readonly localDiscovery?: Pick<LocalDiscovery, 'join' | 'hurry' | 'nextAt' | 'off'> | undefined;
}

/** What local discovery asks of, and tells, a torrent. */
export interface LsdTorrent {
	/** What it is announced by: a hybrid in both of its swarms. BEP 52. */
	swarmKeys(): SwarmKeys;
	/** @param knowV2 by the v2 hash */
	found(addresses: readonly PeerAddress[], knowV2: boolean): void;
}

/** A torrent's peers on the local network, where it is announced too. BEP 14. */
export class LsdSource implements PeerSource {
	readonly kind = 'lsd';
	readonly #torrent: LsdTorrent;
	readonly #discovery: LsdServices['localDiscovery'];
	readonly #off: string;
	#leave: Array<() => void> = [];

	constructor(torrent: LsdTorrent, {localDiscovery, lsdOff = 'switched off'}: LsdServices) {
		this.#off = lsdOff;
		this.#torrent = torrent;
		this.#discovery = localDiscovery;
	}

	get off(): string | undefined {
		return this.#discovery === undefined ? this.#off : this.#discovery.off;
	}

	nextAt(): Millis | undefined {
		return this.#discovery?.nextAt(firstKey(this.#torrent.swarmKeys()));
	}

	start(): void {
		const discovery = this.#discovery;
		if (this.#leave.length > 0 || discovery === undefined) return;
		this.#leave = keysOf(this.#torrent.swarmKeys()).map(({key, isV2}) =>
			discovery.join(key, found => this.#torrent.found(found, isV2)),
		);
	}

	swarmJoined(): void {
		if (this.#leave.length === 0) return;
		void this.stop();
		this.start();
	}

	/** Announces do not say who has what. */
	completed(): void {}

	/** Others say where they are when it is their time. */
	needPeers(): void {}

	hurry(): void {
		for (const {key} of keysOf(this.#torrent.swarmKeys())) this.#discovery?.hurry(key);
	}

	async stop(): Promise<void> {
		for (const leave of this.#leave.splice(0)) leave();
	}
}
