import {sameBytes} from '../../base/bytes.js';
import {fromHex} from '../../base/hex.js';
import type {InfoHash} from '../../base/units.js';

/** Which torrent it is. At least one of the hashes is known. BEP 3, 52. */
export interface SwarmHashes {
	/** SHA-1 of the info dictionary; undefined for v2-only torrents. */
	readonly infoHash: InfoHash | undefined;
	/** SHA-256 of the same bytes; undefined for v1-only torrents. */
	readonly infoHashV2: InfoHash | undefined;
}

/** The 20 bytes by which peers, trackers and the DHT know a torrent in each of its swarms; a hybrid has both. BEP 52. */
export interface SwarmKeys {
	readonly v1: Uint8Array | undefined;
	/** The first 20 bytes of the 32. */
	readonly v2: Uint8Array | undefined;
}

/** Digits of a hash of 20 bytes. */
const keyDigits = 40;

/**
 * What a torrent may be called in commands and files, that of `idOf` first: 40 digits of v1, 64 of v2, and the first 40
 * of these, by which it may have been added.
 */
export function idsOf({infoHash, infoHashV2}: SwarmHashes): InfoHash[] {
	return [infoHash, infoHashV2, infoHashV2?.slice(0, keyDigits) as InfoHash | undefined].filter(
		hash => hash !== undefined,
	);
}

/** What a torrent is called in commands and files: its v1 hash where it has one. */
export function idOf({infoHash, infoHashV2}: SwarmHashes): InfoHash {
	return (infoHash ?? infoHashV2)!;
}

/** The keys of the swarms of a torrent. */
export function swarmKeys({infoHash, infoHashV2}: SwarmHashes): SwarmKeys {
	return {
		v1: infoHash && fromHex(infoHash),
		v2: infoHashV2 && fromHex(infoHashV2.slice(0, keyDigits)),
	};
}

/** The one a torrent is known by before any other: of v1 where it has one. */
export function firstKey({v1, v2}: SwarmKeys): Uint8Array {
	return (v1 ?? v2)!;
}

/** The keys of all swarms of a torrent, that of v1 first. */
export function keysOf({v1, v2}: SwarmKeys): Array<{readonly key: Uint8Array; readonly isV2: boolean}> {
	const first = v1 === undefined ? [] : [{key: v1, isV2: false}];
	return v2 === undefined ? first : [...first, {key: v2, isV2: true}];
}

/** Whether 20 bytes are those of its v2 swarm. */
export function isV2Key({v2}: SwarmKeys, key: Uint8Array): boolean {
	return v2 !== undefined && sameBytes(v2, key);
}

/** Whether a torrent may be asked for by this hex string: also by 40 digits of which nobody knew whose they are. */
export function isNamed(hashes: SwarmHashes, name: string): boolean {
	return idsOf(hashes).some(id => id === name);
}

/**
 * Whether a torrent has all the hashes that a link gives: its v1 hash may also be the v2 hash cut short, as links of
 * clients that know only 20 bytes have it.
 */
export function hasAll(torrent: SwarmHashes, {infoHash, infoHashV2}: SwarmHashes): boolean {
	return [infoHash, infoHashV2].every(hash => hash === undefined || isNamed(torrent, hash));
}
