import type {PiecesView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {TorrentContent} from '../torrent/torrent-content.js';
import {cellOf, PieceGrid} from './piece-grid.js';
import {PieceTally} from './piece-tally.js';

interface WatchedPieces {
	readonly tally: PieceTally;
	/** By the number of cells that is wanted. */
	readonly grids: Map<number, PieceGrid>;
}

/** Of a torrent of which nobody knows what it holds. */
export const noPieces: PiecesView = {
	pieces: 0,
	have: 0,
	inFlight: 0,
	checking: 0,
	cells: '',
	availability: '',
	filled: '',
	copies: 0,
	fileStarts: [],
};

/** The piece grids that somebody watches, by torrent. */
export class PieceViews {
	readonly #watched = new Map<string, WatchedPieces>();

	/** A torrent's pieces folded into cells: as many as wanted, or one a piece. The same object while nothing has changed. */
	view(content: TorrentContent, cells: number): PiecesView {
		const {tally, grids} = this.#watchedOf(content);
		tally.refresh();
		let grid = grids.get(cells);
		if (grid === undefined) {
			grid = new PieceGrid(tally, cells, count => fileStarts(content, count));
			grids.set(cells, grid);
			tally.join(grid);
		}
		return grid.view();
	}

	/** Nobody watches a torrent's pieces in so many cells any more. */
	forget(id: string, cells: number): void {
		const watched = this.#watched.get(id);
		const grid = watched?.grids.get(cells);
		if (watched === undefined || grid === undefined) return;
		watched.grids.delete(cells);
		watched.tally.leave(grid);
		if (watched.grids.size === 0) this.#watched.delete(id);
	}

	#watchedOf(content: TorrentContent): WatchedPieces {
		const known = this.#watched.get(content.id);
		// One that was removed and added again is another.
		if (known?.tally.isOf(content)) return known;
		const watched = {tally: new PieceTally(content), grids: new Map()};
		this.#watched.set(content.id, watched);
		return watched;
	}
}

/** The cells of which something was sent lately; none while something that is wanted is missing. */
export function sentCells(
	{downloader, sentLately, map}: TorrentContent,
	wantedCells: number,
	now: Millis,
): readonly number[] {
	const pieces = sentLately.pieces(now);
	if (pieces.length === 0 || downloader.needed.count > 0) return [];
	const cells = Math.max(1, Math.min(map.pieceCount, wantedCells));
	return [...new Set(pieces.map(piece => cellOf(piece, map.pieceCount, cells)))].sort((a, b) => a - b);
}

/** The cell of each file's first piece, for files with data; the first of those that share a cell. */
function fileStarts({metainfo, map}: TorrentContent, cells: number): PiecesView['fileStarts'] {
	const starts: Array<readonly [number, number]> = [];
	let last = -1;
	const table = fileTable(metainfo);
	for (let index = 0; index < table.count; index++) {
		if (table.isPad(index) || table.lengths[index] === 0) continue;
		const [piece] = map.span(table.offsets[index]!, table.lengths[index]!);
		const cell = cellOf(piece, map.pieceCount, cells);
		if (cell === last) continue;
		last = cell;
		starts.push([cell, index]);
	}
	// Where every other cell begins a file, boundaries would say nothing.
	return starts.length * 4 > cells ? [] : starts;
}
