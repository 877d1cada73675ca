import {parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import type {CompactPeers, SwarmAnnounce, SwarmCounts} from '../../policy/tracker/swarm-table.js';
import type {SharedStore} from './shared-store.js';

/** Of so many torrents it is remembered what the store said last: some 300 bytes each. */
const maximumRemembered = 20_000;

/**
 * Answers from a store that several trackers share, and from memory while it is lost: from those who announced here, and
 * from whom the store named last.
 */
export class SharedSwarms {
	readonly #store: SharedStore;
	readonly #life: Millis;
	/** By info-hash; what was asked for longest ago first. */
	readonly #remembered = new Map<string, SwarmCounts & CompactPeers>();

	constructor(store: SharedStore, life: Millis) {
		this.#store = store;
		this.#life = life;
	}

	get store(): SharedStore {
		return this.#store;
	}

	/**
	 * @param here what is known in memory, the announce taken in
	 * @returns the answer; at once when the store is not there
	 */
	exchange(
		announce: SwarmAnnounce,
		here: SwarmCounts & CompactPeers,
	): (SwarmCounts & CompactPeers) | Promise<SwarmCounts & CompactPeers> {
		if (!this.#store.isReady) return this.#fromMemory(announce, here);
		return this.#store.exchange(announce, this.#life).then(
			answer => {
				this.#remember(announce, answer);
				return answer;
			},
			() => this.#fromMemory(announce, here),
		);
	}

	#remember({infoHash, event}: SwarmAnnounce, answer: SwarmCounts & CompactPeers): void {
		if (event === 'stopped') return;
		const former = this.#remembered.get(infoHash);
		this.#remembered.delete(infoHash);
		if (answer.seeders + answer.leechers <= 1) return;
		// Seeders hear of leechers only, and some ask for nobody: what is more is worth more.
		const isLess = former && sizeOf(answer) < sizeOf(former) / 2;
		const {seeders, leechers, completed} = answer;
		const {peers4, peers6} = isLess ? former : answer;
		this.#remembered.set(infoHash, {seeders, leechers, completed, peers4, peers6});
		if (this.#remembered.size <= maximumRemembered) return;
		const [oldest] = this.#remembered.keys();
		if (oldest !== undefined) this.#remembered.delete(oldest);
	}

	#fromMemory(
		{infoHash, address, event, numwant, families}: SwarmAnnounce,
		here: SwarmCounts & CompactPeers,
	): SwarmCounts & CompactPeers {
		const known = this.#remembered.get(infoHash);
		if (known === undefined || event === 'stopped') return here;
		const room = Math.max(0, numwant - here.peers4.length / 6 - here.peers6.length / 18);
		const more4 = families === 'ipv6' ? 0 : Math.min(room, known.peers4.length / 6);
		const more6 = families === 'ipv4' ? 0 : Math.min(room - more4, known.peers6.length / 18);
		return {
			seeders: Math.max(here.seeders, known.seeders),
			leechers: Math.max(here.leechers, known.leechers),
			completed: Math.max(here.completed, known.completed),
			peers4: joined(here.peers4, known.peers4.subarray(0, more4 * 6), 6, address),
			peers6: joined(here.peers6, known.peers6.subarray(0, more6 * 18), 18, address),
		};
	}
}

function sizeOf({peers4, peers6}: CompactPeers): number {
	return peers4.length / 6 + peers6.length / 18;
}

/** Both, none twice, and not the asker. */
function joined(some: Uint8Array, more: Uint8Array, stride: number, {host, port}: PeerAddress): Uint8Array {
	if (more.length === 0) return some;
	const seen = new Set([[...(parseIp(host) ?? []), port >> 8, port & 255].join('.')]);
	const kept: Uint8Array[] = [];
	for (const bytes of [some, more]) {
		for (let at = 0; at < bytes.length; at += stride) {
			const peer = bytes.subarray(at, at + stride);
			const key = peer.join('.');
			if (seen.has(key)) continue;
			seen.add(key);
			kept.push(peer);
		}
	}
	const all = new Uint8Array(kept.length * stride);
	for (const [index, peer] of kept.entries()) all.set(peer, index * stride);
	return all;
}
