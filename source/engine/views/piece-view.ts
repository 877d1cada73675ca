import type {PiecesView} from '../../api/snapshot.js';
import type {Torrent} from '../torrent/torrent.js';

/** First piece of each cell; the last entry is the end. */
export function cellBounds(pieces: number, cells: number): (cell: number) => number {
	return cell => Math.floor((cell * pieces) / cells);
}

/** A torrent’s pieces folded into cells, as many as wanted or one a piece. */
export function viewPieces(torrent: Torrent, wantedCells: number): PiecesView {
	const {map, have, downloader, metainfo} = torrent;
	const pieces = map.pieceCount;
	const cells = Math.max(1, Math.min(pieces, wantedCells));
	const bound = cellBounds(pieces, cells);
	let checking = 0;
	let inFlight = 0;
	/** 0 nothing, 1 asked for or partly had, 2 being checked */
	const begun = new Map<number, 'r' | 'p' | 'c'>();
	for (const partial of downloader.partials.all()) {
		if (partial.hashing) {
			checking++;
			begun.set(partial.piece, 'c');
		} else if (partial.free < partial.blocks - partial.received) {
			inFlight++;
			begun.set(partial.piece, 'r');
		} else begun.set(partial.piece, 'p');
	}
	const states: string[] = [];
	const rarity: string[] = [];
	const filled: string[] = [];
	let scarcest = Number.POSITIVE_INFINITY;
	let abundant = 0;
	for (let piece = 0; piece < pieces; piece++) {
		const availability = downloader.picker.availability(piece);
		if (availability < scarcest) {
			scarcest = availability;
			abundant = 0;
		} else if (availability > scarcest) abundant++;
	}
	for (let cell = 0; cell < cells; cell++) {
		const to = bound(cell + 1);
		let had = 0;
		let wanted = 0;
		let rarest = 9;
		let active: 'r' | 'p' | 'c' | undefined;
		for (let piece = bound(cell); piece < to; piece++) {
			if (have.has(piece)) {
				had++;
				continue;
			}
			rarest = Math.min(rarest, downloader.picker.availability(piece));
			if (downloader.picker.priority(piece) > 0) wanted++;
			const state = begun.size > 0 ? begun.get(piece) : undefined;
			if (state === 'c' || (state === 'r' && active !== 'c') || (state === 'p' && active === undefined))
				active = state;
		}
		const size = to - bound(cell);
		if (had === size) states.push('h');
		else if (active !== undefined) states.push(active);
		else if (had > 0 && wanted > 0) states.push('p');
		else states.push(wanted > 0 ? 'm' : had > 0 ? 'p' : 'u');
		rarity.push(String(Math.min(9, rarest)));
		filled.push(String(Math.min(9, Math.floor((had * 10) / size))));
	}
	const fileStarts: Array<readonly [number, number]> = [];
	let lastCell = -1;
	for (const [index, file] of metainfo.files.entries()) {
		if (file.pad || file.length === 0) continue;
		const [piece] = map.span(file.offset, file.length);
		const cell = Math.min(cells - 1, Math.floor(((piece + 1) * cells - 1) / pieces));
		if (cell === lastCell) continue;
		lastCell = cell;
		fileStarts.push([cell, index]);
	}
	return {
		pieces,
		have: have.count,
		inFlight,
		checking,
		cells: states.join(''),
		availability: rarity.join(''),
		filled: filled.join(''),
		copies: pieces === 0 ? 0 : scarcest + abundant / pieces,
		fileStarts,
	};
}
