import {parseIp} from '../../base/ip-address.js';
import type {Bytes} from '../../base/units.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {PiecePicker} from '../../policy/pieces/piece-picker.js';
import {allowedFastSet} from '../../protocol/wire/allowed-fast.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {Peer} from './peer-connection.js';

/** Who has fewer pieces is a starter, and is given as many. BEP 6. */
const most = 5;
/** A piece that fewer others have is not given away: when a swarm is young its seeder has better uses for its line. */
const fewestHolders = 3;

/** What one peer may have though we choke it: some pieces to begin trading with, once each. BEP 6, "allowed fast". */
export class AllowedFastGrants {
	/** What is left of each piece; most peers are given none. */
	#left: Map<number, Bytes> | undefined;

	get none(): boolean {
		return this.#left === undefined;
	}

	add(piece: number, size: Bytes): void {
		this.#left ??= new Map();
		this.#left.set(piece, size);
	}

	/** Whether a request is for one of them, of a peer that has `pieces` pieces; counts it. */
	take(piece: number, length: Bytes, pieces: number): boolean {
		const left = this.#left?.get(piece) ?? 0;
		if (left < length || pieces >= most) return false;
		this.#left?.set(piece, left - length);
		return true;
	}
}

/** What giving asks of its torrent. */
export interface AllowedFastOwner {
	/** 20 bytes. */
	readonly infoHash: Uint8Array;
	readonly map: PieceGeometry;
	readonly have: Bitfield;
	readonly downloader: {readonly picker: Pick<PiecePicker, 'availability'>};
}

/** Tells a starter what it may have at any time. */
export function sendAllowedFast(peer: Peer, {infoHash, map, have, downloader}: AllowedFastOwner): void {
	const ip = parseIp(peer.address.host);
	if (ip === undefined || !peer.supportsFast || peer.pieceCount >= most || !peer.grants.none) return;
	for (const piece of allowedFastSet(ip, infoHash, map.pieceCount, most, hashFunctions.sha1)) {
		if (!have.has(piece) || peer.hasPiece(piece)) continue;
		if (downloader.picker.availability(piece) < fewestHolders) continue;
		peer.grants.add(piece, map.pieceSize(piece));
		peer.sendAllowedFast(piece);
	}
}
