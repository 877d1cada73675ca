import {Heap} from '../../base/heap.js';
import type {KnownPeer} from './known-peer.js';

/** Those who name peers that are told apart, of one kind of source; further ones share one turn. */
const mostLanes = 128;
/** The lane of those who are not told apart. */
const others = 'others';
/** A peer that cannot be reached costs who named it so many turns more. */
const costOfFailure = 2;

/** A peer's place in a queue. Keys are copied: they must not change while it lies in a heap. Void once the peer's turn has moved on. */
export interface DialEntry {
	readonly peer: KnownPeer;
	readonly turn: number;
	/** How often it failed. */
	readonly fails: number;
	/** Two or more name it. */
	readonly isConfirmed: boolean;
	readonly priority: number;
}

/** Whether a peer has changed its state since it was put there. */
export function isVoid({peer, turn}: Pick<DialEntry, 'peer' | 'turn'>): boolean {
	return peer.turn !== turn;
}

/** Fewest failures, then whom more than one named, then by priority, then who was heard of first. */
export function comesFirst(one: DialEntry, other: DialEntry): boolean {
	if (one.fails !== other.fails) return one.fails < other.fails;
	if (one.isConfirmed !== other.isConfirmed) return one.isConfirmed;
	if (one.priority !== other.priority) return one.priority > other.priority;
	return one.peer.order < other.peer.order;
}

/** The first of a heap that is not void; those before it are taken out. */
export function firstOf<Entry extends Pick<DialEntry, 'peer' | 'turn'>>(
	heap: Heap<Entry>,
): Entry | undefined {
	for (let first = heap.peek(); first; first = heap.peek()) {
		if (!isVoid(first)) return first;
		heap.pop();
	}
	return undefined;
}

/** Whom one named. */
interface Lane {
	readonly heap: Heap<DialEntry>;
	/** Turns it has had. */
	spent: number;
}

/** Those who name peers in one way: trackers, nodes of the DHT, peers by exchange. */
interface Kind {
	readonly lanes: Map<string, Lane>;
	/** Turns it has had. */
	spent: number;
	/** What the lane whose turn it was last had spent: nobody who comes later begins with less. */
	served: number;
}

/** Whose turn it was. */
export interface Turn {
	readonly kind: Kind;
	readonly lane: Lane;
	readonly entry: DialEntry;
}

/**
 * Peers that nobody has tried yet. The kinds of sources take turns, and within one all who named somebody, so that who
 * names thousands keeps nobody waiting whom others name: a peer that several name is in line with each of them. A call
 * costs O(log peers), and as much as there are who name peers, of whom at most 128 a kind are told apart.
 */
export class NamedPeers {
	readonly #kinds = new Map<string, Kind>();
	#served = 0;
	#size = 0;

	/** Places in the queues, void ones included. */
	get size(): number {
		return this.#size;
	}

	push(entry: DialEntry): void {
		for (const namer of entry.peer.namers) {
			const kind = this.#kindOf(namer);
			if (this.#isEmpty(kind)) kind.spent = Math.max(kind.spent, this.#served);
			const lane = this.#laneFor(kind, namer);
			if (this.#first(lane) === undefined) lane.spent = Math.max(lane.spent, kind.served);
			lane.heap.push(entry);
			this.#size++;
		}
	}

	/** Takes out the next one, and counts the turn as had. */
	take(): Turn | undefined {
		let best: Turn | undefined;
		for (const kind of this.#kinds.values()) {
			if (best !== undefined && best.kind.spent <= kind.spent) continue;
			for (const lane of kind.lanes.values()) {
				if (best?.kind === kind && best.lane.spent <= lane.spent) continue;
				const entry = this.#first(lane);
				if (entry !== undefined) best = {kind, lane, entry};
			}
		}
		if (best === undefined) return undefined;
		best.lane.heap.pop();
		this.#size--;
		best.kind.spent++;
		best.lane.spent++;
		return best;
	}

	/** The turn was not had after all. */
	giveBack({kind, lane}: Turn): void {
		kind.spent--;
		lane.spent--;
	}

	/** A peer is dialled: it is the turn of whoever of those who named it had fewest. Answers who that is. */
	charge({namers}: KnownPeer): string | undefined {
		let best: {readonly namer: string; readonly kind: Kind; readonly lane: Lane} | undefined;
		for (const namer of namers) {
			const kind = this.#kindOf(namer);
			const lane = kind.lanes.get(namer) ?? kind.lanes.get(others);
			if (lane === undefined) continue;
			const isBetter =
				best === undefined ||
				kind.spent < best.kind.spent ||
				(kind === best.kind && lane.spent < best.lane.spent);
			if (isBetter) best = {namer, kind, lane};
		}
		if (best === undefined) return undefined;
		this.#served = Math.max(this.#served, best.kind.spent++);
		best.kind.served = Math.max(best.kind.served, best.lane.spent++);
		return best.namer;
	}

	/** Whom this one named could not be reached. */
	failed(namer: string): void {
		const lane = this.#kindOf(namer).lanes.get(namer);
		if (lane !== undefined) lane.spent += costOfFailure;
	}

	/** Takes out all; the turns they had stay. */
	clear(): void {
		for (const {lanes} of this.#kinds.values()) for (const {heap} of lanes.values()) heap.clear();
		this.#size = 0;
	}

	#kindOf(namer: string): Kind {
		const letter = namer.charAt(0);
		const kind = this.#kinds.get(letter) ?? {lanes: new Map(), spent: this.#served, served: 0};
		this.#kinds.set(letter, kind);
		return kind;
	}

	#first(lane: Lane): DialEntry | undefined {
		const {size} = lane.heap;
		const first = firstOf(lane.heap);
		this.#size -= size - lane.heap.size;
		return first;
	}

	/** Where peers go whom `namer` names; those who name nobody any more make room. */
	#laneFor({lanes, served}: Kind, namer: string): Lane {
		const present = lanes.get(namer);
		if (present !== undefined) return present;
		if (lanes.size >= mostLanes)
			for (const [other, lane] of lanes) if (this.#first(lane) === undefined) lanes.delete(other);
		const name = lanes.size < mostLanes ? namer : others;
		const lane = lanes.get(name) ?? {heap: new Heap<DialEntry>(comesFirst), spent: served};
		lanes.set(name, lane);
		return lane;
	}

	#isEmpty({lanes}: Kind): boolean {
		for (const lane of lanes.values()) if (this.#first(lane) !== undefined) return false;
		return true;
	}
}
