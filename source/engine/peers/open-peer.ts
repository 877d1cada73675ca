import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import {copyShared} from '../../io/disk/block-pool.js';
import type {PeerStream} from '../../io/net/transport.js';
import {PeerWireDecoder} from '../../protocol/wire/decoder.js';
import type {SessionServices} from '../session/session-services.js';
import {ourHandshake} from './our-handshake.js';
import {Peer, type PeerOptions, type PeerOwner} from './peer-connection.js';
import {PeerInput} from './peer-input.js';

/** What opening peers asks of the session. */
export type PeerServices = Pick<
	SessionServices,
	'clock' | 'writeBatch' | 'router' | 'pool' | 'peerId' | 'dht' | 'nextPeerId'
>;

/** A peer of `owner` that is to be dialled. `source` told of its address first. */
export function dialledPeer(
	services: PeerServices,
	owner: PeerOwner,
	to: {readonly address: PeerAddress; readonly source: PeerSourceName; readonly infoHash: Uint8Array},
): Peer {
	const {clock, writeBatch, router} = services;
	const peer = new Peer({
		...{...to, id: services.nextPeerId(), incoming: false, clock, writeBatch, router},
		ourHandshake: (wanted, isV1OfTwo) => ourHandshake(wanted, isV1OfTwo, services),
	});
	peer.join(owner);
	peer.hear(decoderFor(peer, services, to.infoHash));
	return peer;
}

/** A connection somebody made to us. Which torrent it wants is not known before its handshake. */
export function incomingPeer(
	services: PeerServices,
	stream: PeerStream,
	handshakeFor: PeerOptions['ourHandshake'],
): Peer {
	const {clock, writeBatch, router} = services;
	const peer = new Peer({
		...{id: services.nextPeerId(), address: stream.remote, source: 'incoming', incoming: true},
		...{clock, writeBatch, router, ourHandshake: handshakeFor},
	});
	peer.hear(decoderFor(peer, services, undefined));
	peer.attach(stream);
	return peer;
}

function decoderFor(
	peer: Peer,
	{router, pool}: PeerServices,
	infoHash: Uint8Array | undefined,
): PeerWireDecoder {
	return new PeerWireDecoder(new PeerInput(peer, router, infoHash), pool.bytes, copyShared);
}
