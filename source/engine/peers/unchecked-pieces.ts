import {ProtocolError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';

/** No torrent whose metadata can be fetched has more pieces than bits in so many bytes: their hashes alone are 10 MB. */
const most: Bytes = 65_536;

/**
 * What a peer says it has while nobody knows how many pieces there are: kept until the metadata is there, in 64 KiB at
 * most. BEP 9.
 */
export class UncheckedPieces {
	/** A bit a piece: one it has; when it has said that it has everything, one it lacks all the same. */
	#bits = new Uint8Array(0);
	/** How long a bitfield it sent; undefined when it sent none. */
	#bitfield: Bytes | undefined;
	#all = false;
	#last = -1;

	/** Whether it has anything, as it says. */
	get any(): boolean {
		return this.#all || this.#last >= 0 || this.#bits.some(byte => byte !== 0);
	}

	/** Keeps a copy in place of all that was said before. Throws a ProtocolError when it is too long. */
	bitfield(bytes: Uint8Array): void {
		if (bytes.length > most) throw new ProtocolError('bad-bitfield', `bitfield of ${bytes.length} bytes`, 3);
		this.none();
		this.#bits = bytes.slice();
		this.#bitfield = bytes.length;
	}

	all(): void {
		this.none();
		this.#all = true;
	}

	none(): void {
		this.#bits = new Uint8Array(0);
		this.#bitfield = undefined;
		this.#all = false;
		this.#last = -1;
	}

	/** Answers whether that is news. Throws a ProtocolError for a piece that no torrent has. */
	have(piece: number): boolean {
		if (piece >= 8 * most) throw new ProtocolError('bad-have', `have of piece ${piece}`, 3);
		this.#last = Math.max(this.#last, piece);
		return this.#mark(piece, !this.#all);
	}

	/** It has a piece no more. BEP 54. Answers whether that is news. */
	lacks(piece: number): boolean {
		return piece < 8 * most && this.#mark(piece, this.#all);
	}

	#mark(piece: number, set: boolean): boolean {
		const at = piece >> 3;
		const mask = 128 >> (piece & 7);
		if ((((this.#bits[at] ?? 0) & mask) !== 0) === set) return false;
		if (at >= this.#bits.length) {
			const grown = new Uint8Array(Math.min(most, Math.max(2 * this.#bits.length, at + 1)));
			grown.set(this.#bits);
			this.#bits = grown;
		}
		this.#bits[at]! ^= mask;
		return true;
	}

	/** What it has of a torrent of so many pieces. Throws a ProtocolError when it said what it cannot have. */
	check(pieceCount: number): Bitfield {
		if (this.#last >= pieceCount) throw new ProtocolError('bad-have', `have of piece ${this.#last}`, 3);
		const length = Math.ceil(pieceCount / 8);
		if (!this.#all && this.#bitfield !== undefined && this.#bitfield !== length)
			throw new ProtocolError(
				'bad-bitfield',
				`bitfield of ${this.#bitfield} bytes for ${pieceCount} pieces`,
				3,
			);
		if (this.#all) return this.#allButMarked(pieceCount);
		const bytes = new Uint8Array(length);
		bytes.set(this.#bits.subarray(0, length));
		return Bitfield.fromWire(bytes, pieceCount);
	}

	#allButMarked(pieceCount: number): Bitfield {
		const pieces = new Bitfield(pieceCount);
		pieces.fill();
		const marked = Math.min(pieceCount, 8 * this.#bits.length);
		for (let piece = 0; piece < marked; piece++)
			if ((this.#bits[piece >> 3]! & (128 >> (piece & 7))) !== 0) pieces.clear(piece);
		return pieces;
	}
}
