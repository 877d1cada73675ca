import type {PeerDetails} from '../../api/peer-details.js';
import type {Millis} from '../../base/units.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {Peer} from '../peers/peer-connection.js';
import type {Torrent} from '../torrent/torrent.js';
import {cellBounds} from './piece-grid.js';

const usualCells = 64;

/** What a peer has, cell by cell: tenths of all, and whether any of it is missing here. A look costs one pass over its bits. */
export function peerCells(
	theirs: Bitfield | undefined,
	have: Bitfield,
	wantedCells: number,
): Pick<PeerDetails, 'offers' | 'offered' | 'has'> {
	const pieces = have.length;
	const cells = Math.max(1, Math.min(pieces, wantedCells));
	const bound = cellBounds(pieces, cells);
	let [offers, offered, has] = [0, '', ''];
	for (let cell = 0; cell < cells; cell++) {
		const [from, to] = [bound(cell), bound(cell + 1)];
		const news = theirs === undefined ? to - from - have.countIn(from, to) : theirs.countIn(from, to, have);
		const had = theirs === undefined ? to - from : theirs.countIn(from, to);
		offers += news;
		offered += news > 0 ? '1' : '0';
		has += String(Math.min(9, Math.floor((had * 10) / Math.max(1, to - from))));
	}
	return {offers, offered, has};
}

/** Text of a peer id: what is no plain letter, digit or sign is a dot. */
function peerIdText(peerId: Uint8Array | undefined): string {
	return peerId === undefined ? '' : String.fromCharCode(...peerId).replace(/[^!-~]/g, '.');
}

function speaks(peer: Peer): readonly string[] {
	return [
		...(peer.supportsFast ? ['fast'] : []),
		...(peer.supportsDht ? ['dht'] : []),
		...(peer.knowsV2 || peer.speaksV2 ? ['v2'] : []),
		...peer.extensions.names,
	];
}

/** All that is known of a peer past its handshake; undefined when there is no such peer. */
export function viewPeerDetails(
	torrent: Torrent,
	id: number,
	cells: number | undefined,
	now: Millis,
	wall: Millis,
): PeerDetails | undefined {
	const peer = torrent.swarm.peers.get(id);
	if (peer === undefined || !peer.ready) return undefined;
	const {content} = torrent;
	const told =
		content === undefined
			? {offers: 0, offered: '', has: ''}
			: peerCells(peer.pieces, content.have, cells ?? usualCells);
	// The wall clock in whole seconds, so that what stands still is the same text.
	const at = (time: Millis) => Math.round((wall - now + time) / 1000) * 1000;
	return {
		id,
		peerId: peerIdText(peer.peerId),
		pieces: peer.pieceCount,
		...told,
		connectedAt: at(peer.connectedAt),
		usefulAt: at(peer.traffic.lastUsefulAt),
		...(Number.isFinite(peer.roundTrip) && {roundTrip: Math.round(peer.roundTrip)}),
		incoming: peer.incoming,
		amInterested: peer.amInterested,
		amChoking: peer.choking.amChoking,
		peerInterested: peer.peerInterested,
		peerChoking: peer.peerChoking,
		optimistic: peer.choking.optimistic,
		snubbed: peer.snubbed,
		onParole: peer.onParole,
		uploadOnly: peer.extensions.uploadOnly,
		speaks: speaks(peer),
		requestWindow: peer.requests.queue.target,
		unsent: peer.unsent,
		namedBy: torrent.swarm.list.sourceOf(peer.address)?.letters ?? '',
	};
}
