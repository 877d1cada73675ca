import type {PieceInspection} from '../../api/command.js';
import type {
	FilePriority,
	FileProgressView,
	FileView,
	PeerView,
	PiecesView,
	Reason,
	SpeedView,
	TorrentState,
	TorrentView,
} from '../../api/snapshot.js';
import {formatAddress} from '../../base/peer-address.js';
import {safeText} from '../../base/safe-text.js';
import {blockLength, type Millis, type Seconds} from '../../base/units.js';
import {blockState} from '../../policy/requests/partial-pieces.js';
import type {Peer} from '../peers/peer-connection.js';
import type {Torrent} from '../torrent/torrent.js';
import {clientName} from './client-name.js';

/** What the screen and scripts see of one torrent: made fresh, plain, nothing of it alive. */

export function stateOf(torrent: Torrent): TorrentState {
	const {activity} = torrent;
	switch (activity.name) {
		case 'active':
			return torrent.complete ? 'seeding' : 'downloading';
		case 'paused':
			return torrent.goal.reached && torrent.hasAllWanted ? 'finished' : 'paused';
		case 'checking':
		case 'pausing':
		case 'failed':
			return activity.name;
		case 'idle':
		case 'queued':
			return 'queued';
		case 'closed':
			return 'paused';
	}
}

export function viewTorrent(torrent: Torrent, now: Millis, reason: Reason | undefined): TorrentView {
	const {metainfo, files, swarm, activity} = torrent;
	// What still rings in the meters is past once it stands still.
	const downloadRate = torrent.active ? Math.round(torrent.stats.download.rate(now)) : 0;
	const left = files.wanted - files.wantedCompleted;
	return {
		id: torrent.id,
		name: metainfo.name,
		state: stateOf(torrent),
		reason,
		...(activity.name === 'failed' && activity.failure.inTheWay && {inTheWay: activity.failure.inTheWay}),
		length: files.length,
		wanted: files.wanted,
		completed: files.wantedCompleted,
		pieceLength: metainfo.pieceLength,
		pieces: torrent.map.pieceCount,
		piecesHave: torrent.have.count,
		checked: activity.name === 'checking' && activity.total > 0 ? activity.done / activity.total : undefined,
		downloaded: torrent.stats.downloaded,
		uploaded: torrent.stats.uploaded,
		wasted: torrent.stats.wasted,
		hashFailures: torrent.hashFailures,
		bans: torrent.smartBan.bans,
		downloadRate,
		uploadRate: torrent.active ? Math.round(torrent.stats.upload.rate(now)) : 0,
		eta: torrent.active && left > 0 && downloadRate > 0 ? Math.ceil(left / downloadRate) : undefined,
		ratio: torrent.stats.uploaded / (torrent.stats.downloaded || metainfo.length),
		connected: swarm.connected,
		seedsConnected: torrent.downloader.picker.seeds,
		...countTrading(swarm.peers.values()),
		known: swarm.list.known,
		files: files.count,
		filesWanted: files.filesWanted,
		dir: torrent.dir,
		label: torrent.label,
		queue: torrent.queue,
		sequential: torrent.sequential,
		superSeeding: torrent.superSeeding.wanted,
		private: metainfo.private,
		maxDownload: torrent.rateLimits.download.rate,
		maxUpload: torrent.rateLimits.upload.rate,
		addedAt: torrent.addedAt,
		completedAt: torrent.stats.completedAt,
		comment: metainfo.comment === undefined ? undefined : safeText(metainfo.comment),
		createdBy: metainfo.createdBy === undefined ? undefined : safeText(metainfo.createdBy),
		creationDate: metainfo.creationDate,
		infoHashV2: metainfo.infoHashV2,
		magnet: torrent.magnet,
	};
}

/** Who gives to whom, or may. */
function countTrading(peers: Iterable<Peer>): Pick<TorrentView, 'sending' | 'receiving'> {
	let sending = 0;
	let receiving = 0;
	for (const peer of peers) {
		if (!peer.ready) continue;
		if (peer.amInterested && !peer.peerChoking && !peer.snubbed) sending++;
		if (peer.peerInterested && !peer.amChoking) receiving++;
	}
	return {sending, receiving};
}

/** First piece of each cell; the last entry is the end. */
function cellBounds(pieces: number, cells: number): (cell: number) => number {
	return cell => Math.floor((cell * pieces) / cells);
}

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

export function viewPeers(torrent: Torrent, now: Millis): PeerView[] {
	const views: PeerView[] = [];
	for (const peer of torrent.swarm.peers.values()) if (peer.ready) views.push(viewPeer(torrent, peer, now));
	return views;
}

function viewPeer(torrent: Torrent, peer: Peer, now: Millis): PeerView {
	return {
		id: peer.id,
		address: formatAddress(peer.address),
		client: clientName(peer),
		flags: flagsOf(peer, torrent.swarm.list.sourceOf(peer.address)?.letters ?? ''),
		transport: peer.transport,
		encrypted: peer.encrypted,
		source: peer.source,
		progress: peer.pieceCount / torrent.map.pieceCount,
		downloadRate: Math.round(peer.download.rate(now)),
		uploadRate: Math.round(peer.upload.rate(now)),
		downloaded: peer.downloaded,
		uploaded: peer.uploaded,
		requested: peer.outstanding,
		queued: peer.uploads.length,
	};
}

function flagsOf(peer: Peer, letters: string): string {
	let flags = '';
	if (peer.amInterested) flags += peer.peerChoking ? 'd' : 'D';
	else if (!peer.peerChoking) flags += 'K';
	if (peer.peerInterested) flags += peer.amChoking ? 'u' : 'U';
	else if (!peer.amChoking) flags += '?';
	if (peer.optimistic) flags += 'O';
	if (peer.snubbed) flags += 'S';
	if (peer.incoming) flags += 'I';
	if (peer.encrypted) flags += 'E';
	if (peer.transport === 'utp') flags += 'P';
	for (const letter of 'XHLT') if (letters.includes(letter)) flags += letter;
	return flags;
}

export function viewFiles(torrent: Torrent): FileView[] {
	return torrent.metainfo.files.flatMap((file, index) =>
		file.pad ? [] : [{index, path: torrent.renamed.get(index) ?? file.path, length: file.length}],
	);
}

export function viewProgress(torrent: Torrent): FileProgressView {
	const completed: number[] = [];
	const priority: FilePriority[] = [];
	for (const [index, file] of torrent.metainfo.files.entries()) {
		if (file.pad) continue;
		completed.push(torrent.files.completed[index]!);
		priority.push(torrent.files.priorities[index] as FilePriority);
	}
	return {completed, priority};
}

export function viewSpeed(torrent: Torrent, range: Seconds, samples: number, diskRate: number): SpeedView {
	return {...torrent.stats.history.view(range, samples), diskRate, diskQueue: torrent.storage?.waiting ?? 0};
}

/** What is under a cell of the piece grid: its first piece that is not had, or its first. */
export function inspectCell(
	torrent: Torrent,
	cell: number,
	wantedCells: number,
	now: Millis,
): PieceInspection | undefined {
	const {map, have, downloader, metainfo} = torrent;
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
		state: stateOfPiece(torrent, piece),
		priority: torrent.files.piecePriority(piece) as FilePriority,
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

function stateOfPiece(torrent: Torrent, piece: number): string {
	if (torrent.have.has(piece)) return 'have';
	const partial = torrent.downloader.partials.get(piece);
	if (partial?.hashing) return 'being checked';
	if (partial?.requests.some((count, block) => count > 0 && partial.states[block] === blockState.missing)) {
		return 'in flight';
	}
	if (partial !== undefined && partial.received > 0) return 'partly had';
	return torrent.downloader.picker.priority(piece) > 0 ? 'missing' : 'not wanted';
}
