import type {Bytes} from '../../base/units.js';

/** A run of bytes inside one file, or in none. */
export interface Segment {
	/** Index into the torrent's files; -1 where no file has bytes: pad files (BEP 47) and gaps between files. */
	readonly file: number;
	/** Where the run begins in the file; 0 when there is none. */
	readonly offset: Bytes;
	readonly length: Bytes;
}

/** Where the bytes of a torrent's stream lie: which file, and where in it. */
export class FileMap {
	readonly length: Bytes;
	readonly fileCount: number;
	/** Of files with data, in stream order: where they begin, where they end, and which file it is. */
	readonly #starts: Float64Array;
	readonly #ends: Float64Array;
	readonly #files: Int32Array;
	#last = 0;

	/**
	 * @param files in stream order, without overlaps
	 * @param length of the stream
	 */
	constructor(
		files: ReadonlyArray<{readonly offset: Bytes; readonly length: Bytes; readonly pad: boolean}>,
		length: Bytes,
	) {
		this.length = length;
		this.fileCount = files.length;
		const solid: number[] = [];
		for (let index = 0; index < files.length; index++)
			if (files[index]!.length > 0 && !files[index]!.pad) solid.push(index);
		this.#files = Int32Array.from(solid);
		this.#starts = new Float64Array(solid.length);
		this.#ends = new Float64Array(solid.length);
		for (let n = 0; n < solid.length; n++) {
			const file = files[solid[n]!]!;
			this.#starts[n] = file.offset;
			this.#ends[n] = file.offset + file.length;
		}
	}

	/**
	 * The files under a range of the stream, in order. Always covers the range exactly.
	 *
	 * @throws {RangeError} when the range is not inside the stream
	 */
	segments(position: Bytes, length: Bytes): Segment[] {
		const end = position + length;
		if (!(position >= 0 && length >= 0 && end <= this.length)) {
			throw new RangeError(`${length} bytes at ${position} are not in a stream of ${this.length}`);
		}

		const segments: Segment[] = [];
		let at = position;
		for (let n = this.#find(position); at < end; n++) {
			const start = this.#starts[n] ?? this.length;
			if (start > at) {
				const gap = Math.min(start, end) - at;
				segments.push({file: -1, offset: 0, length: gap});
				at += gap;
				if (at === end) break;
			}

			const run = Math.min(this.#ends[n]!, end) - at;
			segments.push({file: this.#files[n]!, offset: at - start, length: run});
			at += run;
		}

		return segments;
	}

	/** The first file with data that ends after `position`, as an index into files with data. */
	#find(position: Bytes): number {
		const ends = this.#ends;
		const last = this.#last;
		if (last < ends.length && position < ends[last]! && position >= this.#starts[last]!) return last;
		let low = 0;
		let high = ends.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (ends[middle]! > position) high = middle;
			else low = middle + 1;
		}

		this.#last = low;
		return low;
	}
}
