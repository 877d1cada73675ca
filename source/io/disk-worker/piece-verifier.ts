import {createHash, hash} from 'node:crypto';
import {type Bytes, blockLength} from '../../base/units.js';
import {pieceHash} from '../../protocol/metainfo/merkle.js';
import type {FileLayout} from '../files/file-layout.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/**
 * Whether a piece is what the torrent says: SHA-1 (BEP 3), or the tree over its blocks (BEP 52).
 *
 * @param views its bytes one after the other, each looked at before the next is asked for; for block trees every view
 *   but the last begins and ends with a block
 */
export function isRight(layout: FileLayout, piece: number, views: Iterable<Uint8Array>): boolean {
	if (layout.tree) return treeIsRight(layout, piece, views);
	const digest = sha1(views);
	const {hashes} = layout;
	for (let n = 0, at = piece * 20; n < 20; n++, at++) if (hashes[at] !== digest.charCodeAt(n)) return false;
	return true;
}

/** SHA-1 of each 16 KiB block, 20 bytes a block. `views` as for block trees. */
export function blockDigests(views: readonly Uint8Array[], size: Bytes): Uint8Array {
	return eachBlock(views, size, 'sha1', 20);
}

/** One character a byte, which costs less than a buffer: it shows with small pieces. */
function sha1(views: Iterable<Uint8Array>): string {
	if (Array.isArray(views) && views.length === 1) return hash('sha1', views[0]!, 'binary');
	const whole = createHash('sha1');
	for (const view of views) whole.update(view);
	return whole.digest('binary');
}

function treeIsRight(layout: FileLayout, piece: number, views: Iterable<Uint8Array>): boolean {
	const {pieceLength} = layout;
	const size = layout.pieceSize(piece);
	const leaves = eachBlock(views, size, 'sha256', 32);
	const [first] = layout.map.segments(piece * pieceLength, size);
	const whole = first !== undefined && first.file >= 0 && layout.lengths[first.file]! <= pieceLength;
	return sameHash(layout.hashes, piece * 32, pieceHash(leaves, pieceLength, whole, sha256));
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

function sameHash(hashes: Uint8Array, at: number, digest: Uint8Array): boolean {
	for (let n = 0; n < digest.length; n++) if (hashes[at + n] !== digest[n]) return false;
	return true;
}
