import {createHash, hash} from 'node:crypto';
import {blockLength} from '../../base/units.js';
import type {PieceHashMemory} from '../../policy/hashes/file-tree.js';
import {HashTrees} from '../../policy/hashes/hash-trees.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {StorageError} from '../disk/storage-failure.js';
import {hashFunctions} from '../machine/hash-functions.js';
import {BlockTree} from './block-tree.js';

/** What pieces are verified by, in shared memory: all threads see the same. At least one of the two is there. */
export interface PieceHashes {
	/** SHA-1 of whole pieces: 20 bytes a piece. BEP 3. */
	readonly sha1: Uint8Array | undefined;
	/** SHA-256 trees over the blocks of pieces, as far as they are known. BEP 52. */
	readonly merkle: PieceHashMemory | undefined;
}

/** Says whether pieces are what their torrent says. One a torrent and thread. */
export interface PieceVerifier {
	/**
	 * Whether these are the bytes of the piece.
	 *
	 * @param views the piece in order, each looked at before the next is asked for; all but the last are whole blocks
	 * @throws {StorageError} when its hashes are of two pieces, so that nothing can be right
	 */
	isRight(piece: number, views: Iterable<Uint8Array>): boolean;
	/**
	 * What tells whether two peers sent the same block: 20 bytes a block, of SHA-256 where the torrent has a v2 half, else
	 * of SHA-1.
	 *
	 * @param views as for `isRight`
	 */
	blockDigests(piece: number, views: Iterable<Uint8Array>): Uint8Array;
	/** SHA-256 of the blocks of the piece, 32 bytes each; undefined where the torrent has no v2 half. */
	leaves(piece: number, views: Iterable<Uint8Array>): Uint8Array | undefined;
}

/** The verifier that goes with the hashes. */
export function verifierOf({sha1, merkle}: PieceHashes, map: PieceGeometry): PieceVerifier {
	if (merkle === undefined) return new Sha1Verifier(sha1!, map);
	const verifier = new MerkleVerifier(merkle, map);
	return sha1 === undefined ? verifier : new HybridVerifier(sha1, verifier, map);
}

/**
 * The hashes of a torrent's pieces.
 *
 * @param known what is known of its trees, if somebody keeps account of that; else what the torrent says itself
 */
export function pieceHashesOf(metainfo: Metainfo, known?: PieceHashMemory): PieceHashes {
	const {pieceHashes, version} = metainfo;
	return {
		sha1: pieceHashes && shared(pieceHashes),
		merkle: version === '1' ? undefined : (known ?? new HashTrees(metainfo, hashFunctions.sha256).memory),
	};
}

/** Verifies pieces by their SHA-1. BEP 3. */
class Sha1Verifier implements PieceVerifier {
	readonly #hashes: Uint8Array;
	readonly #map: PieceGeometry;

	/** @param hashes 20 bytes a piece */
	constructor(hashes: Uint8Array, map: PieceGeometry) {
		this.#hashes = hashes;
		this.#map = map;
	}

	isRight(piece: number, views: Iterable<Uint8Array>): boolean {
		return isSha1(sha1(views), this.#hashes, piece);
	}

	blockDigests(piece: number, views: Iterable<Uint8Array>): Uint8Array {
		const digests = new Uint8Array(this.#map.blockCount(piece) * 20);
		let at = 0;
		for (const view of views) {
			for (let begin = 0; begin < view.length; begin += blockLength, at += 20) {
				digests.set(hash('sha1', view.subarray(begin, begin + blockLength), 'buffer'), at);
			}
		}
		return digests;
	}

	leaves(): undefined {
		return undefined;
	}
}

/** Verifies pieces by the SHA-256 tree over their blocks. One whose hash is not known is not right. BEP 52. */
class MerkleVerifier implements PieceVerifier {
	readonly #memory: PieceHashMemory;
	readonly #map: PieceGeometry;
	readonly #tree = new BlockTree();

	constructor(memory: PieceHashMemory, map: PieceGeometry) {
		this.#memory = memory;
		this.#map = map;
	}

	/** Whether the hash of the piece is known by now: others may learn it meanwhile. */
	knows(piece: number): boolean {
		return this.#memory.known[piece] === 1;
	}

	/** Begins a piece; `add` what it holds, then ask whether it `matches`. */
	begin(piece: number): void {
		this.#tree.begin(this.#map.dataSize(piece));
	}

	add(view: Uint8Array): void {
		this.#tree.add(view);
	}

	matches(piece: number): boolean {
		return this.#tree.hasRoot(this.#map.treeWidth(piece), this.#memory.hashes, piece * 32);
	}

	isRight(piece: number, views: Iterable<Uint8Array>): boolean {
		if (!this.knows(piece)) return false;
		this.begin(piece);
		for (const view of views) this.add(view);
		return this.matches(piece);
	}

	blockDigests(piece: number, views: Iterable<Uint8Array>): Uint8Array {
		const digests = this.#hashBlocks(piece, views, 20);
		const whole = new Uint8Array(this.#map.blockCount(piece) * 20);
		whole.set(digests);
		return whole;
	}

	leaves(piece: number, views: Iterable<Uint8Array>): Uint8Array {
		return this.#hashBlocks(piece, views, 32);
	}

	#hashBlocks(piece: number, views: Iterable<Uint8Array>, width: number): Uint8Array {
		this.begin(piece);
		for (const view of views) this.add(view);
		return this.#tree.blocks(width);
	}
}

/** What is said of a hybrid torrent whose halves are not of the same data. */
export const contradiction = 'v1 and v2 do not describe the same data';

/**
 * Verifies pieces by both kinds of hashes, which must agree; by SHA-1 alone while the other is not known. BEP 52,
 * "Upgrade Path".
 */
class HybridVerifier implements PieceVerifier {
	readonly #hashes: Uint8Array;
	readonly #merkle: MerkleVerifier;
	readonly #map: PieceGeometry;

	constructor(hashes: Uint8Array, merkle: MerkleVerifier, map: PieceGeometry) {
		this.#hashes = hashes;
		this.#merkle = merkle;
		this.#map = map;
	}

	isRight(piece: number, views: Iterable<Uint8Array>): boolean {
		const merkle = this.#merkle;
		const isKnown = merkle.knows(piece);
		const whole = createHash('sha1');
		const data = this.#map.dataSize(piece);
		let at = 0;
		if (isKnown) merkle.begin(piece);
		for (const view of views) {
			// Padding is zeros, whatever somebody sent in its place: who lies there must not make the halves differ.
			if (at + view.length > data) view.fill(0, Math.max(0, data - at));
			at += view.length;
			whole.update(view);
			if (isKnown) merkle.add(view);
		}
		if (!isKnown) return isSha1(whole.digest('binary'), this.#hashes, piece);
		const isRight = isSha1(whole.digest('binary'), this.#hashes, piece);
		if (merkle.matches(piece) !== isRight) {
			throw new StorageError(
				'contradictory',
				`${contradiction} (piece ${piece}): look for another torrent of it`,
			);
		}
		return isRight;
	}

	blockDigests(piece: number, views: Iterable<Uint8Array>): Uint8Array {
		return this.#merkle.blockDigests(piece, views);
	}

	leaves(piece: number, views: Iterable<Uint8Array>): Uint8Array {
		return this.#merkle.leaves(piece, views);
	}
}

/** One character a byte, which costs less than a buffer: it shows with small pieces. */
function sha1(views: Iterable<Uint8Array>): string {
	if (Array.isArray(views) && views.length === 1) return hash('sha1', views[0]!, 'binary');
	const whole = createHash('sha1');
	for (const view of views) whole.update(view);
	return whole.digest('binary');
}

function isSha1(digest: string, hashes: Uint8Array, piece: number): boolean {
	for (let n = 0, at = piece * 20; n < 20; n++, at++) if (hashes[at] !== digest.charCodeAt(n)) return false;
	return true;
}

function shared(bytes: Uint8Array): Uint8Array {
	const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
	copy.set(bytes);
	return copy;
}
