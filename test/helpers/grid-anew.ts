import type {PiecesView} from '../../source/api/snapshot.ts';
import type {TorrentContent} from '../../source/engine/torrent/torrent-content.ts';

/** A torrent's piece grid, made anew from all its pieces: what the one that is kept must equal. */
export function gridAnew(
	{map, have, downloader}: TorrentContent,
	wanted: number,
): Omit<PiecesView, 'fileStarts'> {
	const {picker, partials} = downloader;
	const pieces = map.pieceCount;
	const cells = Math.max(1, Math.min(pieces, wanted));
	const begun = new Map<number, string>();
	const count = {r: 0, c: 0, p: 0};
	for (const {piece, hashing, free, blocks, received} of partials.all()) {
		const state = hashing ? 'c' : free < blocks - received ? 'r' : 'p';
		begun.set(piece, state);
		count[state]++;
	}
	const all = Array.from({length: pieces}, (_, piece) => picker.availability(piece));
	const scarcest = all.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
	let [states, availability, filled] = ['', '', ''];
	for (let cell = 0; cell < cells; cell++) {
		const from = Math.floor((cell * pieces) / cells);
		const to = Math.floor(((cell + 1) * pieces) / cells);
		const inside = Array.from({length: to - from}, (_, at) => from + at);
		const missing = inside.filter(piece => !have.has(piece));
		const had = inside.length - missing.length;
		const is = new Set(missing.map(piece => begun.get(piece)));
		const isWanted = missing.some(piece => picker.priority(piece) > 0);
		if (missing.length === 0) states += 'h';
		else if (is.has('c')) states += 'c';
		else if (is.has('r')) states += 'r';
		else if (is.has('p') || had > 0) states += 'p';
		else states += isWanted ? 'm' : 'u';
		availability += Math.min(9, ...missing.map(piece => all[piece]!));
		filled += Math.min(9, Math.floor((had * 10) / inside.length));
	}
	return {
		pieces,
		have: have.count,
		inFlight: count.r,
		checking: count.c,
		cells: states,
		availability,
		filled,
		copies: scarcest + all.filter(each => each > scarcest).length / pieces,
	};
}
