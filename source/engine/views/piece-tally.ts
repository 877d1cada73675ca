import {ChangedPieces} from '../../policy/pieces/changed-pieces.js';
import type {PiecePicker} from '../../policy/pieces/piece-picker.js';
import type {PartialPieces} from '../../policy/requests/partial-pieces.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';

/** What a piece is, of what a grid shows: one of these bits, or none for one that is not wanted. */
export const pieceIs = {had: 1, wanted: 2, partlyHad: 4, inFlight: 8, hashing: 16} as const;

/** The pieces of a torrent, as far as they are tallied. */
export interface TalliedPieces {
	readonly have: Bitfield;
	readonly downloader: {readonly picker: PiecePicker; readonly partials: PartialPieces};
}

/** Hears of every piece that is not what it was: its bits before, and how many peers but seeds had it. */
export interface TallyListener {
	pieceChanged(piece: number, bits: number, availability: number): void;
}

/** What every piece of a watched torrent is, and how many have it: kept by looking at those that have changed. */
export class PieceTally {
	/** By piece, bits of `pieceIs`. */
	readonly bits: Uint8Array;
	/** By piece: connected peers that have it, seeds left out. */
	readonly availability: Uint16Array;
	/** Pieces of which blocks are asked for, and pieces that are being hashed. */
	inFlight = 0;
	hashing = 0;
	readonly #pieces: TalliedPieces;
	readonly #changes: ChangedPieces;
	readonly #listeners = new Set<TallyListener>();
	/** Pieces that were begun, with what was seen of them last. */
	readonly #begun = new Map<number, number>();

	constructor(pieces: TalliedPieces) {
		this.#pieces = pieces;
		const {pieceCount} = pieces.downloader.picker;
		this.bits = new Uint8Array(pieceCount);
		this.availability = new Uint16Array(pieceCount);
		this.#changes = new ChangedPieces(pieceCount);
		pieces.downloader.picker.changes = this.#changes;
	}

	isOf(pieces: TalliedPieces): boolean {
		return pieces === this.#pieces;
	}

	#close(): void {
		const {picker} = this.#pieces.downloader;
		if (picker.changes === this.#changes) picker.changes = undefined;
	}

	join(listener: TallyListener): void {
		this.#listeners.add(listener);
	}

	leave(listener: TallyListener): void {
		this.#listeners.delete(listener);
		if (this.#listeners.size === 0) this.#close();
	}

	get have(): number {
		return this.#pieces.have.count;
	}

	/** Connected peers that have everything. */
	get seeds(): number {
		return this.#pieces.downloader.picker.seeds;
	}

	/** Copies of the whole torrent among connected peers. */
	get copies(): number {
		return this.#pieces.downloader.picker.copies;
	}

	/** Brings everything up to date. */
	refresh(): void {
		this.#changes.take(piece => this.#look(piece));
		this.#lookAtBegun();
	}

	/** Those that were begun change with every block, and are few. */
	#lookAtBegun(): void {
		const {partials} = this.#pieces.downloader;
		this.inFlight = 0;
		this.hashing = 0;
		for (const {piece, hashing, free, blocks, received} of partials.all()) {
			let is: number = pieceIs.partlyHad;
			if (hashing) {
				is = pieceIs.hashing;
				this.hashing++;
			} else if (free < blocks - received) {
				is = pieceIs.inFlight;
				this.inFlight++;
			}
			if (this.#begun.get(piece) === is) continue;
			this.#begun.set(piece, is);
			this.#look(piece);
		}
		if (this.#begun.size === partials.size) return;
		for (const piece of this.#begun.keys()) {
			if (partials.get(piece) !== undefined) continue;
			this.#begun.delete(piece);
			this.#look(piece);
		}
	}

	#look(piece: number): void {
		const {have, downloader} = this.#pieces;
		const {picker} = downloader;
		const bits = have.has(piece)
			? pieceIs.had
			: (picker.priority(piece) > 0 ? pieceIs.wanted : 0) | (this.#begun.get(piece) ?? 0);
		const availability = picker.availability(piece) - picker.seeds;
		const bitsBefore = this.bits[piece]!;
		const before = this.availability[piece]!;
		if (bits === bitsBefore && availability === before) return;
		this.bits[piece] = bits;
		this.availability[piece] = availability;
		for (const listener of this.#listeners) listener.pieceChanged(piece, bitsBefore, before);
	}
}
