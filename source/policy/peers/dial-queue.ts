import {Heap} from '../../base/heap.js';
import type {Millis} from '../../base/units.js';
import {type KnownPeer, setState} from './known-peer.js';

/** Keys are copied: they must not change while an entry lies in a heap. Void once the peer's turn has moved on. */
interface Entry {
	readonly peer: KnownPeer;
	readonly turn: number;
	/** Manual 0, never tried 1, then by failures. */
	readonly tier: number;
	readonly priority: number;
	readonly retryAt: Millis;
}

function isVoid({peer, turn}: Entry): boolean {
	return peer.turn !== turn;
}

function comesFirst(one: Entry, other: Entry): boolean {
	if (one.tier !== other.tier) return one.tier < other.tier;
	if (one.priority !== other.priority) return one.priority > other.priority;
	return one.peer.order < other.peer.order;
}

/** Peers that may be dialled, best first, and those that must wait, soonest first. All calls cost O(log n) a peer. */
export class DialQueue {
	readonly #ready = new Heap<Entry>(comesFirst);
	readonly #waiting = new Heap<Entry>((one, other) => one.retryAt < other.retryAt);

	/** Void entries included: when this outgrows the number of peers, `rebuild`. */
	get size(): number {
		return this.#ready.size + this.#waiting.size;
	}

	makeReady(peer: KnownPeer): void {
		setState(peer, 'ready');
		this.#ready.push(entryOf(peer));
	}

	/** Waits until `peer.retryAt`. */
	makeWait(peer: KnownPeer): void {
		setState(peer, 'waiting');
		this.#waiting.push(entryOf(peer));
	}

	/** Moves those whose time has come to the ready ones. */
	wake(now: Millis): void {
		for (let first = this.#waiting.peek(); first; first = this.#waiting.peek()) {
			if (!isVoid(first) && first.retryAt > now) return;
			this.#waiting.pop();
			if (!isVoid(first)) this.makeReady(first.peer);
		}
	}

	/** Takes the best one out; it is still `ready`, and the caller's to put somewhere. */
	take(): KnownPeer | undefined {
		for (let first = this.#ready.pop(); first; first = this.#ready.pop()) {
			if (!isVoid(first)) return first.peer;
		}
		return undefined;
	}

	/** When the next waiting one becomes ready; Infinity when nobody waits. Right after `wake`. */
	get nextRetryAt(): Millis {
		return this.#waiting.peek()?.retryAt ?? Infinity;
	}

	/** Starts afresh from the peers' states and priorities. O(n log n). */
	rebuild(peers: Iterable<KnownPeer>): void {
		this.#ready.clear();
		this.#waiting.clear();
		for (const peer of peers) {
			if (peer.state === 'ready') this.#ready.push(entryOf(peer));
			else if (peer.state === 'waiting') this.#waiting.push(entryOf(peer));
		}
	}
}

function entryOf(peer: KnownPeer): Entry {
	const tier = peer.manual ? 0 : peer.tried ? 2 + peer.fails : 1;
	return {peer, turn: peer.turn, tier, priority: peer.priority, retryAt: peer.retryAt};
}
