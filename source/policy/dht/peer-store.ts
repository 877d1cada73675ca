import {toHex} from '../../base/hex.js';
import {addressScope} from '../../base/ip-address.js';
import type {Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** One peer of a torrent, as it was announced to us. */
interface StoredPeer {
	/** 6 or 18 bytes. */
	readonly compact: Uint8Array;
	readonly seed: boolean;
	readonly at: Millis;
}

const mostHashes = 2000;
const mostPeers = 500;
/** Several behind one gateway share its address. */
const mostPerAddress = 4;
const lifetime: Millis = 45 * 60_000;
/** How often those that were not announced again are looked for. */
const sweepGap: Millis = 60_000;

/** What other nodes announced to us: the peers of torrents near our id. Few peers an address. BEP 5, BEP 33. */
export class PeerStore {
	readonly #hashes = new Map<string, Map<string, StoredPeer>>();
	readonly #random: Random;
	#peers = 0;
	#sweepAt: Millis = 0;

	constructor(random: Random) {
		this.#random = random;
	}

	/** Torrents that have a peer. */
	get hashes(): number {
		return this.#hashes.size;
	}

	get peers(): number {
		return this.#peers;
	}

	/** Whether a peer of this torrent could be stored. */
	accepts(infoHash: Uint8Array): boolean {
		const peers = this.#hashes.get(toHex(infoHash));
		return peers === undefined ? this.#hashes.size < mostHashes : peers.size < mostPeers;
	}

	/** Stores a peer, or renews it. `ip`: the bytes of its address. Answers false when there is no room. */
	add(infoHash: Uint8Array, ip: Uint8Array, port: number, seed: boolean, now: Millis): boolean {
		const hash = toHex(infoHash);
		let peers = this.#hashes.get(hash);
		if (peers === undefined) {
			if (this.#hashes.size >= mostHashes) return false;
			peers = new Map();
			this.#hashes.set(hash, peers);
		}
		const key = `${toHex(ip)} ${port}`;
		const known = peers.delete(key) || (addressScope(ip) !== 'loopback' && makeRoom(peers, `${toHex(ip)} `));
		if (!known && peers.size >= mostPeers) return false;
		if (!known) this.#peers++;
		const compact = new Uint8Array(ip.length + 2);
		compact.set(ip);
		compact[ip.length] = port >> 8;
		compact[ip.length + 1] = port & 255;
		peers.set(key, {compact, seed, at: now});
		return true;
	}

	/** Some peers of a torrent, drawn by chance: each 6 or 18 bytes. */
	sample(infoHash: Uint8Array, count: number, withoutSeeds: boolean): Uint8Array[] {
		const peers = this.#hashes.get(toHex(infoHash));
		if (peers === undefined) return [];
		const all: Uint8Array[] = [];
		for (const {compact, seed} of peers.values()) if (!(withoutSeeds && seed)) all.push(compact);
		const taken = Math.min(count, all.length);
		for (let at = 0; at < taken; at++) {
			const other = at + Math.floor(this.#random.next() * (all.length - at));
			[all[at], all[other]] = [all[other]!, all[at]!];
		}
		return all.slice(0, taken);
	}

	/** The addresses of a torrent's seeds and of its other peers; undefined when there are none. BEP 33. */
	addresses(infoHash: Uint8Array): {seeds: Uint8Array[]; peers: Uint8Array[]} | undefined {
		const stored = this.#hashes.get(toHex(infoHash));
		if (stored === undefined) return undefined;
		const seeds: Uint8Array[] = [];
		const peers: Uint8Array[] = [];
		for (const {compact, seed} of stored.values()) (seed ? seeds : peers).push(compact.subarray(0, -2));
		return {seeds, peers};
	}

	/** Some of the torrents, drawn by chance. BEP 51. */
	sampleHashes(count: number): string[] {
		const all = [...this.#hashes.keys()];
		const taken = Math.min(count, all.length);
		for (let at = 0; at < taken; at++) {
			const other = at + Math.floor(this.#random.next() * (all.length - at));
			[all[at], all[other]] = [all[other]!, all[at]!];
		}
		return all.slice(0, taken);
	}

	/** Forgets who was not announced for 45 minutes; to be called now and then. */
	sweep(now: Millis): void {
		if (now < this.#sweepAt) return;
		this.#sweepAt = now + sweepGap;
		for (const [hash, peers] of this.#hashes) {
			// They lie in the order in which they were announced.
			for (const [key, {at}] of peers) {
				if (now - at < lifetime) break;
				peers.delete(key);
				this.#peers--;
			}
			if (peers.size === 0) this.#hashes.delete(hash);
		}
	}
}

/** Lets go of the oldest peer of an address that has as many as may be: one, when the torrent has room for no more. Answers whether. */
function makeRoom(peers: Map<string, StoredPeer>, address: string): boolean {
	// They lie in the order in which they were announced.
	const there = [...peers.keys()].filter(key => key.startsWith(address));
	const most = peers.size < mostPeers ? mostPerAddress : 1;
	return there.length >= most && peers.delete(there[0]!);
}
