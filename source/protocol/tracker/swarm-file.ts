import {ProtocolError} from '../../base/errors.js';
import {fromHex, toHex} from '../../base/hex.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';

/** A torrent as a tracker writes it down. */
export interface SwarmRecord {
	/** 40 hex digits. */
	readonly infoHash: string;
	readonly name: string | undefined;
	readonly completed: number;
	/** Somebody came again, or a second one did: it does not go first when there is no room. */
	readonly isSettled: boolean;
	/**
	 * Packed, so that a hundred thousand of them cost nothing but their bytes, 43 each: flags (1 seeder, 2 IPv6), 16 of the
	 * address, of which IPv4 uses the first 4, 2 of the port, 20 of the peer id, and 4 that say how many ms ago it announced.
	 */
	readonly peers: Uint8Array;
}

/** Where things are in a peer's record. */
export const peerRecord = {
	length: 43,
	address: 1,
	port: 17,
	peerId: 19,
	age: 39,
	seederFlag: 1,
	ipv6Flag: 2,
} as const;

/** What the file begins with; another version begins otherwise. */
const magic = new TextEncoder().encode('tortui tracker 1\n');
const headLength = magic.length + 8 + 32;
const swarmLength = 1 + 20 + 4 + 2 + 4;
const longestName = 255;
const utf8 = new TextDecoder();
const encoder = new TextEncoder();

/** The beginning of the file: when it was written, ms since 1970, and the 32 bytes that connection ids are made of. */
export function encodeSwarmFileHead(wall: Millis, secret: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(headLength);
	bytes.set(magic);
	new DataView(bytes.buffer).setFloat64(magic.length, wall);
	bytes.set(secret.subarray(0, 32), magic.length + 8);
	return bytes;
}

/** One torrent in the file, and its peers. */
export function encodeSwarmRecord({infoHash, name, completed, isSettled, peers}: SwarmRecord): Uint8Array {
	const nameBytes = encoder.encode(name ?? '').subarray(0, 4 * longestName);
	const bytes = new Uint8Array(swarmLength + nameBytes.length + peers.length);
	const out = new DataView(bytes.buffer);
	bytes[0] = isSettled ? 2 : 1;
	bytes.set(fromHex(infoHash) ?? [], 1);
	out.setUint32(21, completed);
	out.setUint16(25, nameBytes.length);
	out.setUint32(27, peers.length / peerRecord.length);
	bytes.set(nameBytes, swarmLength);
	bytes.set(peers, swarmLength + nameBytes.length);
	return bytes;
}

/** What a file of swarms holds, without the checksum at its end. */
export interface SwarmFile {
	readonly wall: Millis;
	/** 32 bytes. */
	readonly secret: Uint8Array;
	readonly swarms: readonly SwarmRecord[];
}

/**
 * Reads it. Peers look into `file`, which must not change.
 *
 * @throws {ProtocolError} when it is none, or is cut
 */
export function decodeSwarmFile(file: Uint8Array): SwarmFile {
	// What is sliced off a Buffer would keep all of it.
	const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
	const input = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < headLength || magic.some((byte, at) => bytes[at] !== byte))
		throw damaged('it does not begin as one');
	const swarms: SwarmRecord[] = [];
	let at = headLength;
	const need = (length: number): void => {
		if (at + length > bytes.length) throw damaged('it is cut');
	};
	while (at < bytes.length) {
		need(swarmLength);
		const kind = bytes[at];
		if (kind !== 1 && kind !== 2) throw damaged('an unknown record');
		const infoHash = toHex(bytes.subarray(at + 1, at + 21));
		const completed = input.getUint32(at + 21);
		const nameLength = input.getUint16(at + 25);
		const count = input.getUint32(at + 27);
		at += swarmLength;
		need(nameLength);
		const name = safeText(utf8.decode(bytes.subarray(at, at + nameLength)), longestName);
		at += nameLength;
		need(count * peerRecord.length);
		const peers = bytes.subarray(at, at + count * peerRecord.length);
		at += peers.length;
		swarms.push({infoHash, name: name === '' ? undefined : name, completed, isSettled: kind === 2, peers});
	}
	return {
		wall: input.getFloat64(magic.length),
		secret: bytes.slice(magic.length + 8, headLength),
		swarms,
	};
}

function damaged(what: string): ProtocolError {
	return new ProtocolError('bad-swarm-file', `not a tracker's file of swarms: ${what}`);
}
