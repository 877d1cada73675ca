import {ProtocolError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import {UncheckedPieces} from './unchecked-pieces.js';

const noPieces = new Bitfield(0);

/** What one peer has, as it says. Written by what it says alone. */
export class PeerPieces {
	#pieces: Bitfield = noPieces;
	#seed = false;
	#unchecked: UncheckedPieces | undefined;
	/** When it last told all of them anew. */
	toldAt: Millis = -Infinity;

	/** Its torrent has so many pieces; 0 while nobody knows. Nothing has been told yet. */
	expect(pieceCount: number): void {
		if (pieceCount === 0) this.#unchecked = new UncheckedPieces();
		else this.#pieces = new Bitfield(pieceCount);
	}

	/** What it says while nobody knows how many pieces there are; undefined when that is known. */
	get unchecked(): UncheckedPieces | undefined {
		return this.#unchecked;
	}

	/** What it has; undefined for everything. */
	get known(): Bitfield | undefined {
		return this.#seed ? undefined : this.#pieces;
	}

	get isSeed(): boolean {
		return this.#seed;
	}

	/** How many it has. */
	get count(): number {
		return this.#pieces.count;
	}

	/** Whether it has any, as it says. */
	get any(): boolean {
		return this.#pieces.count > 0 || this.#unchecked?.any === true;
	}

	has(piece: number): boolean {
		return this.#seed || this.#pieces.has(piece);
	}

	/** Whether there may be such a piece. */
	mayBe(piece: number): boolean {
		return piece < this.#pieces.length || this.#unchecked !== undefined;
	}

	/** It has one more. Answers whether that is news. Throws a ProtocolError for a piece there is not. */
	have(piece: number): boolean {
		if (this.#unchecked !== undefined) return this.#unchecked.have(piece);
		if (piece >= this.#pieces.length) throw new ProtocolError('bad-have', `have of piece ${piece}`, 3);
		return !this.#seed && this.#pieces.set(piece);
	}

	/** Reads a bitfield as long as it must be; throws a ProtocolError for any other. */
	read(bytes: Uint8Array): Bitfield {
		return Bitfield.fromWire(bytes, this.#pieces.length);
	}

	/** All of them, or none. */
	filled(all: boolean): Bitfield {
		const pieces = new Bitfield(this.#pieces.length);
		if (all) pieces.fill();
		return pieces;
	}

	/** It tells all it has anew. */
	replace(pieces: Bitfield, now: Millis): void {
		this.#seed = pieces.full;
		this.#pieces = pieces;
		this.toldAt = now;
	}

	/** It was counted piece by piece, and turned out to have them all. */
	becomeSeed(): void {
		this.#seed = true;
	}

	/** It has one no more. Answers whether it had. A seed is none from then on. */
	lose(piece: number): boolean {
		if (this.#unchecked !== undefined) return this.#unchecked.lacks(piece);
		if (piece >= this.#pieces.length) return false;
		this.#seed = false;
		return this.#pieces.clear(piece);
	}

	/**
	 * There are so many pieces: what was said before is checked. Throws a ProtocolError when it cannot be; it has nothing
	 * then.
	 */
	check(pieceCount: number, now: Millis): void {
		const unchecked = this.#unchecked;
		this.#unchecked = undefined;
		this.#pieces = new Bitfield(pieceCount);
		if (unchecked !== undefined) this.replace(unchecked.check(pieceCount), now);
	}
}
