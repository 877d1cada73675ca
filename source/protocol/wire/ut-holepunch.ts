import {ProtocolError} from '../../base/errors.js';
import {type AddressFamily, addressFamilyOf} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {compactPeerLength, decodeCompactPeers, encodeCompactPeers} from '../tracker/compact-peers.js';

/** Why two peers are not brought together. BEP 55. */
export const holepunchError = {noSuchPeer: 1, notConnected: 2, noSupport: 3, noSelf: 4} as const;

const kinds = ['rendezvous', 'connect', 'error'] as const;

/** A message of BEP 55: a wish to be brought together with a peer, the word to dial it, or why that cannot be. */
export interface HolepunchMessage {
	readonly kind: (typeof kinds)[number];
	readonly address: PeerAddress;
	/** One of `holepunchError`, or any other; 0 where nothing is wrong. */
	readonly error: number;
}

/**
 * Reads a message of BEP 55. Some leave out the error where there is none. Undefined for kinds nobody knows, and for an
 * address that nobody can be dialled at.
 *
 * @throws {ProtocolError} when it is cut
 */
export function decodeHolepunch(payload: Uint8Array): HolepunchMessage | undefined {
	const kind = kinds[payload[0] ?? kinds.length];
	const family: AddressFamily | undefined = (['ipv4', 'ipv6'] as const)[payload[1] ?? 2];
	if (kind === undefined || family === undefined) return undefined;
	const end = 2 + compactPeerLength[family];
	if (payload.length < end) throw new ProtocolError('short-holepunch', `${payload.length} bytes`, 55);
	const [address] = decodeCompactPeers(payload.subarray(2, end), family);
	if (address === undefined) return undefined;
	const hasError = payload.length >= end + 4;
	const error = hasError ? new DataView(payload.buffer, payload.byteOffset + end).getUint32(0) : 0;
	return {kind, address, error};
}

/** Writes a message of BEP 55. */
export function encodeHolepunch({kind, address, error}: HolepunchMessage): Uint8Array {
	const family = addressFamilyOf(address.host);
	const compact = encodeCompactPeers([address], family);
	const bytes = new Uint8Array(2 + compact.length + 4);
	bytes[0] = kinds.indexOf(kind);
	bytes[1] = family === 'ipv4' ? 0 : 1;
	bytes.set(compact, 2);
	new DataView(bytes.buffer).setUint32(2 + compact.length, error);
	return bytes;
}
