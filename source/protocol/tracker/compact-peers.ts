import {ProtocolError} from '../../base/errors.js';
import {type AddressFamily, formatIp, parseIp} from '../../base/ip-address.js';
import {isDialable, type PeerAddress} from '../../base/peer-address.js';

/** Bytes of one peer in compact form: 4 or 16 of the address, 2 of the port. BEP 23, BEP 7. */
export const compactPeerLength = {ipv4: 6, ipv6: 18} as const;

/**
 * Reads peers in compact form. Those nobody can dial (port 0, no or multicast address) and repeated ones are left out;
 * bytes at the end that are no whole peer are no reason to leave out the others.
 *
 * @throws {ProtocolError} when there are bytes and not one whole peer
 */
export function decodeCompactPeers(bytes: Uint8Array, family: AddressFamily = 'ipv4'): PeerAddress[] {
	const stride = compactPeerLength[family];
	if (bytes.length > 0 && bytes.length < stride) {
		throw new ProtocolError('bad-compact-peers', `${bytes.length} bytes are not one whole peer`, 23);
	}
	const peers: PeerAddress[] = [];
	const seen = new Set<string>();
	for (let at = 0; at + stride <= bytes.length; at += stride) {
		const address = bytes.subarray(at, at + stride - 2);
		const port = (bytes[at + stride - 2]! << 8) | bytes[at + stride - 1]!;
		if (!isDialable(address, port)) continue;
		const host = formatIp(address);
		const key = `${port} ${host}`;
		if (seen.has(key)) continue;
		seen.add(key);
		peers.push({host, port});
	}
	return peers;
}

/** Writes those of `peers` that belong to the family in compact form; the others are left out. */
export function encodeCompactPeers(
	peers: readonly PeerAddress[],
	family: AddressFamily = 'ipv4',
): Uint8Array<ArrayBuffer> {
	const stride = compactPeerLength[family];
	const bytes = new Uint8Array(peers.length * stride);
	let at = 0;
	for (const {host, port} of peers) {
		const address = parseIp(host);
		if (address?.length !== stride - 2) continue;
		bytes.set(address, at);
		bytes[at + stride - 2] = port >> 8;
		bytes[at + stride - 1] = port & 255;
		at += stride;
	}
	return bytes.slice(0, at);
}
