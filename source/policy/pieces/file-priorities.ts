import {columnsOf, isPad, type StreamFiles} from '../../protocol/metainfo/file-columns.js';
import type {PieceGeometry} from './piece-geometry.js';

/** A piece is as urgent as its most urgent file. One byte a piece: 0 not wanted .. 4 first. */
export function piecePriorities(
	map: PieceGeometry,
	files: StreamFiles,
	priorities: ArrayLike<number>,
): Uint8Array {
	const pieces = new Uint8Array(map.pieceCount);
	const {offsets, lengths, flags} = columnsOf(files);
	const {pieceLength} = map;
	// Neighbours are mostly as urgent as each other: they are marked together.
	let [first, last, urgency] = [0, -1, 0];
	const mark = (): void => {
		// Only the two ends can be shared with a file of another priority.
		if (first > last) return;
		pieces[first] = Math.max(pieces[first]!, urgency);
		pieces[last] = Math.max(pieces[last]!, urgency);
		if (last - first > 1) pieces.fill(urgency, first + 1, last);
	};
	for (let file = 0; file < lengths.length; file++) {
		const priority = isPad(flags[file]!) ? 0 : (priorities[file] ?? 0);
		const length = lengths[file]!;
		// A file without bytes is in no piece.
		if (priority === 0 || length === 0) continue;
		// As `map.span`, which makes a pair for each.
		const begin = Math.floor(offsets[file]! / pieceLength);
		const end = Math.floor((offsets[file]! + length - 1) / pieceLength);
		if (priority === urgency && begin >= last && begin <= last + 1) {
			last = end;
			continue;
		}
		mark();
		[first, last, urgency] = [begin, end, priority];
	}
	mark();
	return pieces;
}

/** The first and the last piece of every file that is wanted first: a player looks at both before it begins. */
export function headPieces(map: PieceGeometry, files: StreamFiles, priorities: ArrayLike<number>): number[] {
	const pieces = new Set<number>();
	const {offsets, lengths, flags} = columnsOf(files);
	for (let file = 0; file < lengths.length; file++) {
		if (priorities[file] !== 4 || isPad(flags[file]!) || lengths[file] === 0) continue;
		const [first, last] = map.span(offsets[file]!, lengths[file]!);
		pieces.add(first).add(last);
	}
	return [...pieces];
}
