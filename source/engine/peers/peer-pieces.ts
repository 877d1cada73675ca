import {ProtocolError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import {UncheckedPieces} from './unchecked-pieces.js';

const noPieces = new Bitfield(0);
/** Parts of a torrent that a map of what a peer has tells apart. */
const mapParts = 16;

/** What one peer has, as it says. Written by what it says alone. */
export class PeerPieces {
	#pieces: Bitfield = noPieces;
	#seed = false;
	#unchecked: UncheckedPieces | undefined;
	/** How many it has of each part; undefined where that must be counted, which nobody does before somebody looks. */
	#parts: Int32Array | undefined;
	/** When it last told all of them anew. */
	toldAt: Millis = -Infinity;

	/** Its torrent has so many pieces; 0 while nobody knows. Nothing has been told yet. */
	expect(pieceCount: number): void {
		if (pieceCount === 0) this.#unchecked = new UncheckedPieces();
		else this.#pieces = new Bitfield(pieceCount);
		this.#parts = undefined;
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
		return !this.#seed && this.#set(piece);
	}

	#set(piece: number): boolean {
		const isNews = this.#pieces.set(piece);
		if (isNews && this.#parts !== undefined) this.#parts[this.#partOf(piece)]!++;
		return isNews;
	}

	#partOf(piece: number): number {
		return Math.floor((piece * mapParts) / this.#pieces.length);
	}

	/**
	 * What it has of each sixteenth of the torrent, `0`-`9`: tenths, rounded down. Kept from the first look on: a look does
	 * not depend on how many pieces there are.
	 */
	get map(): string {
		if (this.#seed) return '9'.repeat(mapParts);
		this.#parts ??= this.#countParts();
		const {length} = this.#pieces;
		let map = '';
		for (let part = 0; part < mapParts; part++) {
			const pieces = Math.ceil(((part + 1) * length) / mapParts) - Math.ceil((part * length) / mapParts);
			map += pieces === 0 ? (map.at(-1) ?? '0') : Math.min(9, Math.floor((this.#parts[part]! * 10) / pieces));
		}
		return map;
	}

	#countParts(): Int32Array {
		const first = (part: number) => Math.ceil((part * this.#pieces.length) / mapParts);
		return Int32Array.from({length: mapParts}, (_, part) =>
			this.#pieces.countIn(first(part), first(part + 1)),
		);
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
		this.#parts = undefined;
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
		const had = this.#pieces.clear(piece);
		if (had && this.#parts !== undefined) this.#parts[this.#partOf(piece)]!--;
		return had;
	}

	/**
	 * There are so many pieces: what was said before is checked. Throws a ProtocolError when it cannot be; it has nothing
	 * then.
	 */
	check(pieceCount: number, now: Millis): void {
		const unchecked = this.#unchecked;
		this.#unchecked = undefined;
		this.#pieces = new Bitfield(pieceCount);
		this.#parts = undefined;
		if (unchecked !== undefined) this.replace(unchecked.check(pieceCount), now);
	}
}
