import {sameBytes} from '../../base/bytes.js';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import {firstKey, type SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';

/** Addresses remembered: as many as a torrent knows peers, and some that it has forgotten. */
const mostRemembered = 4000;

/** By which of a torrent's hashes each of its peers is dialled: only a hybrid has a choice. BEP 52. */
export class DialKeys {
	readonly #keys: () => SwarmKeys;
	/** By address: whether it is spoken to by the v2 hash. Who is not here is known by v1, and told that we know v2. */
	readonly #known = new Map<string, 'v1' | 'v2'>();
	/** Who did not answer to the hash it was dialled by, and is dialled by the other. */
	readonly #refused = new Set<string>();

	/** @param keys of the torrent, which may come to be more */
	constructor(keys: () => SwarmKeys) {
		this.#keys = keys;
	}

	/** They were named by who asked for the v2 hash, or say that they know it. */
	knowV2(addresses: Iterable<PeerAddress>): void {
		for (const address of addresses) this.#remember(address, 'v2');
	}

	/** The 20 bytes to dial it by. */
	keyFor(address: PeerAddress): Uint8Array {
		const keys = this.#keys();
		const version = this.#known.get(formatAddress(address)) ?? 'v1';
		return keys[version] ?? firstKey(keys);
	}

	/** Both have greeted, by this hash. */
	answered(address: PeerAddress, key: Uint8Array): void {
		this.#refused.delete(formatAddress(address));
		const {v2} = this.#keys();
		this.#remember(address, v2 !== undefined && sameBytes(v2, key) ? 'v2' : 'v1');
	}

	/**
	 * It hung up without a greeting. Answers whether it is to be dialled at once by the other hash: once, until it has
	 * answered.
	 */
	refused(address: PeerAddress): boolean {
		const {v1, v2} = this.#keys();
		if (v1 === undefined || v2 === undefined) return false;
		const key = formatAddress(address);
		this.#remember(address, this.#known.get(key) === 'v2' ? 'v1' : 'v2');
		if (this.#refused.delete(key)) return false;
		this.#refused.add(key);
		if (this.#refused.size > mostRemembered)
			for (const oldest of this.#refused) return this.#refused.delete(oldest);
		return true;
	}

	#remember(address: PeerAddress, version: 'v1' | 'v2'): void {
		const key = formatAddress(address);
		this.#known.delete(key);
		this.#known.set(key, version);
		if (this.#known.size <= mostRemembered) return;
		for (const oldest of this.#known.keys()) {
			this.#known.delete(oldest);
			return;
		}
	}
}
