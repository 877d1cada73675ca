import type {PeerView} from '../../api/snapshot.js';
import {formatAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import type {Peer} from '../peers/peer-connection.js';
import type {Torrent} from '../torrent/torrent.js';
import {clientName} from './client-name.js';

/** The peers past their handshakes; `maps`: with what each has, roughly, over the torrent. */
export function viewPeers(torrent: Torrent, now: Millis, maps = false): PeerView[] {
	const views: PeerView[] = [];
	for (const peer of torrent.swarm.peers.values()) {
		if (!peer.ready) continue;
		const view = viewPeer(torrent, peer, now);
		views.push(maps ? {...view, map: peer.told.map} : view);
	}
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
		encryption: peer.encryption,
		source: peer.source,
		progress: peer.pieceCount / (torrent.content?.pieceCount ?? 1),
		downloadRate: Math.round(peer.traffic.download.rate(now)),
		uploadRate: Math.round(peer.traffic.upload.rate(now)),
		downloaded: peer.traffic.downloaded,
		uploaded: peer.traffic.uploaded,
		requested: peer.outstanding,
		queued: peer.uploads.length,
	};
}

function flagsOf(peer: Peer, letters: string): string {
	let flags = '';
	if (peer.amInterested) flags += peer.peerChoking ? 'd' : 'D';
	else if (!peer.peerChoking) flags += 'K';
	if (peer.peerInterested) flags += peer.choking.amChoking ? 'u' : 'U';
	else if (!peer.choking.amChoking) flags += '?';
	if (peer.choking.optimistic) flags += 'O';
	if (peer.snubbed) flags += 'S';
	if (peer.incoming) flags += 'I';
	if (peer.encryption !== undefined) flags += peer.encrypted ? 'E' : 'e';
	if (peer.transport === 'utp') flags += 'P';
	for (const letter of 'XHLT') if (letters.includes(letter)) flags += letter;
	return flags;
}
