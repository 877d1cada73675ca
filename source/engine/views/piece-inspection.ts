import type {PieceInspection} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import {formatAddress} from '../../base/peer-address.js';
import {blockLength, type Millis} from '../../base/units.js';
import {blockState} from '../../policy/requests/partial-pieces.js';
import type {Torrent} from '../torrent/torrent.js';
import type {TorrentContent} from '../torrent/torrent-content.js';
import {cellBounds} from './piece-grid.js';

/** What is under a cell of the piece grid: its first piece that is not had, or its first. */
export function inspectCell(
	torrent: Torrent,
	cell: number,
	wantedCells: number,
	now: Millis,
): PieceInspection | undefined {
	const {content} = torrent;
	if (content === undefined) return undefined;
	const {map, have, downloader, metainfo} = content;
	const cells = Math.max(1, Math.min(map.pieceCount, wantedCells));
	const bound = cellBounds(map.pieceCount, cells);
	if (!Number.isInteger(cell) || cell < 0 || cell >= cells) return undefined;
	const from = bound(cell);
	const to = bound(cell + 1);
	let piece = from;
	while (piece < to - 1 && have.has(piece)) piece++;
	const partial = downloader.partials.get(piece);
	const due = downloader.deadlines.of(piece);
	const start = map.pieceStart(piece);
	const end = start + map.pieceSize(piece);
	const asked = new Set<string>();
	let holders = 0;
	for (const peer of torrent.swarm.peers.values()) {
		if (!peer.ready) continue;
		if (peer.hasPiece(piece)) holders++;
		for (let block = 0; partial !== undefined && block < partial.blocks; block++) {
			if (partial.requests[block]! > 0 && peer.asked(piece, block)) {
				asked.add(formatAddress(peer.address));
				break;
			}
		}
	}
	return {
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
		holders,
		blocks: Math.ceil((end - start) / blockLength),
		blocksHave: have.has(piece) ? Math.ceil((end - start) / blockLength) : (partial?.received ?? 0),
		requestedFrom: [...asked],
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
