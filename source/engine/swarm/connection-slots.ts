import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {DialRate} from '../../policy/peers/dial-rate.js';
import type {Torrent} from '../torrent/torrent.js';

/** No faster than this do torrents with many connections let go of one for those with few. */
const yieldGap: Millis = 1000;

/** The places for connections with peers, of all torrents together, and how fast new ones are made. */
export class ConnectionSlots {
	#most: number;
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #clock: Clock;
	readonly #dialRate: DialRate;
	#taken = 0;
	#yieldedAt: Millis = -Infinity;

	constructor(most: number, torrents: ReadonlyMap<string, Torrent>, clock: Clock) {
		this.#most = most;
		this.#torrents = torrents;
		this.#clock = clock;
		this.#dialRate = new DialRate(clock.now());
	}

	/** Connections that there are places for. */
	get most(): number {
		return this.#most;
	}

	/** There are so many places from now on. Who holds one too many goes: of those who have most, the idlest first. */
	limit(most: number): void {
		this.#most = most;
		for (let surplus = this.#taken - most; surplus > 0; surplus--) {
			const largest = this.#largest(0);
			if (!largest?.swarm.eviction?.evictSurplus()) return;
		}
	}

	/**
	 * Whether a torrent that holds so many may let one more in; the answer yes is for using at once.
	 * @param isNew it was not here before for nothing: one that merely holds its place makes room for it at once
	 */
	mayAccept(held: number, isNew = false): boolean {
		if (this.#taken >= this.#most && !(isNew && this.#yieldsHeld()) && !this.#yields(held)) return false;
		this.#taken++;
		return true;
	}

	/** As `mayAccept`, for one that we dial. */
	mayDial(held: number): boolean {
		return this.#dialRate.admits(this.#clock.now()) && this.mayAccept(held);
	}

	ended(): void {
		this.#taken--;
	}

	/** Of all torrents one with a peer that merely holds its place lets go of it. */
	#yieldsHeld(): boolean {
		const now = this.#clock.now();
		for (const {swarm} of this.#torrents.values()) if (swarm.eviction?.evictIdle(now)) return true;
		return false;
	}

	/** The first torrents to come would keep all places for ever: who has most gives one to who has fewer. */
	#yields(held: number): boolean {
		const now = this.#clock.now();
		if (now - this.#yieldedAt < yieldGap) return false;
		const largest = this.#largest(held + 1);
		if (largest === undefined) return false;
		this.#yieldedAt = now;
		return largest.swarm.eviction?.evictForOtherTorrent() === true;
	}

	/** Who has most connections, of those with more than so many. */
	#largest(than: number): Torrent | undefined {
		let largest: Torrent | undefined;
		for (const torrent of this.#torrents.values())
			if (torrent.swarm.peers.size > (largest?.swarm.peers.size ?? than)) largest = torrent;
		return largest;
	}
}
