import {type Bytes, blockLength, type PieceIndex} from '../../base/units.js';
import type {StreamFiles} from '../../protocol/metainfo/file-columns.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import {powerOfTwoFrom} from '../../protocol/metainfo/merkle.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {FileMap, type FileMapData, type Segment} from './file-map.js';

/** A geometry in a form that costs little to send to another thread. */
export interface GeometryData {
	readonly pieceLength: Bytes;
	/** Whether pieces end with their file. */
	readonly aligned: boolean;
	readonly files: FileMapData;
}

/**
 * The geometry of a torrent's stream: its pieces, the 16 KiB blocks in them, and the files under both. The only maker
 * of a `PieceIndex`: a number from outside is none before `isPiece`, `isBlock` or `holds` has said so.
 */
export class PieceGeometry {
	/** Of the stream, pad files included. */
	readonly length: Bytes;
	readonly pieceLength: Bytes;
	readonly pieceCount: number;
	/** Blocks in the longest piece: what tables of blocks are numbered by. */
	readonly blocksPerPiece: number;
	readonly #files: FileMap;
	/** The size of each piece, where others than the last may be short. */
	readonly #sizes: Uint32Array | undefined;
	/** Whether some bytes of pieces are of no file. */
	readonly #hasPads: boolean;

	private constructor(pieceLength: Bytes, files: FileMap, aligned: boolean) {
		this.length = files.length;
		this.pieceLength = pieceLength;
		this.pieceCount = Math.ceil(files.length / pieceLength);
		this.blocksPerPiece = Math.ceil(pieceLength / blockLength);
		this.#files = files;
		if (aligned) this.#sizes = this.#measure();
		this.#hasPads = !aligned && files.hasGaps;
	}

	/** Pieces are cut from the stream, whatever files lie under them: all but the last have the same size. BEP 3. */
	static uniform(length: Bytes, pieceLength: Bytes, files: StreamFiles = []): PieceGeometry {
		return new PieceGeometry(pieceLength, FileMap.of(files, length), false);
	}

	/**
	 * Each file begins a piece, and the last piece of each ends with it: what fills up the stream to the next file is in
	 * no piece. BEP 52.
	 */
	static aligned(length: Bytes, pieceLength: Bytes, files: StreamFiles): PieceGeometry {
		return new PieceGeometry(pieceLength, FileMap.of(files, length), true);
	}

	/** The geometry whose `data` this is: nothing is copied. */
	static from({pieceLength, aligned, files}: GeometryData): PieceGeometry {
		return new PieceGeometry(pieceLength, new FileMap(files), aligned);
	}

	get data(): GeometryData {
		const {pieceLength} = this;
		return {pieceLength, aligned: this.#sizes !== undefined, files: this.#files.data};
	}

	#measure(): Uint32Array {
		const sizes = new Uint32Array(this.pieceCount);
		for (let piece = 0; piece < sizes.length; piece++) {
			const start = piece * this.pieceLength;
			const whole = Math.min(this.pieceLength, this.length - start);
			const [first] = this.#files.segments(start, whole);
			sizes[piece] = first!.file >= 0 ? first!.length : whole;
		}
		return sizes;
	}

	/** Whether the torrent has a piece of this number. */
	isPiece(piece: number): piece is PieceIndex {
		return Number.isInteger(piece) && piece >= 0 && piece < this.pieceCount;
	}

	/** Where the piece begins in the stream. */
	pieceStart(piece: number): Bytes {
		return piece * this.pieceLength;
	}

	pieceSize(piece: number): Bytes {
		if (this.#sizes !== undefined) return this.#sizes[piece]!;
		return piece === this.pieceCount - 1 ? this.length - piece * this.pieceLength : this.pieceLength;
	}

	blockCount(piece: number): number {
		return Math.ceil(this.pieceSize(piece) / blockLength);
	}

	blockSize(piece: number, block: number): Bytes {
		return Math.min(blockLength, this.pieceSize(piece) - block * blockLength);
	}

	/** Whether `piece` is one, and `begin` and `length` are exactly one of its blocks: what is asked for comes so. */
	isBlock(piece: number, begin: number, length: number): piece is PieceIndex {
		if (!this.isPiece(piece) || begin % blockLength !== 0) return false;
		const block = begin / blockLength;
		return block < this.blockCount(piece) && length === this.blockSize(piece, block);
	}

	/**
	 * Whether `piece` is one and the range lies inside it: what a peer may ask for. Where each file begins a piece
	 * libtorrent asks for the padding behind it, too: zeros, also behind the last one.
	 */
	holds(piece: number, begin: number, length: number): piece is PieceIndex {
		if (!this.isPiece(piece)) return false;
		const end = this.#sizes === undefined ? this.pieceSize(piece) : this.pieceLength;
		return length > 0 && begin + length <= end;
	}

	/** The first and the last piece of `length` bytes from `offset`, of a file say; last < first for empty ones. */
	span(offset: Bytes, length: Bytes): readonly [first: number, last: number] {
		const first = Math.floor(offset / this.pieceLength);
		return [first, length === 0 ? first - 1 : Math.floor((offset + length - 1) / this.pieceLength)];
	}

	/** Blocks of a piece that nobody need send: they are padding, and so zeros. BEP 47. */
	padBlocks(piece: number): number[] {
		if (!this.#hasPads) return [];
		const blocks: number[] = [];
		let at = 0;
		for (const {file, length} of this.filesOf(piece)) {
			const end = at + length;
			if (file < 0) {
				const last = end === this.pieceSize(piece) ? this.blockCount(piece) : Math.floor(end / blockLength);
				for (let block = Math.ceil(at / blockLength); block < last; block++) blocks.push(block);
			}
			at = end;
		}
		return blocks;
	}

	/** Bytes of the file that the piece begins with or in, padding left out: what a v2 tree is over. BEP 52. */
	dataSize(piece: number): Bytes {
		const start = this.pieceStart(piece);
		const file = this.#files.at(start);
		return file === undefined ? 0 : Math.min(file.end - start, this.pieceSize(piece));
	}

	/** Blocks under the hash of a piece, padding counted: all of a file that has no other piece has no more. BEP 52. */
	treeWidth(piece: number): number {
		const file = this.#files.at(this.pieceStart(piece));
		const full = this.pieceLength / blockLength;
		if (file === undefined || file.end - file.start > this.pieceLength) return full;
		return Math.min(full, powerOfTwoFrom(Math.ceil((file.end - file.start) / blockLength)));
	}

	/** The files under a piece, in order. */
	filesOf(piece: number): Segment[] {
		return this.#files.segments(this.pieceStart(piece), this.pieceSize(piece));
	}

	/**
	 * The files under a range of the stream, in order. Always covers the range exactly.
	 *
	 * @throws {RangeError} when the range is not inside the stream
	 */
	segments(position: Bytes, length: Bytes): Segment[] {
		return this.#files.segments(position, length);
	}
}

/** The geometry of a torrent as it is written and, where it can be, checked by SHA-1: pieces of v2-only ones are aligned. */
export function geometryOf(
	metainfo: Pick<Metainfo, 'length' | 'pieceLength' | 'pieceHashes' | 'files'>,
): PieceGeometry {
	const {length, pieceLength, pieceHashes} = metainfo;
	const files = fileTable(metainfo);
	return pieceHashes === undefined
		? PieceGeometry.aligned(length, pieceLength, files)
		: PieceGeometry.uniform(length, pieceLength, files);
}
