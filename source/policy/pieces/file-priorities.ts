import type {StreamFile} from './file-map.js';
import type {PieceGeometry} from './piece-geometry.js';

/** A piece is as urgent as its most urgent file. One byte a piece: 0 not wanted .. 4 first. */
export function piecePriorities(
	map: PieceGeometry,
	files: readonly StreamFile[],
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
	map: PieceGeometry,
	files: readonly StreamFile[],
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
