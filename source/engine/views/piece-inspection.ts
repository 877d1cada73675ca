import type {FilePriority, PieceHolder, PieceInspection, PieceRun} from '../../api/snapshot.js';
import {formatAddress} from '../../base/peer-address.js';
import {blockLength, type Millis} from '../../base/units.js';
import {blockState} from '../../policy/requests/partial-pieces.js';
import type {Torrent} from '../torrent/torrent.js';
import type {TorrentContent} from '../torrent/torrent-content.js';
import {cellBounds} from './piece-grid.js';

/** Of a cell with more pieces no more are told one by one, nor more runs of them. */
const mostLookedAt = 4096;
const mostRuns = 200;
/** So many holders of a piece are named, and of a run of pieces. */
const mostHolders = 20;
const fewHolders = 3;

/** The piece of a cell that matters most: the rarest that is not had; the first where all are. */
function worstPiece({have, downloader}: TorrentContent, from: number, to: number): number {
	let worst = from;
	let rarest = Number.POSITIVE_INFINITY;
	for (let piece = from; piece < to; piece++) {
		const availability = have.has(piece) ? Number.POSITIVE_INFINITY : downloader.picker.availability(piece);
		if (availability >= rarest) continue;
		worst = piece;
		rarest = availability;
	}
	return worst;
}

/** Who has a piece, the fastest first. */
function holdersOf(torrent: Torrent, piece: number, now: Millis): readonly PieceHolder[] {
	const holders: PieceHolder[] = [];
	for (const peer of torrent.swarm.peers.values()) {
		if (!peer.ready || !peer.hasPiece(piece)) continue;
		holders.push({
			address: formatAddress(peer.address),
			rate: Math.round(peer.traffic.download.rate(now)),
		});
	}
	return holders.sort((one, other) => other.rate - one.rate);
}

/** The pieces of a cell, neighbours of one state that as many have told together. */
function runsOf(torrent: Torrent, content: TorrentContent, from: number, to: number): readonly PieceRun[] {
	const peers = [...torrent.swarm.peers.values()].filter(({ready}) => ready);
	const runs: Array<{-readonly [Key in keyof PieceRun]: PieceRun[Key]}> = [];
	let last: string | undefined;
	for (let piece = from; piece < Math.min(to, from + mostLookedAt); piece++) {
		const state = stateOfPiece(content, piece);
		const who = peers.filter(peer => peer.hasPiece(piece));
		const names = who.length <= fewHolders ? who.map(({address}) => formatAddress(address)) : undefined;
		const key = `${state} ${who.length} ${names?.join()}`;
		const run = runs.at(-1);
		if (run !== undefined && key === last) {
			runs[runs.length - 1] = {...run, last: piece};
			continue;
		}
		if (runs.length === mostRuns) break;
		last = key;
		runs.push({
			...{first: piece, last: piece, state, holders: who.length},
			...(names !== undefined && {heldBy: names}),
		});
	}
	return runs;
}

/** Of whom blocks of a piece are asked for. */
function askedOf(torrent: Torrent, {downloader}: TorrentContent, piece: number): readonly string[] {
	const partial = downloader.partials.get(piece);
	const asked = new Set<string>();
	for (const peer of torrent.swarm.peers.values()) {
		if (!peer.ready) continue;
		for (let block = 0; partial !== undefined && block < partial.blocks; block++) {
			if (partial.requests[block]! > 0 && peer.asked(piece, block)) {
				asked.add(formatAddress(peer.address));
				break;
			}
		}
	}
	return [...asked];
}

/**
 * What is under a cell of the piece grid: its rarest piece that is not had, or its first.
 *
 * @param whole whether all of its pieces are told
 */
export function inspectCell(
	torrent: Torrent,
	cell: number,
	wantedCells: number,
	now: Millis,
	whole = false,
): PieceInspection | undefined {
	const {content} = torrent;
	if (content === undefined) return undefined;
	const {map, have, downloader, metainfo} = content;
	const cells = Math.max(1, Math.min(map.pieceCount, wantedCells));
	const bound = cellBounds(map.pieceCount, cells);
	if (!Number.isInteger(cell) || cell < 0 || cell >= cells) return undefined;
	const from = bound(cell);
	const to = bound(cell + 1);
	const piece = worstPiece(content, from, to);
	const partial = downloader.partials.get(piece);
	const due = downloader.deadlines.of(piece);
	const start = map.pieceStart(piece);
	const end = start + map.pieceSize(piece);
	const blocks = Math.ceil((end - start) / blockLength);
	const holders = holdersOf(torrent, piece, now);
	return {
		first: from,
		piece,
		pieces: to - from,
		length: end - start,
		state: stateOfPiece(content, piece),
		priority: content.files.piecePriority(piece) as FilePriority,
		dueIn: due === undefined ? undefined : Math.round(due - now),
		files: metainfo.files
			.filter(file => !file.pad && file.length > 0 && file.offset < end && file.offset + file.length > start)
			.slice(0, 20)
			.map(file => file.path.join('/')),
		holders: holders.length,
		heldBy: holders.slice(0, whole ? mostHolders : 1),
		blocks,
		blocksHave: have.has(piece) ? blocks : (partial?.received ?? 0),
		requestedFrom: askedOf(torrent, content, piece),
		...(whole && {runs: runsOf(torrent, content, from, to)}),
	};
}

function stateOfPiece(content: TorrentContent, piece: number): string {
	if (content.have.has(piece)) return 'have';
	const partial = content.downloader.partials.get(piece);
	if (partial?.hashing) return 'being checked';
	if (partial?.requests.some((count, block) => count > 0 && partial.states[block] === blockState.missing)) {
		return 'in flight';
	}
	if (partial !== undefined && partial.received > partial.padding) return 'partly had';
	return content.downloader.picker.priority(piece) > 0 ? 'missing' : 'not wanted';
}
