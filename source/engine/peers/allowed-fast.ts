import {parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {PiecePicker} from '../../policy/pieces/piece-picker.js';
import {allowedFastSet} from '../../protocol/wire/allowed-fast.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import {type AllowedFastGrants, fewPieces} from './allowed-fast-grants.js';

/** A piece that fewer others have is not given away: when a swarm is young its seeder has better uses for its line. */
const fewestHolders = 3;

/** What granting allowed-fast pieces asks of what the torrent holds. */
export interface AllowedFastOwner {
	readonly map: PieceGeometry;
	readonly have: Bitfield;
	readonly downloader: {readonly picker: Pick<PiecePicker, 'availability'>};
}

/** What granting allowed-fast pieces asks of a peer. */
export interface AllowedFastPeer {
	readonly address: PeerAddress;
	readonly supportsFast: boolean;
	readonly pieceCount: number;
	readonly grants: AllowedFastGrants;
	hasPiece(piece: number): boolean;
	sendAllowedFast(piece: number): void;
}

/**
 * Tells a starter what it may have at any time.
 *
 * @param infoHash 20 bytes
 */
export function sendAllowedFast(
	peer: AllowedFastPeer,
	infoHash: Uint8Array,
	{map, have, downloader}: AllowedFastOwner,
): void {
	const ip = parseIp(peer.address.host);
	if (ip === undefined || !peer.supportsFast || peer.pieceCount >= fewPieces || !peer.grants.none) return;
	for (const piece of allowedFastSet(ip, infoHash, map.pieceCount, fewPieces, hashFunctions.sha1)) {
		if (!have.has(piece) || peer.hasPiece(piece)) continue;
		if (downloader.picker.availability(piece) < fewestHolders) continue;
		peer.grants.add(piece, map.pieceSize(piece));
		peer.sendAllowedFast(piece);
	}
}
