import {createHash, hash} from 'node:crypto';
import {type Bytes, blockLength} from '../../base/units.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {pieceHash} from '../../protocol/metainfo/merkle.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** What pieces are verified by, in shared memory: all threads see the same. */
export interface PieceHashes {
	/** SHA-1 of the whole piece (BEP 3), or SHA-256 trees over its blocks (BEP 52). */
	readonly kind: 'sha1' | 'merkle';
	/** 20 or 32 bytes a piece. */
	readonly bytes: Uint8Array;
}

/** Says whether pieces are what their torrent says. One a torrent and thread. */
export interface PieceVerifier {
	/**
	 * Whether these are the bytes of the piece.
	 *
	 * @param views the piece in order, each looked at before the next is asked for; all but the last are whole blocks
	 */
	isRight(piece: number, views: Iterable<Uint8Array>): boolean;
	/**
	 * What tells whether two peers sent the same block: SHA-1 of each, 20 bytes a block.
	 *
	 * @param views as for `isRight`, `size` bytes in all
	 */
	blockDigests(views: Iterable<Uint8Array>, size: Bytes): Uint8Array;
}

/** The verifier that goes with the hashes. */
export function verifierOf({kind, bytes}: PieceHashes, map: PieceGeometry): PieceVerifier {
	return kind === 'sha1' ? new Sha1Verifier(bytes) : new MerkleVerifier(bytes, map);
}

/** The hashes of a torrent's pieces: SHA-1 where it has both kinds. */
export function pieceHashesOf(metainfo: Metainfo): PieceHashes {
	const {pieceHashes} = metainfo;
	return pieceHashes === undefined
		? {kind: 'merkle', bytes: shared(rootsOfPieces(metainfo))}
		: {kind: 'sha1', bytes: shared(pieceHashes)};
}

/** Verifies pieces by their SHA-1. BEP 3. */
class Sha1Verifier implements PieceVerifier {
	readonly #hashes: Uint8Array;

	/** @param hashes 20 bytes a piece */
	constructor(hashes: Uint8Array) {
		this.#hashes = hashes;
	}

	isRight(piece: number, views: Iterable<Uint8Array>): boolean {
		const hashes = this.#hashes;
		const digest = sha1(views);
		for (let n = 0, at = piece * 20; n < 20; n++, at++) if (hashes[at] !== digest.charCodeAt(n)) return false;
		return true;
	}

	blockDigests(views: Iterable<Uint8Array>, size: Bytes): Uint8Array {
		return eachBlock(views, size, 'sha1', 20);
	}
}

/** Verifies pieces by the SHA-256 tree over their blocks. BEP 52. */
class MerkleVerifier implements PieceVerifier {
	readonly #roots: Uint8Array;
	readonly #map: PieceGeometry;

	/** @param roots 32 bytes a piece: of its tree, or of that of its file where there is no other piece */
	constructor(roots: Uint8Array, map: PieceGeometry) {
		this.#roots = roots;
		this.#map = map;
	}

	isRight(piece: number, views: Iterable<Uint8Array>): boolean {
		const map = this.#map;
		const leaves = eachBlock(views, map.pieceSize(piece), 'sha256', 32);
		const root = pieceHash(leaves, map.pieceLength, map.isWholeFile(piece), sha256);
		for (let n = 0, at = piece * 32; n < 32; n++, at++) if (this.#roots[at] !== root[n]) return false;
		return true;
	}

	blockDigests(views: Iterable<Uint8Array>, size: Bytes): Uint8Array {
		return eachBlock(views, size, 'sha1', 20);
	}
}

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/** One character a byte, which costs less than a buffer: it shows with small pieces. */
function sha1(views: Iterable<Uint8Array>): string {
	if (Array.isArray(views) && views.length === 1) return hash('sha1', views[0]!, 'binary');
	const whole = createHash('sha1');
	for (const view of views) whole.update(view);
	return whole.digest('binary');
}

function eachBlock(
	views: Iterable<Uint8Array>,
	size: Bytes,
	algorithm: 'sha1' | 'sha256',
	width: number,
): Uint8Array {
	const digests = new Uint8Array(Math.ceil(size / blockLength) * width);
	let at = 0;
	for (const view of views) {
		for (let begin = 0; begin < view.length; begin += blockLength, at += width) {
			digests.set(hash(algorithm, view.subarray(begin, begin + blockLength), 'buffer'), at);
		}
	}

	return digests;
}

/** The root of every piece of a v2 torrent. BEP 52. */
function rootsOfPieces({files, pieceLength, pieceCount, pieceLayers}: Metainfo): Uint8Array {
	const roots = new Uint8Array(pieceCount * 32);
	for (const {offset, length, piecesRoot} of files) {
		if (!piecesRoot || length === 0) continue;
		const layer =
			length > pieceLength ? pieceLayers?.get(Buffer.from(piecesRoot).toString('hex')) : piecesRoot;
		if (layer) roots.set(layer, Math.floor(offset / pieceLength) * 32);
	}

	return roots;
}

function shared(bytes: Uint8Array): Uint8Array {
	const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
	copy.set(bytes);
	return copy;
}
