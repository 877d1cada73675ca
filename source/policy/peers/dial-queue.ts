import {Heap} from '../../base/heap.js';
import type {Millis} from '../../base/units.js';
import {type KnownPeer, setState} from './known-peer.js';
import {comesFirst, type DialEntry, firstOf, isVoid, NamedPeers, type Turn} from './named-peers.js';

/** After so many who were never tried one who was has its turn: neither keeps the other waiting. */
const untriedInARow = 3;

/** What is to become of a peer whose turn it is: it is dialled, passed over for now, or its host is in use. */
export type DialVerdict = 'dial' | 'pass' | 'blocked';

/**
 * Peers that may be dialled, best first, and those that must wait, soonest first. Whom a person named comes first; then
 * those who were never tried, whose namers take turns, and after each three of them one that was tried before. All calls
 * cost O(log n) a peer.
 */
export class DialQueue {
	readonly #manual = new Heap<DialEntry>(comesFirst);
	readonly #tried = new Heap<DialEntry>(comesFirst);
	readonly #untried = new NamedPeers();
	readonly #waiting = new Heap<Waiting>((one, other) => one.retryAt < other.retryAt);
	/** Untried ones that were dialled since the last who was tried before. */
	#inARow = 0;

	/** Void entries included, those named by several as often as that: when this outgrows the number of peers, `rebuild`. */
	get size(): number {
		return this.#manual.size + this.#tried.size + this.#untried.size + this.#waiting.size;
	}

	makeReady(peer: KnownPeer): void {
		setState(peer, 'ready');
		this.#push(peer);
	}

	#push(peer: KnownPeer): void {
		const {turn, fails, manual, priority, namers} = peer;
		const isConfirmed = namers.length > 1;
		const entry: DialEntry = {peer, turn, fails: manual ? 0 : fails, isConfirmed, priority};
		if (manual) this.#manual.push(entry);
		else if (peer.tried) this.#tried.push(entry);
		else this.#untried.push(entry);
	}

	/** Waits until `peer.retryAt`. */
	makeWait(peer: KnownPeer): void {
		setState(peer, 'waiting');
		this.#waiting.push(waitingOf(peer));
	}

	/** Moves those whose time has come to the ready ones. */
	wake(now: Millis): void {
		for (let first = this.#waiting.peek(); first; first = this.#waiting.peek()) {
			if (!isVoid(first) && first.retryAt > now) return;
			this.#waiting.pop();
			if (!isVoid(first)) this.makeReady(first.peer);
		}
	}

	/**
	 * Up to `count` of those whose turn it is, best first. They are answered again by the next call unless `dialled` is
	 * told: whoever only looks changes nothing.
	 *
	 * @param judge what is to become of one, beside those found before it; who is `blocked` is in no queue any more
	 */
	next(
		count: number,
		judge: (peer: KnownPeer, found: readonly KnownPeer[]) => DialVerdict,
	): readonly KnownPeer[] {
		const found: KnownPeer[] = [];
		const looked: KnownPeer[] = [];
		const turns: Turn[] = [];
		const inARow = this.#inARow;
		while (found.length < count) {
			const before = this.#inARow;
			const taken = this.#take();
			if (taken === undefined) break;
			const {peer, turn} = taken;
			const verdict = judge(peer, found);
			// Wherever else it is in line, it is not to be met there.
			setState(peer, verdict === 'blocked' ? 'blocked' : 'ready');
			if (verdict !== 'blocked') looked.push(peer);
			if (verdict === 'dial') {
				found.push(peer);
				if (turn !== undefined) turns.push(turn);
				continue;
			}
			this.#inARow = before;
			if (turn !== undefined) this.#untried.giveBack(turn);
		}
		for (const turn of turns) this.#untried.giveBack(turn);
		for (const peer of looked) this.#push(peer);
		this.#inARow = inARow;
		return found;
	}

	#take(): {readonly peer: KnownPeer; readonly turn: Turn | undefined} | undefined {
		const manual = firstOf(this.#manual);
		if (manual !== undefined) {
			this.#manual.pop();
			return {peer: manual.peer, turn: undefined};
		}
		const tried = firstOf(this.#tried);
		const untried = tried !== undefined && this.#inARow >= untriedInARow ? undefined : this.#untried.take();
		if (untried !== undefined) {
			this.#inARow++;
			return {peer: untried.entry.peer, turn: untried};
		}
		if (tried === undefined) return undefined;
		this.#tried.pop();
		this.#inARow = 0;
		return {peer: tried.peer, turn: undefined};
	}

	/** A peer that was never tried, or was, is dialled: whoever named it had a turn. */
	dialled(peer: KnownPeer): void {
		if (!peer.manual && peer.tried) this.#inARow = 0;
		else if (!peer.manual) {
			this.#inARow = Math.min(untriedInARow, this.#inARow + 1);
			peer.turnOf = this.#untried.charge(peer);
		}
	}

	/** A peer could not be reached: whoever it was whose turn that cost has fewer. */
	failed(peer: KnownPeer): void {
		if (peer.turnOf !== undefined) this.#untried.failed(peer.turnOf);
		peer.turnOf = undefined;
	}

	/** When the next waiting one becomes ready; Infinity when nobody waits. Right after `wake`. */
	get nextRetryAt(): Millis {
		return this.#waiting.peek()?.retryAt ?? Infinity;
	}

	/** Starts afresh from the peers' states and priorities. O(n log n). */
	rebuild(peers: Iterable<KnownPeer>): void {
		this.#manual.clear();
		this.#tried.clear();
		this.#untried.clear();
		this.#waiting.clear();
		for (const peer of peers) {
			if (peer.state === 'ready') this.#push(peer);
			else if (peer.state === 'waiting') this.#waiting.push(waitingOf(peer));
		}
	}
}

interface Waiting {
	readonly peer: KnownPeer;
	readonly turn: number;
	readonly retryAt: Millis;
}

function waitingOf(peer: KnownPeer): Waiting {
	return {peer, turn: peer.turn, retryAt: peer.retryAt};
}
