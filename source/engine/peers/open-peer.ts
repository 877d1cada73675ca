import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Millis} from '../../base/units.js';
import type {PeerStream} from '../../io/net/transport.js';
import type {Handshake} from '../../protocol/wire/handshake.js';
import type {SessionServices} from '../session/session-services.js';
import {ourHandshake} from './our-handshake.js';
import {Peer, type PeerOwner} from './peer-connection.js';

/** A peer of `owner` that is to be dialled, of whose address `source` told first. */
export function dialledPeer(
	services: SessionServices,
	owner: PeerOwner,
	{address, source, infoHash}: {address: PeerAddress; source: PeerSourceName; infoHash: Uint8Array},
): Peer {
	const {clock, writeBatch, router, pool, peerId} = services;
	const peer = new Peer({
		...{id: services.nextPeerId(), address, source, incoming: false, clock, writeBatch, router, infoHash},
		blockMemory: pool.bytes,
		ourHandshake: wanted => ourHandshake(wanted, peerId),
	});
	peer.join(owner);
	return peer;
}

/** Dials a peer; it hears what comes of it. `timeout` ends the attempt. */
export function dialPeer(
	peer: Peer,
	{transport}: SessionServices,
	wish: {readonly timeout: Millis; readonly infoHash: Uint8Array},
): void {
	peer.attach(transport.dial(peer.address, wish, peer.events));
}

/** A connection somebody made to us. Which torrent it wants is not known before its handshake. */
export function incomingPeer(
	services: SessionServices,
	stream: PeerStream,
	handshakeFor: (infoHash: Uint8Array) => Handshake,
): Peer {
	const {clock, writeBatch, router, pool} = services;
	const peer = new Peer({
		...{id: services.nextPeerId(), address: stream.remote, source: 'incoming', incoming: true},
		...{clock, writeBatch, router, blockMemory: pool.bytes, ourHandshake: handshakeFor},
	});
	peer.attach(stream);
	return peer;
}
