import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {PieceGeometry} from '../pieces/piece-geometry.js';
import {type PiecePicker, timeCriticalPriority} from '../pieces/piece-picker.js';
import type {Deadlines} from './deadline-list.js';
import type {PartialPiece, PartialPieces} from './partial-pieces.js';

/** What must be known of a source that gives long runs of bytes: a web server. */
export interface RunSource {
	readonly id: number;
	/** What it has; undefined for everything. */
	readonly pieces: Bitfield | undefined;
	readonly onParole: boolean;
}

/** Where the runs of one source go on. */
export interface Run {
	/** Blocks that should be on their way from it. The source's to write. */
	window: number;
	/** The piece that follows what it was asked for last; -1 before. The planner's to write. */
	next: number;
}

export interface RunOptions {
	readonly sequential: boolean;
	readonly now: number;
	/** 0 <= x < 1: where in the longest gap to begin; 0 for its beginning. */
	readonly begin: number;
}

/** So many due pieces are looked at for one source. */
const mostDue = 1000;

/**
 * Which blocks to ask a web server for: whole pieces, one behind the other, for as long as the next is one nobody has
 * begun; then from the beginning of the longest gap, as BEP 19 has it. What is due goes first, what is wanted more before
 * what is wanted less, and what others have begun and left before new pieces.
 */
export class RunPlanner {
	readonly #picker: PiecePicker;
	readonly #partials: PartialPieces;
	readonly #deadlines: Deadlines;
	readonly #map: PieceGeometry;

	constructor(picker: PiecePicker, partials: PartialPieces, deadlines: Deadlines, map: PieceGeometry) {
		this.#picker = picker;
		this.#partials = partials;
		this.#deadlines = deadlines;
		this.#map = map;
	}

	/**
	 * Marks up to `most` blocks as asked of the source and tells each by `ask`: no part of a piece, unless it has more
	 * blocks than that. Answers how many.
	 */
	plan(
		source: RunSource,
		run: Run,
		most: number,
		options: RunOptions,
		ask: (piece: number, block: number) => void,
	): number {
		let planned = 0;
		while (planned < most) {
			const piece = this.#next(source, run, options);
			if (piece < 0) break;
			let partial = this.#partials.get(piece);
			if (partial === undefined) {
				if (planned > 0 && this.#map.blockCount(piece) > most - planned) break;
				this.#picker.take(piece);
				partial = this.#partials.begin(piece);
				if (source.onParole) partial.exclusive = source.id;
			}
			planned += this.#drain(partial, most - planned, options.now, ask);
			run.next = partial.free === 0 ? piece + 1 : piece;
		}
		return planned;
	}

	#drain(
		partial: PartialPiece,
		count: number,
		now: number,
		ask: (piece: number, block: number) => void,
	): number {
		let asked = 0;
		for (; asked < count; asked++) {
			const block = this.#partials.request(partial);
			if (block < 0) break;
			partial.askedAt[block] = now;
			ask(partial.piece, block);
		}
		return asked;
	}

	/** The piece to go on with; -1 when there is none. */
	#next(source: RunSource, run: Run, options: RunOptions): number {
		const due = this.#firstDue(source);
		if (due >= 0) return due;
		for (let priority = timeCriticalPriority; priority >= 1; priority--) {
			if (this.#goesOn(source, run.next, priority, options)) return run.next;
			const left = this.#firstLeft(source, priority);
			if (left >= 0) return left;
			const mode = {sequential: options.sequential, reverse: false, random: false};
			const first = this.#picker.pick(source.pieces, priority, mode);
			if (first < 0) continue;
			// These are begun in order.
			if (options.sequential || priority >= timeCriticalPriority - 1) return first;
			return this.#longestGap(source, priority, options.begin);
		}
		return -1;
	}

	#firstDue(source: RunSource): number {
		let looked = 0;
		for (let due = this.#deadlines.first; due !== undefined && looked++ < mostDue; due = due.next) {
			if (!has(source, due.piece)) continue;
			if (this.#picker.isOpen(due.piece)) return due.piece;
			const partial = this.#partials.get(due.piece);
			if (partial !== undefined && partial.free > 0 && mayShare(partial, source)) return due.piece;
		}
		return -1;
	}

	/** Whether the next piece is one to go on with: of this priority, and nobody else's. */
	#goesOn(source: RunSource, piece: number, priority: number, {sequential}: RunOptions): boolean {
		if (!this.#map.isPiece(piece) || !has(source, piece)) return false;
		if (this.#picker.priority(piece) !== priority) return false;
		const partial = this.#partials.get(piece);
		if (partial !== undefined) return partial.free > 0 && mayShare(partial, source);
		if (sequential || priority >= timeCriticalPriority - 1) return false;
		return this.#picker.isOpen(piece);
	}

	/** A piece that somebody has begun, and of which nobody is asked for anything. */
	#firstLeft(source: RunSource, priority: number): number {
		for (const partial of this.#partials.open()) {
			const {piece, free, blocks, received} = partial;
			if (free < blocks - received || this.#picker.priority(piece) !== priority) continue;
			if (has(source, piece) && mayShare(partial, source)) return piece;
		}
		return -1;
	}

	#longestGap(source: RunSource, priority: number, begin: number): number {
		let best = -1;
		let bestLength = 0;
		let start = 0;
		const {pieceCount} = this.#map;
		for (let piece = 0; piece <= pieceCount; piece++) {
			const isOpen =
				piece < pieceCount &&
				this.#picker.priority(piece) === priority &&
				this.#picker.isOpen(piece) &&
				has(source, piece);
			if (isOpen) continue;
			if (piece - start > bestLength) {
				best = start;
				bestLength = piece - start;
			}
			start = piece + 1;
		}
		return best < 0 ? -1 : best + Math.floor(bestLength * begin);
	}
}

function has({pieces}: RunSource, piece: number): boolean {
	return pieces === undefined || pieces.has(piece);
}

function mayShare(partial: PartialPiece, {id, onParole}: RunSource): boolean {
	return partial.exclusive === id || (partial.exclusive === -1 && !onParole);
}
