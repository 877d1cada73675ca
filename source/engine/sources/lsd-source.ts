import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import type {LocalDiscovery} from '../lan/local-discovery.js';
import type {PeerSource} from './peer-source.js';

/** What it needs of the session. */
export interface LsdServices {
	/** Undefined when it is switched off. */
	readonly localDiscovery?: Pick<LocalDiscovery, 'join' | 'hurry' | 'nextAt' | 'off'> | undefined;
}

/** What local discovery asks of, and tells, a torrent. */
export interface LsdTorrent {
	/** 20 bytes. */
	readonly infoHash: Uint8Array;
	found(addresses: readonly PeerAddress[]): void;
}

/** A torrent's peers on the local network, where it is announced too. BEP 14. */
export class LsdSource implements PeerSource {
	readonly kind = 'lsd';
	readonly #torrent: LsdTorrent;
	readonly #discovery: LsdServices['localDiscovery'];
	#leave: (() => void) | undefined;

	constructor(torrent: LsdTorrent, {localDiscovery}: LsdServices) {
		this.#torrent = torrent;
		this.#discovery = localDiscovery;
	}

	get off(): string | undefined {
		return this.#discovery === undefined ? 'switched off' : this.#discovery.off;
	}

	nextAt(): Millis | undefined {
		return this.#discovery?.nextAt(this.#torrent.infoHash);
	}

	start(): void {
		const {infoHash} = this.#torrent;
		this.#leave ??= this.#discovery?.join(infoHash, found => this.#torrent.found(found));
	}

	/** Announces do not say who has what. */
	completed(): void {}

	/** Others say where they are when it is their time. */
	needPeers(): void {}

	hurry(): void {
		this.#discovery?.hurry(this.#torrent.infoHash);
	}

	async stop(): Promise<void> {
		this.#leave?.();
		this.#leave = undefined;
	}
}
