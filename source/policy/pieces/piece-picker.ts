import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {ChangedPieces} from './changed-pieces.js';
import {DistributedCopies} from './distributed-copies.js';

/** The priority of pieces with a deadline, above all that can be chosen: only what knows of deadlines asks for them. */
export const timeCriticalPriority = 5;
/** Those that are wanted first. */
const urgent = 4;
/** Priorities 5 (due), 4 (first) to 1 (low); 0 is not wanted and in no bucket. */
const bands = 5;
/** Pieces that this many peers or more have are equally common. */
const levels = 48;
const buckets = bands * levels;
const fewUrgent = 128;

/** How one peer's next piece is looked for. */
export interface PickMode {
	/** In order, for people who watch while it downloads. */
	readonly sequential: boolean;
	/** The commonest first: slow peers gather on pieces that others can finish. */
	readonly reverse: boolean;
	/** Any, while we have nearly nothing: something to trade soon. */
	readonly random: boolean;
}

/**
 * Which piece to begin next. Keeps the pieces nobody has begun ("open") in one array sorted by priority, then
 * rarity, then chance: a change of availability moves a piece by one swap, a pick reads from the front.
 * Seeds count once, not once a piece.
 */
export class PiecePicker {
	readonly pieceCount: number;
	/**
	 * Where to note pieces of which the availability or the priority has changed, or that were begun, had or given back;
	 * undefined while nobody looks. Seeds, who have all, are not noted.
	 */
	changes: ChangedPieces | undefined;
	readonly #random: () => number;
	/** Peers that have the piece, seeds left out. */
	readonly #availability: Uint16Array;
	readonly #copies: DistributedCopies;
	readonly #priority: Uint8Array;
	/** 1 where the piece can be begun, if it is wanted: not had, not begun. */
	readonly #idle: Uint8Array;
	/** 1 where nothing is begun for now, whatever else holds; undefined while there is no such piece. */
	#held: Uint8Array | undefined;
	readonly #order: Int32Array;
	/** Where in `#order` a piece stands; -1 where it is not open. */
	readonly #place: Int32Array;
	/** Where each bucket begins; one more entry than buckets. */
	readonly #start = new Int32Array(buckets + 1);
	#seeds = 0;
	#stale = true;
	#firstOpen = 0;
	/** Below this no piece that is wanted first is open. */
	#firstUrgent = 0;
	/** Open pieces that come before all others. */
	#previewPieces: number[] = [];

	/** @param random 0 <= x < 1 */
	constructor(pieceCount: number, random: () => number) {
		this.pieceCount = pieceCount;
		this.#random = random;
		this.#availability = new Uint16Array(pieceCount);
		this.#copies = new DistributedCopies(pieceCount);
		this.#priority = new Uint8Array(pieceCount).fill(2);
		this.#idle = new Uint8Array(pieceCount).fill(1);
		this.#order = new Int32Array(pieceCount);
		this.#place = new Int32Array(pieceCount).fill(-1);
	}

	/** Connected peers that have everything. */
	get seeds(): number {
		return this.#seeds;
	}

	/** Copies of the whole torrent among connected peers: whole ones, and the part of the pieces that are there once more. */
	get copies(): number {
		return this.#copies.count(this.#seeds);
	}

	/** How many connected peers have the piece. */
	availability(piece: number): number {
		return this.#availability[piece]! + this.#seeds;
	}

	priority(piece: number): number {
		return this.#priority[piece]!;
	}

	/** Whether a piece is wanted, not had and not begun. */
	isOpen(piece: number): boolean {
		return this.#idle[piece] === 1 && this.#priority[piece] !== 0 && !this.isHeld(piece);
	}

	/** Whether the piece is not to be begun for now. */
	isHeld(piece: number): boolean {
		return this.#held?.[piece] === 1;
	}

	/** The piece is not to be begun until it is released: it could not be verified. */
	hold(piece: number): void {
		this.#held ??= new Uint8Array(this.pieceCount);
		this.#held[piece] = 1;
		this.#stale = true;
	}

	/** The piece may be begun, as any other. */
	release(piece: number): void {
		if (!this.isHeld(piece)) return;
		this.#held![piece] = 0;
		this.#stale = true;
	}

	/** How many pieces are open. */
	get open(): number {
		this.#settle();
		return this.#start[buckets]!;
	}

	/** Open pieces that no connected peer has: how many, and the lowest of them; -1 where there is none. */
	unavailable(): {readonly count: number; readonly first: number} {
		this.#settle();
		let count = 0;
		let first = -1;
		if (this.#seeds > 0) return {count, first};
		for (let band = 0; band < bands; band++) {
			const to = this.#start[band * levels + 1]!;
			for (let at = this.#start[band * levels]!; at < to; at++) {
				const piece = this.#order[at]!;
				if (first === -1 || piece < first) first = piece;
				count++;
			}
		}
		return {count, first};
	}

	/** How many peers, seeds left out, have the rarest open piece of a priority; Infinity when none is open. */
	rarest(priority: number): number {
		this.#settle();
		const from = this.#start[(bands - priority) * levels]!;
		return from === this.#start[(bands - priority + 1) * levels]!
			? Infinity
			: this.#availability[this.#order[from]!]!;
	}

	seedJoined(): void {
		this.#seeds++;
	}

	seedLeft(): void {
		this.#seeds--;
	}

	/** A peer that is no seed came with, or left with, these pieces. */
	peerJoined(pieces: Bitfield): void {
		this.#count(pieces, 1);
	}

	peerLeft(pieces: Bitfield): void {
		this.#count(pieces, -1);
	}

	/** A peer got one more piece. */
	peerHas(piece: number): void {
		this.#shift(piece, 1);
	}

	/** A peer does not have a piece any more. */
	peerLacks(piece: number): void {
		this.#shift(piece, -1);
	}

	/** A peer that was counted piece by piece turned out to have all of them. */
	peerBecameSeed(pieces: Bitfield): void {
		this.#count(pieces, -1);
		this.#seeds++;
	}

	/** One byte a piece, 0 (not wanted) to 4 (first), or `timeCriticalPriority`. */
	setPriorities(priorities: Uint8Array): void {
		this.#priority.set(priorities);
		this.#stale = true;
		this.changes?.noteAll();
	}

	/** Pieces to begin before all others that are wanted first, while they are: ends of files, for previews. */
	setHeads(pieces: readonly number[]): void {
		this.#previewPieces = [...pieces];
	}

	setPriority(piece: number, priority: number): void {
		if (this.#priority[piece] === priority) return;
		this.changes?.note(piece);
		if (priority === urgent) this.#firstUrgent = Math.min(this.#firstUrgent, piece);
		this.#remove(piece);
		this.#priority[piece] = priority;
		this.#insert(piece);
	}

	/** The piece was begun or is had: not open any more. */
	take(piece: number): void {
		this.changes?.note(piece);
		this.#remove(piece);
		this.#idle[piece] = 0;
	}

	/** Nothing of the piece is had or asked for any more. */
	giveBack(piece: number): void {
		this.changes?.note(piece);
		if (this.#idle[piece] === 1) return;
		this.#idle[piece] = 1;
		if (piece < this.#firstOpen) this.#firstOpen = piece;
		if (piece < this.#firstUrgent) this.#firstUrgent = piece;
		this.#insert(piece);
	}

	/**
	 * The open piece to begin for a peer, or -1. Only pieces of exactly `priority` are looked at. Those of 4 are
	 * begun in order: who wants a file first wants its beginning first.
	 * @param pieces what the peer has; undefined for a seed
	 */
	pick(pieces: Bitfield | undefined, priority: number, mode: PickMode): number {
		this.#settle();
		const band = bands - priority;
		const from = this.#start[band * levels]!;
		const to = this.#start[(band + 1) * levels]!;
		if (from === to) return -1;
		if (priority === urgent) return this.#pickUrgent(pieces, from, to);
		if (mode.sequential) return this.#pickInOrder(pieces, priority);
		if (pieces !== undefined && pieces.count * 16 < to - from)
			return this.#pickFromFew(pieces, from, to, mode.reverse);
		const order = this.#order;
		if (mode.random) {
			const offset = Math.floor(this.#random() * (to - from));
			for (let step = 0; step < to - from; step++) {
				const piece = order[from + ((offset + step) % (to - from))]!;
				if (pieces === undefined || pieces.has(piece)) return piece;
			}
			return -1;
		}
		if (mode.reverse) {
			for (let at = to - 1; at >= from; at--) {
				if (pieces === undefined || pieces.has(order[at]!)) return order[at]!;
			}
			return -1;
		}
		for (let at = from; at < to; at++) {
			if (pieces === undefined || pieces.has(order[at]!)) return order[at]!;
		}
		return -1;
	}

	#pickUrgent(pieces: Bitfield | undefined, from: number, to: number): number {
		this.#previewPieces = this.#previewPieces.filter(piece => this.#idle[piece] === 1);
		for (const piece of this.#previewPieces) if (this.#isUrgent(piece, pieces)) return piece;
		// A few need not be sought among all there are.
		if (to - from <= fewUrgent) return this.#pickLowest(pieces, from, to);
		while (this.#firstUrgent < this.pieceCount && !this.#isUrgent(this.#firstUrgent, undefined))
			this.#firstUrgent++;
		for (let piece = this.#firstUrgent; piece < this.pieceCount; piece++)
			if (this.#isUrgent(piece, pieces)) return piece;
		return -1;
	}

	#pickLowest(pieces: Bitfield | undefined, from: number, to: number): number {
		let lowest = -1;
		for (let at = from; at < to; at++) {
			const piece = this.#order[at]!;
			if ((lowest < 0 || piece < lowest) && (pieces === undefined || pieces.has(piece))) lowest = piece;
		}
		return lowest;
	}

	#isUrgent(piece: number, pieces: Bitfield | undefined): boolean {
		return (
			this.#place[piece]! >= 0 &&
			this.#priority[piece] === urgent &&
			(pieces === undefined || pieces.has(piece))
		);
	}

	#pickInOrder(pieces: Bitfield | undefined, priority: number): number {
		while (this.#firstOpen < this.pieceCount && this.#idle[this.#firstOpen] === 0) this.#firstOpen++;
		for (let piece = this.#firstOpen; piece < this.pieceCount; piece++) {
			if (
				this.#place[piece]! >= 0 &&
				this.#priority[piece] === priority &&
				(pieces === undefined || pieces.has(piece))
			) {
				return piece;
			}
		}
		return -1;
	}

	/** For peers with few pieces it is cheaper to go through theirs than through ours. */
	#pickFromFew(pieces: Bitfield, from: number, to: number, reverse: boolean): number {
		let best = -1;
		for (let at = 0; at < pieces.bytes.length; at++) {
			if (pieces.bytes[at] === 0) continue;
			for (let piece = at * 8; piece < Math.min(at * 8 + 8, this.pieceCount); piece++) {
				const place = this.#place[piece]!;
				if (place < from || place >= to || !pieces.has(piece)) continue;
				if (best === -1 || place < best !== reverse) best = place;
			}
		}
		return best === -1 ? -1 : this.#order[best]!;
	}

	#bucket(piece: number): number {
		return (bands - this.#priority[piece]!) * levels + Math.min(this.#availability[piece]!, levels - 1);
	}

	#count(pieces: Bitfield, change: 1 | -1): void {
		if (pieces.count === 0) return;
		const few = pieces.count < 50;
		for (let at = 0; at < pieces.bytes.length; at++) {
			const byte = pieces.bytes[at]!;
			if (byte === 0) continue;
			for (let bit = 0; bit < 8; bit++) {
				if ((byte & (128 >> bit)) === 0) continue;
				if (few) this.#shift(at * 8 + bit, change);
				else this.#tally(at * 8 + bit, change);
			}
		}
		if (few) return;
		this.#stale = true;
		this.changes?.noteAll();
	}

	/** Answers how many peers had the piece before. */
	#tally(piece: number, change: 1 | -1): number {
		const before = this.#availability[piece]!;
		this.#availability[piece] = before + change;
		this.#copies.moved(before, before + change);
		return before;
	}

	#shift(piece: number, change: 1 | -1): void {
		const before = this.#tally(piece, change);
		this.changes?.note(piece);
		const place = this.#place[piece]!;
		if (this.#stale || place < 0) return;
		// Between the two commonest levels nothing moves.
		if (change === 1 ? before >= levels - 1 : before > levels - 1) return;
		const bucket = (bands - this.#priority[piece]!) * levels + Math.min(before, levels - 1);
		if (change === 1) {
			const last = this.#start[bucket + 1]! - 1;
			this.#swap(place, last);
			this.#start[bucket + 1] = last;
		} else {
			const first = this.#start[bucket]!;
			this.#swap(place, first);
			this.#start[bucket] = first + 1;
		}
		this.#mix(piece);
	}

	#swap(a: number, b: number): void {
		const pieceA = this.#order[a]!;
		const pieceB = this.#order[b]!;
		this.#order[a] = pieceB;
		this.#place[pieceB] = a;
		this.#order[b] = pieceA;
		this.#place[pieceA] = b;
	}

	/** Puts a piece at a random place of its bucket. */
	#mix(piece: number): void {
		const bucket = this.#bucket(piece);
		const start = this.#start[bucket]!;
		const size = this.#start[bucket + 1]! - start;
		this.#swap(this.#place[piece]!, start + Math.floor(this.#random() * size));
	}

	#remove(piece: number): void {
		let hole = this.#place[piece]!;
		if (hole < 0) return;
		this.#place[piece] = -1;
		if (this.#stale) return;
		for (let bucket = this.#bucket(piece); bucket < buckets; bucket++) {
			const last = this.#start[bucket + 1]! - 1;
			if (last !== hole) {
				const moved = this.#order[last]!;
				this.#order[hole] = moved;
				this.#place[moved] = hole;
			}
			hole = last;
			this.#start[bucket + 1] = last;
		}
	}

	#insert(piece: number): void {
		if (this.#stale || !this.isOpen(piece)) return;
		const target = this.#bucket(piece);
		let hole = this.#start[buckets]!;
		for (let bucket = buckets - 1; bucket > target; bucket--) {
			this.#start[bucket + 1]!++;
			const first = this.#start[bucket]!;
			if (first !== hole) {
				const moved = this.#order[first]!;
				this.#order[hole] = moved;
				this.#place[moved] = hole;
			}
			hole = first;
		}
		this.#start[target + 1]!++;
		this.#order[hole] = piece;
		this.#place[piece] = hole;
		this.#mix(piece);
	}

	/** Sorts everything anew, after a change of many pieces at once. */
	#settle(): void {
		if (!this.#stale) return;
		this.#stale = false;
		this.#firstOpen = 0;
		this.#firstUrgent = 0;
		const start = this.#start.fill(0);
		for (let piece = 0; piece < this.pieceCount; piece++) {
			this.#place[piece] = -1;
			if (this.isOpen(piece)) start[this.#bucket(piece) + 1]!++;
		}
		for (let bucket = 0; bucket < buckets; bucket++) start[bucket + 1]! += start[bucket]!;
		const next = start.slice(0, buckets);
		for (let piece = 0; piece < this.pieceCount; piece++) {
			if (!this.isOpen(piece)) continue;
			const place = next[this.#bucket(piece)]!++;
			this.#order[place] = piece;
			this.#place[piece] = place;
		}
		for (let bucket = 0; bucket < buckets; bucket++) {
			for (let at = start[bucket + 1]! - 1; at > start[bucket]!; at--) {
				this.#swap(at, start[bucket]! + Math.floor(this.#random() * (at + 1 - start[bucket]!)));
			}
		}
	}
}
