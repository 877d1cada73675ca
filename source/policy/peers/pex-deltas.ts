import type {Millis} from '../../base/units.js';

/** No peer is told more often. BEP 11. */
const gap: Millis = 60_000;
const mostAdded = 50;
const mostDropped = 50;
/** The first time there may be more. */
const mostAtFirst = 100;

/** What one peer is told now. */
export interface PexDelta<Peer> {
	readonly added: readonly Peer[];
	readonly dropped: readonly Peer[];
}

/** Remembers what one peer was told of the others, and when. */
export class PexDeltas<Peer> {
	readonly #told = new Map<string, Peer>();
	#next: Millis = -Infinity;
	#isFirst = true;

	/** Whether it may be told something. */
	isDue(now: Millis): boolean {
		return now >= this.#next;
	}

	/**
	 * What has changed since the last time, as much of it as may be said at once; undefined when nothing has. What is
	 * answered counts as told.
	 *
	 * @param peers who is here now, by a key that is the same each time, without the one who is told
	 */
	next(peers: ReadonlyMap<string, Peer>, now: Millis): PexDelta<Peer> | undefined {
		const most = this.#isFirst ? mostAtFirst : mostAdded;
		const added: Peer[] = [];
		const dropped: Peer[] = [];
		for (const [key, peer] of this.#told) {
			if (dropped.length >= mostDropped) break;
			if (peers.has(key)) continue;
			this.#told.delete(key);
			dropped.push(peer);
		}
		for (const [key, peer] of peers) {
			if (added.length >= most) break;
			if (this.#told.has(key)) continue;
			this.#told.set(key, peer);
			added.push(peer);
		}
		if (added.length === 0 && dropped.length === 0) return undefined;
		this.#isFirst = false;
		this.#next = now + gap;
		return {added, dropped};
	}
}
