import {type Bytes, blockLength, type PieceIndex} from '../../base/units.js';

/** The geometry of a torrent's stream: pieces, and the 16 KiB blocks in them. The only maker of a `PieceIndex`. */
export class PieceMap {
	readonly length: Bytes;
	readonly pieceLength: Bytes;
	readonly pieceCount: number;
	/** Blocks in every piece but, maybe, the last. */
	readonly blocksPerPiece: number;

	constructor(length: Bytes, pieceLength: Bytes) {
		this.length = length;
		this.pieceLength = pieceLength;
		this.pieceCount = Math.ceil(length / pieceLength);
		this.blocksPerPiece = Math.ceil(pieceLength / blockLength);
	}

	/** Makes a number from outside a piece index; undefined when the torrent has no such piece. */
	check(piece: number): PieceIndex | undefined {
		return Number.isInteger(piece) && piece >= 0 && piece < this.pieceCount
			? (piece as PieceIndex)
			: undefined;
	}

	pieceSize(piece: number): Bytes {
		return piece === this.pieceCount - 1 ? this.length - piece * this.pieceLength : this.pieceLength;
	}

	blockCount(piece: number): number {
		return piece === this.pieceCount - 1
			? Math.ceil(this.pieceSize(piece) / blockLength)
			: this.blocksPerPiece;
	}

	blockSize(piece: number, block: number): Bytes {
		return Math.min(blockLength, this.pieceSize(piece) - block * blockLength);
	}

	/** Whether `begin` and `length` are exactly one of the piece's blocks. */
	isBlock(piece: number, begin: number, length: number): boolean {
		if (begin % blockLength !== 0) return false;
		const block = begin / blockLength;
		return block < this.blockCount(piece) && length === this.blockSize(piece, block);
	}

	/** Whether the range lies inside the piece: what a peer may ask for. */
	holds(piece: number, begin: number, length: number): boolean {
		return length > 0 && begin + length <= this.pieceSize(piece);
	}

	/** The first and the last piece of `length` bytes from `offset`; last < first for empty files. */
	span(offset: Bytes, length: Bytes): readonly [first: number, last: number] {
		const first = Math.floor(offset / this.pieceLength);
		return [first, length === 0 ? first - 1 : Math.floor((offset + length - 1) / this.pieceLength)];
	}
}

/** A piece is as urgent as its most urgent file. One byte a piece: 0 not wanted .. 4 first. */
export function piecePriorities(
	map: PieceMap,
	files: ReadonlyArray<{readonly offset: Bytes; readonly length: Bytes; readonly pad: boolean}>,
	priorities: ArrayLike<number>,
): Uint8Array {
	const pieces = new Uint8Array(map.pieceCount);
	for (let index = 0; index < files.length; index++) {
		const file = files[index]!;
		const priority = file.pad ? 0 : (priorities[index] ?? 0);
		// A file without bytes is in no piece.
		if (priority === 0 || file.length === 0) continue;
		const [first, last] = map.span(file.offset, file.length);
		// Only the two ends can be shared with another file.
		if (first > last) continue;
		pieces[first] = Math.max(pieces[first]!, priority);
		pieces[last] = Math.max(pieces[last]!, priority);
		if (last - first > 1) pieces.fill(priority, first + 1, last);
	}
	return pieces;
}

/** The first and the last piece of every file that is wanted first: a player looks at both before it begins. */
export function headPieces(
	map: PieceMap,
	files: ReadonlyArray<{readonly offset: Bytes; readonly length: Bytes; readonly pad: boolean}>,
	priorities: ArrayLike<number>,
): number[] {
	const pieces = new Set<number>();
	for (let index = 0; index < files.length; index++) {
		const file = files[index]!;
		if (priorities[index] !== 4 || file.pad || file.length === 0) continue;
		const [first, last] = map.span(file.offset, file.length);
		pieces.add(first).add(last);
	}
	return [...pieces];
}
