import {createHash, hash} from 'node:crypto';
import {closeSync, constants, openSync, readSync} from 'node:fs';
import {type Bytes, blockLength} from '../base/units.js';
import {diskPath} from '../io/files/disk-path.js';
import {hashFunctions} from '../io/machine/hash-functions.js';
import {blockHashes, hashLength, pieceHash} from '../protocol/metainfo/merkle.js';

/** A stretch of the stream of pieces; without `source` it is zeros. */
export interface Extent {
	readonly source: string | undefined;
	readonly offset: Bytes;
	readonly length: Bytes;
}

/** What is to be hashed, and where the answers go: shared memory, so that any number of threads can work at it. */
export interface HashJob {
	/** In the order of the stream, without gaps; none is empty. */
	readonly extents: readonly Extent[];
	readonly length: Bytes;
	readonly pieceLength: Bytes;
	/** 20 bytes a piece, when SHA-1 is wanted. */
	readonly sha1: SharedArrayBuffer | undefined;
	/** 32 bytes a piece, when v2 hashes are wanted: of the piece, or of the whole file when it has only one. BEP 52. */
	readonly sha256: SharedArrayBuffer | undefined;
	/** Two integers: the next batch to take, and not 0 when all shall stop. */
	readonly control: SharedArrayBuffer;
}

/** The file at fault, when a read did not give what was there before. */
export class ChangedFile extends Error {
	override readonly name = 'ChangedFile';
	readonly source: string;

	constructor(source: string, cause: unknown) {
		super(`${source} changed`, {cause});
		this.source = source;
	}
}

/** What is read at a time; also of a longer piece, so that a thread needs no more memory for it. */
const chunkLength: Bytes = 1_048_576;

/** How many bytes a thread takes at a time: some whole pieces. */
export function batchLength(pieceLength: Bytes): Bytes {
	return Math.max(1, Math.floor(chunkLength / pieceLength)) * pieceLength;
}

/** The index of the extent that holds a position. */
function extentAt(extents: readonly Extent[], position: Bytes): number {
	let low = 0;
	let high = extents.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >>> 1;
		if (extents[middle]!.offset <= position) low = middle;
		else high = middle - 1;
	}

	return low;
}

/** Takes batches of a job: reads, hashes, writes down the answers. To be closed. */
export class BatchHasher {
	readonly #job: HashJob;
	readonly #control: Int32Array;
	readonly #batch: Bytes;
	readonly #buffer: Uint8Array;
	readonly #reader = new ExtentReader();
	readonly #sha1: Uint8Array | undefined;
	readonly #sha256: Uint8Array | undefined;

	constructor(job: HashJob) {
		this.#job = job;
		this.#control = new Int32Array(job.control);
		this.#sha1 = job.sha1 && new Uint8Array(job.sha1);
		this.#sha256 = job.sha256 && new Uint8Array(job.sha256);
		this.#batch = batchLength(job.pieceLength);
		this.#buffer = new Uint8Array(Math.min(chunkLength, this.#batch, job.length));
	}

	/**
	 * Hashes the next batch that nobody has taken.
	 *
	 * @returns how many bytes of it there were to hash: padding is not where only v2 hashes are wanted; 0 when no batch is
	 *   left, or all shall stop
	 * @throws {ChangedFile} when a file cannot be read to where its end was
	 */
	next(): Bytes {
		const {length, pieceLength} = this.#job;
		if (Atomics.load(this.#control, 1) !== 0) return 0;
		const start = Atomics.add(this.#control, 0, 1) * this.#batch;
		if (start >= length) return 0;
		const end = Math.min(start + this.#batch, length);
		if (pieceLength > chunkLength) return this.#hashLongPiece(start, end);
		if (!this.#sha1) return this.#hashFilePieces(start, end);
		const data = this.#read(start, end);
		for (let at = start; at < end; at += pieceLength)
			this.#hashPiece(at, data.subarray(at - start, Math.min(at + pieceLength, end) - start));
		return end - start;
	}

	/** Pieces that each belong to one file: what comes behind its end is not read. */
	#hashFilePieces(start: Bytes, end: Bytes): Bytes {
		const {pieceLength} = this.#job;
		let hashed = 0;
		for (let at = start; at < end; at += pieceLength) {
			const data = this.#read(at, at + Math.min(pieceLength, this.#leftOfFile(at)));
			this.#hashPiece(at, data);
			hashed += data.length;
		}
		return hashed;
	}

	/** A stretch of the stream, no longer than a chunk: a view that holds until the next one is read. */
	#read(start: Bytes, end: Bytes): Uint8Array {
		const {extents} = this.#job;
		for (let index = extentAt(extents, start); index < extents.length; index++) {
			const extent = extents[index]!;
			if (extent.offset >= end) break;
			const from = Math.max(start, extent.offset);
			const to = Math.min(end, extent.offset + extent.length);
			this.#reader.read(extent, from - extent.offset, this.#buffer.subarray(from - start, to - start));
		}
		return this.#buffer.subarray(0, end - start);
	}

	#hashPiece(start: Bytes, data: Uint8Array): void {
		if (this.#sha1) this.#putSha1(start, hash('sha1', data, 'buffer'));
		if (this.#sha256)
			this.#putSha256(start, blockHashes(data.subarray(0, this.#leftOfFile(start)), hashFunctions.sha256));
	}

	#hashLongPiece(start: Bytes, wholeEnd: Bytes): Bytes {
		const sha1 = this.#sha1 && createHash('sha1');
		const data = Math.min(wholeEnd - start, this.#leftOfFile(start));
		const end = sha1 ? wholeEnd : start + data;
		const blocks = this.#sha256 && new Uint8Array(Math.ceil(data / blockLength) * hashLength);
		for (let at = start; at < end; at += chunkLength) {
			const chunk = this.#read(at, Math.min(at + chunkLength, end));
			sha1?.update(chunk);
			const left = start + data - at;
			if (left > 0)
				blocks?.set(
					blockHashes(chunk.subarray(0, left), hashFunctions.sha256),
					((at - start) / blockLength) * hashLength,
				);
		}
		if (sha1) this.#putSha1(start, sha1.digest());
		if (blocks) this.#putSha256(start, blocks);
		return end - start;
	}

	/** In v2 every piece is of one file, and its padding is no data: how much of the file there is from here on. */
	#leftOfFile(start: Bytes): Bytes {
		const {offset, length} = this.#job.extents[extentAt(this.#job.extents, start)]!;
		return offset + length - start;
	}

	#putSha1(start: Bytes, digest: Uint8Array): void {
		this.#sha1!.set(digest, (start / this.#job.pieceLength) * 20);
	}

	#putSha256(start: Bytes, blocks: Uint8Array): void {
		const {extents, pieceLength} = this.#job;
		const whole = extents[extentAt(extents, start)]!.length <= pieceLength;
		this.#sha256!.set(
			pieceHash(blocks, pieceLength, whole, hashFunctions.sha256),
			(start / pieceLength) * hashLength,
		);
	}

	close(): void {
		this.#reader.close();
	}
}

/**
 * Takes batch after batch of a job until none is left.
 *
 * @param done told how many bytes of the stream were hashed since the last time
 * @throws {ChangedFile} when a file cannot be read to where its end was
 */
export function hashBatches(job: HashJob, done: (bytes: Bytes) => void): void {
	const hasher = new BatchHasher(job);
	try {
		for (let bytes = hasher.next(); bytes > 0; bytes = hasher.next()) done(bytes);
	} finally {
		hasher.close();
	}
}

// What was a file may be a link or a pipe by now: the one would lead elsewhere, the other never end.
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reads extents, keeping the last file open: batches follow each other. */
class ExtentReader {
	#source: string | undefined;
	#file = -1;

	read(extent: Extent, position: Bytes, into: Uint8Array): void {
		if (extent.source === undefined) {
			into.fill(0);
			return;
		}

		try {
			if (this.#source !== extent.source) {
				this.close();
				this.#file = openSync(diskPath(extent.source), readOnly);
				this.#source = extent.source;
			}

			for (let filled = 0; filled < into.length; ) {
				const read = readSync(this.#file, into, filled, into.length - filled, position + filled);
				if (read === 0) throw new Error('it ends too soon');
				filled += read;
			}
		} catch (error) {
			throw new ChangedFile(extent.source, error);
		}
	}

	close(): void {
		if (this.#file >= 0) closeSync(this.#file);
		this.#file = -1;
		this.#source = undefined;
	}
}
