import type {PeerAddress} from '../../base/peer-address.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {Bencodable, BencodeNode} from '../../protocol/bencode/bencode.js';
import type {ExtensionState} from './extension-state.js';

/** What extensions see of a peer, and may say to it. */
export interface ExtensionPeer {
	readonly id: number;
	readonly address: PeerAddress;
	/** It dialled us: `address` is not where others reach it. */
	readonly incoming: boolean;
	/** What its connection runs over. */
	readonly transport?: 'tcp' | 'utp';
	/** When the buffer at hand came. */
	readonly now: Millis;
	readonly isClosed: boolean;
	/** It has said that it understands extension messages. */
	readonly supportsExtended: boolean;
	/** What was said to it and has not left. */
	readonly backlog: Bytes;
	/** What extensions know of it, and theirs alone to write. */
	readonly extensions: ExtensionState;
	/** Sends a message by the peer's number for an extension, which is the caller's to know. */
	sendExtended(id: number, payload: Uint8Array): void;
	/** It says how many requests it takes at a time. */
	takesRequests(count: number): void;
	/** It has a piece no more, whatever it said before. The number may be any. */
	lacks(piece: number): void;
	/** Counts a message that makes no sense. */
	strike(): void;
	/** Counts one that changes nothing, and costs us as much as so many small ones. */
	redundantMessage(cost?: number): void;
	/** Counts one that asks for what it does not get. */
	askedInVain(): void;
	close(reason: string): void;
}

/** What extensions ask of, and tell, their torrent. */
export interface ExtensionTorrent {
	/** The info dictionary as it came; undefined before it is known. */
	readonly info: Uint8Array | undefined;
	/** BEP 27. False as long as nobody knows. */
	readonly isPrivate: boolean;
	/** Whether we tell who comes that we want nothing. BEP 21. */
	readonly uploadOnly: boolean;
	readonly peers: Iterable<ExtensionPeer>;
	/** Others reach the peer at this port. */
	peerListens(peer: ExtensionPeer, port: number): void;
}

/** Fields of an extension handshake by their names; undefined for one that is left out. */
export type HandshakeFields = Readonly<Record<string, Bencodable | undefined>>;

/** A part of the extension handshake: what we tell in it, and what a peer told is for. BEP 10. */
export interface HandshakePart {
	/** What we have to say to this peer: fields of our handshake. */
	greeting?(peer: ExtensionPeer): HandshakeFields;
	/** A handshake came: the first, or one that adds to those before. */
	greeted?(peer: ExtensionPeer, theirs: BencodeNode): void;
	/** A peer has come: the handshakes of BEP 3 are done, and it may speak no extension at all. */
	joined?(peer: ExtensionPeer): void;
	/** A peer that had come is gone. */
	left?(peer: ExtensionPeer): void;
	/** A peer was dialled and cannot be reached. */
	unreached?(address: PeerAddress, now: Millis): void;
	/** Everything wanted is here now, or something more is wanted. */
	completed?(complete: boolean): void;
	/** Once a second while the torrent runs. */
	tick?(now: Millis): void;
}

/** One extension of the peer protocol for the peers of one torrent. BEP 10. */
export interface PeerExtension extends HandshakePart {
	/** What handshakes call it: `ut_pex`. */
	readonly name: string;
	/** The number by which we take its messages: 1 to 255, and no other extension's. */
	readonly id: number;
	/** Whether we take its messages just now. When the answer changes `ExtensionRegistry.greetAgain` is to be called. */
	readonly offered: boolean;
	/** A message came. It counts what that costs us itself. May throw a ProtocolError, which ends the connection. */
	message(peer: ExtensionPeer, payload: Uint8Array): void;
	/** All that was said to a peer that calls it by a number has left. */
	drained?(peer: ExtensionPeer): void;
}
