import type {PiecesView} from '../../api/snapshot.js';
import {type PieceTally, pieceIs, type TallyListener} from './piece-tally.js';

/** Peers that are more than this are said to be as many. */
const most = 9;

/** First piece of each of so many cells; the last entry is the end. */
export function cellBounds(pieces: number, cells: number): (cell: number) => number {
	return cell => Math.floor((cell * pieces) / cells);
}

/** The cell that a piece is in. */
export function cellOf(piece: number, pieces: number, cells: number): number {
	return Math.min(cells - 1, Math.floor(((piece + 1) * cells - 1) / pieces));
}

/**
 * A torrent's pieces folded into cells, kept cell by cell: what a piece costs that has changed does not depend on how
 * many there are.
 */
export class PieceGrid implements TallyListener {
	readonly #tally: PieceTally;
	readonly #pieces: number;
	readonly #cells: number;
	readonly #bound: (cell: number) => number;
	readonly #fileStarts: PiecesView['fileStarts'];
	// By cell, how many of its pieces are what.
	readonly #had: Int32Array;
	readonly #wanted: Int32Array;
	readonly #partlyHad: Int32Array;
	readonly #inFlight: Int32Array;
	readonly #hashing: Int32Array;
	/** By cell: how many peers, seeds left out, have the rarest piece that is not had; -1 where that must be counted anew. */
	readonly #rarest: Int32Array;
	/** What is shown of each cell. */
	readonly #states: string[];
	readonly #filled: string[];
	readonly #availability: string[];
	/** Cells to look at again, each once. */
	readonly #dirty: number[] = [];
	readonly #isDirty: Uint8Array;
	#seeds = -1;
	#view: PiecesView | undefined;

	/** @param cells how many are wanted; there are no more than pieces */
	constructor(tally: PieceTally, cells: number, fileStarts: (cells: number) => PiecesView['fileStarts']) {
		this.#tally = tally;
		this.#pieces = tally.bits.length;
		this.#cells = Math.max(1, Math.min(this.#pieces, cells));
		this.#bound = cellBounds(this.#pieces, this.#cells);
		this.#fileStarts = fileStarts(this.#cells);
		const count = () => new Int32Array(this.#cells);
		this.#had = count();
		this.#wanted = count();
		this.#partlyHad = count();
		this.#inFlight = count();
		this.#hashing = count();
		this.#rarest = count().fill(-1);
		this.#states = new Array(this.#cells).fill('');
		this.#filled = new Array(this.#cells).fill('');
		this.#availability = new Array(this.#cells).fill('');
		this.#isDirty = new Uint8Array(this.#cells);
		for (let piece = 0; piece < this.#pieces; piece++) {
			this.#count(cellOf(piece, this.#pieces, this.#cells), tally.bits[piece]!, 1);
		}
		for (let cell = 0; cell < this.#cells; cell++) this.#soil(cell);
	}

	pieceChanged(piece: number, bitsBefore: number, availabilityBefore: number): void {
		const cell = cellOf(piece, this.#pieces, this.#cells);
		const bits = this.#tally.bits[piece]!;
		const availability = this.#tally.availability[piece]!;
		if (bits !== bitsBefore) {
			this.#count(cell, bitsBefore, -1);
			this.#count(cell, bits, 1);
		}
		const rarest = this.#rarest[cell]!;
		const hadBefore = (bitsBefore & pieceIs.had) !== 0;
		const had = (bits & pieceIs.had) !== 0;
		if (rarest >= 0 && !hadBefore && availabilityBefore === rarest && (had || availability > rarest)) {
			this.#rarest[cell] = -1;
		} else if (!had && availability < rarest) this.#rarest[cell] = availability;
		this.#soil(cell);
	}

	/** The same object while nothing has changed. The tally must be up to date. */
	view(): PiecesView {
		const {have, seeds, inFlight, hashing, copies} = this.#tally;
		const otherSeeds = seeds !== this.#seeds;
		this.#seeds = seeds;
		const news = {cells: false, filled: false, availability: false};
		for (const cell of this.#dirty) {
			this.#isDirty[cell] = 0;
			news.cells = this.#put(this.#states, cell, this.#stateOf(cell)) || news.cells;
			news.filled = this.#put(this.#filled, cell, this.#filledOf(cell)) || news.filled;
			if (!otherSeeds)
				news.availability = this.#put(this.#availability, cell, this.#rarestOf(cell)) || news.availability;
		}
		this.#dirty.length = 0;
		for (let cell = 0; otherSeeds && cell < this.#cells; cell++)
			news.availability = this.#put(this.#availability, cell, this.#rarestOf(cell)) || news.availability;
		const before = this.#view;
		if (
			before?.have === have &&
			before.inFlight === inFlight &&
			before.checking === hashing &&
			before.copies === copies &&
			!(news.cells || news.filled || news.availability)
		) {
			return before;
		}
		const text = (isNew: boolean, cells: readonly string[], old: string | undefined) =>
			isNew || old === undefined ? cells.join('') : old;
		this.#view = {
			pieces: this.#pieces,
			have,
			inFlight,
			checking: hashing,
			cells: text(news.cells, this.#states, before?.cells),
			availability: text(news.availability, this.#availability, before?.availability),
			filled: text(news.filled, this.#filled, before?.filled),
			copies,
			fileStarts: this.#fileStarts,
		};
		return this.#view;
	}

	#soil(cell: number): void {
		if (this.#isDirty[cell] === 1) return;
		this.#isDirty[cell] = 1;
		this.#dirty.push(cell);
	}

	/** Pieces of these bits came to a cell (1), or are gone from it (-1). */
	#count(cell: number, bits: number, change: 1 | -1): void {
		if ((bits & pieceIs.had) !== 0) this.#had[cell]! += change;
		if ((bits & pieceIs.wanted) !== 0) this.#wanted[cell]! += change;
		if ((bits & pieceIs.partlyHad) !== 0) this.#partlyHad[cell]! += change;
		if ((bits & pieceIs.inFlight) !== 0) this.#inFlight[cell]! += change;
		if ((bits & pieceIs.hashing) !== 0) this.#hashing[cell]! += change;
	}

	/** Answers whether it is another than before. */
	#put(shown: string[], cell: number, now: string): boolean {
		if (shown[cell] === now) return false;
		shown[cell] = now;
		return true;
	}

	#sizeOf(cell: number): number {
		return this.#bound(cell + 1) - this.#bound(cell);
	}

	#stateOf(cell: number): string {
		const had = this.#had[cell]!;
		if (had === this.#sizeOf(cell)) return 'h';
		if (this.#hashing[cell]! > 0) return 'c';
		if (this.#inFlight[cell]! > 0) return 'r';
		if (this.#partlyHad[cell]! > 0 || had > 0) return 'p';
		return this.#wanted[cell]! > 0 ? 'm' : 'u';
	}

	#filledOf(cell: number): string {
		return String(Math.min(9, Math.floor((this.#had[cell]! * 10) / (this.#sizeOf(cell) || 1))));
	}

	#rarestOf(cell: number): string {
		if (this.#had[cell] === this.#sizeOf(cell)) return String(most);
		if (this.#rarest[cell] === -1) this.#rarest[cell] = this.#countRarest(cell);
		return String(Math.min(most, this.#rarest[cell]! + this.#seeds));
	}

	#countRarest(cell: number): number {
		const {bits, availability} = this.#tally;
		let rarest = 0xffff;
		for (let piece = this.#bound(cell); piece < this.#bound(cell + 1); piece++) {
			if ((bits[piece]! & pieceIs.had) === 0) rarest = Math.min(rarest, availability[piece]!);
		}
		return rarest;
	}
}
