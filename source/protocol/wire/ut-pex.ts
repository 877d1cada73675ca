import {type AddressFamily, addressFamilyOf} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {type BencodeNode, decodeDictionary, encodeBencode} from '../bencode/bencode.js';
import {compactPeerLength, decodeCompactPeers, encodeCompactPeers} from '../tracker/compact-peers.js';

/** What is told of a peer beside its address. BEP 11. */
export const pexFlag = {
	prefersEncryption: 0x01,
	onlyUploads: 0x02,
	speaksUtp: 0x04,
	holepunch: 0x08,
	/** It was dialled, so that others can reach it, too. */
	reachable: 0x10,
} as const;

/** A peer as others are told of it. */
export interface PexPeer extends PeerAddress {
	readonly flags: number;
}

/** Who has come and gone. */
export interface PexMessage {
	readonly added: readonly PexPeer[];
	readonly dropped: readonly PeerAddress[];
}

/**
 * Reads a message of BEP 11. Peers beyond the first `most` of each list are left out. Flags that are not one for each
 * peer are no flags.
 *
 * @throws {ProtocolError} when it is no dictionary
 */
export function decodePex(payload: Uint8Array, most: number): PexMessage {
	const root = decodeDictionary(payload, 'the peer exchange', {depth: 4, tokens: 64});
	return {
		added: [...readAdded(root, 'added', 'ipv4', most), ...readAdded(root, 'added6', 'ipv6', most)],
		dropped: [...readPeers(root, 'dropped', 'ipv4', most), ...readPeers(root, 'dropped6', 'ipv6', most)],
	};
}

function readPeers(root: BencodeNode, key: string, family: AddressFamily, most: number): PeerAddress[] {
	const bytes = root.get(key)?.bytes();
	const stride = compactPeerLength[family];
	if (bytes === undefined || bytes.length < stride) return [];
	return decodeCompactPeers(bytes.subarray(0, most * stride), family);
}

function readAdded(root: BencodeNode, key: string, family: AddressFamily, most: number): PexPeer[] {
	const bytes = root.get(key)?.bytes();
	const stride = compactPeerLength[family];
	if (bytes === undefined) return [];
	const flags = root.get(`${key}.f`)?.bytes();
	const count = Math.floor(bytes.length / stride);
	const areFlags = flags?.length === count;
	const peers: PexPeer[] = [];
	for (let at = 0; at < Math.min(count, most); at++) {
		// One by one, for those nobody can dial are left out and the flags are in step with all.
		const [peer] = decodeCompactPeers(bytes.subarray(at * stride, (at + 1) * stride), family);
		if (peer !== undefined) peers.push({...peer, flags: areFlags ? flags[at]! : 0});
	}
	return peers;
}

/** Writes a message of BEP 11. */
export function encodePex({added, dropped}: PexMessage): Uint8Array {
	const isOf =
		(family: AddressFamily) =>
		({host}: PeerAddress) =>
			addressFamilyOf(host) === family;
	const [added4, added6] = [added.filter(isOf('ipv4')), added.filter(isOf('ipv6'))];
	const flagsOf = (peers: readonly PexPeer[]): Uint8Array => Uint8Array.from(peers, ({flags}) => flags);
	return encodeBencode({
		added: encodeCompactPeers(added4, 'ipv4'),
		'added.f': flagsOf(added4),
		added6: encodeCompactPeers(added6, 'ipv6'),
		'added6.f': flagsOf(added6),
		dropped: encodeCompactPeers(dropped.filter(isOf('ipv4')), 'ipv4'),
		dropped6: encodeCompactPeers(dropped.filter(isOf('ipv6')), 'ipv6'),
	});
}
