import {ProtocolError} from '../../base/errors.js';

const protocolName = Uint8Array.from('\u0013BitTorrent protocol', character => character.charCodeAt(0));

/** How every handshake begins: with so many bytes. BEP 3. */
export const protocolNameLength = protocolName.length;

/** 1 + 19 + 8 reserved + 20 info-hash + 20 peer id. BEP 3. */
export const handshakeLength = 68;

export interface Handshake {
	/** 20 bytes. */
	readonly infoHash: Uint8Array;
	/** 20 bytes. */
	readonly peerId: Uint8Array;
	/** BEP 10. */
	readonly extended: boolean;
	/** BEP 6. */
	readonly fast: boolean;
	/** BEP 5. */
	readonly dht: boolean;
	/** The torrent has a v2 half. BEP 52. */
	readonly v2: boolean;
}

export function encodeHandshake(handshake: Handshake): Uint8Array {
	const bytes = new Uint8Array(handshakeLength);
	bytes.set(protocolName);
	if (handshake.extended) bytes[25]! |= 0x10;
	if (handshake.fast) bytes[27]! |= 0x04;
	if (handshake.dht) bytes[27]! |= 0x01;
	if (handshake.v2) bytes[27]! |= 0x10;
	bytes.set(handshake.infoHash, 28);
	bytes.set(handshake.peerId, 48);
	return bytes;
}

/** Whether `bytes`, however few, can still become a handshake: rubbish is refused at its first byte. */
export function isHandshakeStart(bytes: Uint8Array, length: number): boolean {
	for (let at = 0; at < Math.min(length, protocolName.length); at++) {
		if (bytes[at] !== protocolName[at]) return false;
	}
	return true;
}

/** Reads 68 bytes; the arrays in the answer are copies. Throws a ProtocolError when it is not a handshake. */
export function decodeHandshake(bytes: Uint8Array): Handshake {
	if (bytes.length !== handshakeLength || !isHandshakeStart(bytes, bytes.length)) {
		throw new ProtocolError('bad-handshake', 'not a BitTorrent handshake', 3);
	}
	return {
		infoHash: bytes.slice(28, 48),
		peerId: bytes.slice(48, 68),
		extended: (bytes[25]! & 0x10) !== 0,
		fast: (bytes[27]! & 0x04) !== 0,
		dht: (bytes[27]! & 0x01) !== 0,
		v2: (bytes[27]! & 0x10) !== 0,
	};
}
