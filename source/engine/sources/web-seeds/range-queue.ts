import {type Bytes, blockLength} from '../../../base/units.js';
import {copyShared} from '../../../io/disk/block-pool.js';
import type {PieceGeometry} from '../../../policy/pieces/piece-geometry.js';

/** A part of one file to be asked for; what has come of it is off its beginning. */
export interface Range {
	readonly file: number;
	offset: Bytes;
	length: Bytes;
	/** Where it begins in the torrent's stream. */
	position: Bytes;
	/** Where its file ends there. */
	readonly fileEnd: Bytes;
}

/** Who takes blocks. */
export interface BlockSink {
	/** A block begins to come. Answers where in the memory for blocks it goes; -1 when it is not wanted. */
	start(piece: number, begin: Bytes, length: Bytes): number;
	end(): void;
}

/**
 * The blocks that a web server was asked for, as the ranges of files under them, and what comes of these as blocks.
 * Padding, which no server has, is zeros. BEP 19, 47.
 */
export class RangeQueue {
	/** What is to come, in order. */
	readonly ranges: Range[] = [];
	readonly #map: PieceGeometry;
	readonly #files: ReadonlyArray<{readonly length: Bytes}>;
	readonly #memory: Uint8Array;
	readonly #sink: BlockSink;
	/** Where the blocks begin in the stream, in the order in which they were asked for. */
	#blocks: number[] = [];
	#first = 0;
	/** How much of the first one has come; -1 when it has not begun. */
	#filled = -1;
	#length = 0;
	#target = -1;

	constructor(
		map: PieceGeometry,
		files: ReadonlyArray<{readonly length: Bytes}>,
		memory: Uint8Array,
		sink: BlockSink,
	) {
		this.#map = map;
		this.#files = files;
		this.#memory = memory;
		this.#sink = sink;
	}

	/**
	 * One more block is to come.
	 *
	 * @param fixed so many of the ranges were asked for, and are as long as they are
	 */
	add(piece: number, begin: Bytes, length: Bytes, fixed: number): void {
		const position = this.#map.pieceStart(piece) + begin;
		this.#blocks.push(position);
		const last = this.ranges.length > fixed ? this.ranges.at(-1) : undefined;
		if (last !== undefined && last.position + last.length === position && position + length <= last.fileEnd) {
			last.length += length;
			return;
		}
		let at = position;
		for (const {file, offset, length: part} of this.#map.segments(position, length)) {
			const before = this.ranges.length > fixed ? this.ranges.at(-1) : undefined;
			if (file >= 0 && before?.file === file && before.offset + before.length === offset)
				before.length += part;
			else if (file >= 0) {
				const fileEnd = at + this.#files[file]!.length - offset;
				this.ranges.push({file, offset, length: part, position: at, fileEnd});
			}
			at += part;
		}
	}

	/** `bytes[from..to)` are the next of the first range, and no more than that has. */
	take(bytes: Uint8Array, from: number, to: number): void {
		const range = this.ranges[0]!;
		let at = from;
		while (at < to) {
			if (this.#filled < 0) this.#begin();
			const start = this.#blocks[this.#first]!;
			this.#zeros(range.position - start);
			const count = Math.min(to - at, this.#length - this.#filled);
			if (this.#target >= 0) copyShared(bytes, at, at + count, this.#memory, this.#target + this.#filled);
			this.#filled += count;
			at += count;
			range.offset += count;
			range.position += count;
			range.length -= count;
			if (range.length === 0) {
				this.ranges.shift();
				this.#endWithPadding();
			} else if (this.#filled === this.#length) this.#end();
		}
	}

	#begin(): void {
		const {piece, begin} = this.#blockAt(this.#blocks[this.#first]!);
		this.#length = this.#map.blockSize(piece, begin / blockLength);
		this.#filled = 0;
		this.#target = this.#sink.start(piece, begin, this.#length);
	}

	/** Padding up to there. */
	#zeros(to: Bytes): void {
		const end = Math.min(to, this.#length);
		if (end <= this.#filled) return;
		if (this.#target >= 0) this.#memory.fill(0, this.#target + this.#filled, this.#target + end);
		this.#filled = end;
	}

	/** What is left of a block when nothing more of it is in any file. */
	#endWithPadding(): void {
		const start = this.#blocks[this.#first]!;
		const next = this.ranges[0]?.position ?? -1;
		if (next >= start && next < start + this.#length) return;
		this.#zeros(this.#length);
		this.#end();
	}

	#end(): void {
		this.#filled = -1;
		this.#first++;
		if (this.#first > 1024 && this.#first * 2 > this.#blocks.length) {
			this.#blocks = this.#blocks.slice(this.#first);
			this.#first = 0;
		}
		this.#sink.end();
	}

	/** How many bytes are to come before the next block that is wanted: all of them when none is. */
	before(isWanted: (piece: number, block: number) => boolean): Bytes {
		let bytes = -Math.max(0, this.#filled);
		for (let at = this.#first; at < this.#blocks.length; at++) {
			const {piece, begin} = this.#blockAt(this.#blocks[at]!);
			const block = begin / blockLength;
			if (isWanted(piece, block)) return Math.max(0, bytes);
			bytes += this.#map.blockSize(piece, block);
		}
		return Math.max(0, bytes);
	}

	#blockAt(position: Bytes): {piece: number; begin: Bytes} {
		const piece = Math.floor(position / this.#map.pieceLength);
		return {piece, begin: position - this.#map.pieceStart(piece)};
	}

	/** Forgets everything. Answers the blocks that have not come whole, as places in the stream. */
	clear(): number[] {
		const left = this.#blocks.slice(this.#first);
		this.ranges.length = 0;
		this.#blocks = [];
		this.#first = 0;
		this.#filled = -1;
		return left;
	}
}
