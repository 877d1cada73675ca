import {type AddressFamily, formatIp, parseIp} from '../../base/ip-address.js';
import {isDialable, type PeerAddress} from '../../base/peer-address.js';
import {compactPeerLength} from '../tracker/compact-peers.js';
import {nodeIdLength} from './node-id.js';

/** A node of the DHT: where it is, and its id of 20 bytes. */
export interface NodeContact extends PeerAddress {
	readonly id: Uint8Array;
}

/**
 * Reads nodes in compact form, 26 or 38 bytes each. Those nobody can send to are left out, and bytes at the end that
 * are no whole node. BEP 5, BEP 32.
 *
 * @param most nodes after the first so many are not looked at
 */
export function decodeCompactNodes(bytes: Uint8Array, family: AddressFamily, most: number): NodeContact[] {
	const stride = nodeIdLength + compactPeerLength[family];
	const nodes: NodeContact[] = [];
	for (let at = 0; at + stride <= bytes.length && nodes.length < most; at += stride) {
		const address = bytes.subarray(at + nodeIdLength, at + stride - 2);
		const port = (bytes[at + stride - 2]! << 8) | bytes[at + stride - 1]!;
		if (!isDialable(address, port)) continue;
		nodes.push({id: bytes.slice(at, at + nodeIdLength), host: formatIp(address), port});
	}
	return nodes;
}

/** Writes nodes of one family in compact form; those of the other are left out. */
export function encodeCompactNodes(
	nodes: readonly NodeContact[],
	family: AddressFamily,
): Uint8Array<ArrayBuffer> {
	const stride = nodeIdLength + compactPeerLength[family];
	const bytes = new Uint8Array(nodes.length * stride);
	let at = 0;
	for (const {id, host, port} of nodes) {
		const address = parseIp(host);
		if (address?.length !== compactPeerLength[family] - 2) continue;
		bytes.set(id, at);
		bytes.set(address, at + nodeIdLength);
		bytes[at + stride - 2] = port >> 8;
		bytes[at + stride - 1] = port & 255;
		at += stride;
	}
	return bytes.slice(0, at);
}
