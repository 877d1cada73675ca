import type {Bytes} from '../../base/units.js';
import {columnsOf, hasPads, isPad, type StreamFiles} from '../../protocol/metainfo/file-columns.js';

/** A run of bytes inside one file, or in none. */
export interface Segment {
	/** Index into the torrent's files; -1 where no file has bytes: pad files (BEP 47) and gaps between files. */
	readonly file: number;
	/** Where the run begins in the file; 0 when there is none. */
	readonly offset: Bytes;
	readonly length: Bytes;
}

/** A file map in shared memory: other threads use the same. */
export interface FileMapData {
	readonly length: Bytes;
	/** Of files with data, in stream order: where they begin, where they end, and which file it is. */
	readonly starts: Float64Array;
	readonly ends: Float64Array;
	readonly files: Int32Array;
}

/** Where the bytes of a torrent's stream lie: which file, and where in it. */
export class FileMap {
	readonly length: Bytes;
	readonly data: FileMapData;
	readonly #starts: Float64Array;
	readonly #ends: Float64Array;
	readonly #files: Int32Array;
	#last = 0;

	constructor(data: FileMapData) {
		this.data = data;
		this.length = data.length;
		this.#starts = data.starts;
		this.#ends = data.ends;
		this.#files = data.files;
	}

	/**
	 * @param files in stream order, without overlaps
	 * @param length of the stream
	 */
	static of(files: StreamFiles, length: Bytes): FileMap {
		const {offsets, lengths, flags} = columnsOf(files);
		const count = lengths.length;
		let solid = count;
		// Mostly all have data: that is asked in one go.
		if (lengths.includes(0) || hasPads(flags)) {
			solid = 0;
			for (let file = 0; file < count; file++) if (lengths[file]! > 0 && !isPad(flags[file]!)) solid++;
		}
		const starts = new Float64Array(new SharedArrayBuffer(solid * 8));
		const ends = new Float64Array(new SharedArrayBuffer(solid * 8));
		const numbers = new Int32Array(new SharedArrayBuffer(solid * 4));
		for (let file = 0, n = 0; n < solid; file++) {
			if (lengths[file] === 0 || isPad(flags[file]!)) continue;
			starts[n] = offsets[file]!;
			ends[n] = offsets[file]! + lengths[file]!;
			numbers[n++] = file;
		}
		return new FileMap({length, starts, ends, files: numbers});
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

	/** Where the file under a byte of the stream begins and ends; undefined when there is none. */
	at(position: Bytes): {readonly start: Bytes; readonly end: Bytes} | undefined {
		const n = this.#find(position);
		const start = this.#starts[n];
		return start === undefined || start > position ? undefined : {start, end: this.#ends[n]!};
	}

	/** Whether there are files, and some bytes are of none: pad files. */
	get hasGaps(): boolean {
		let data = 0;
		for (let n = 0; n < this.#ends.length; n++) data += this.#ends[n]! - this.#starts[n]!;
		return data > 0 && data < this.length;
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
