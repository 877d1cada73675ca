import {sameBytes} from '../../base/bytes.js';
import {blockLength} from '../../base/units.js';

/** SHA-256 of some bytes: 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Bytes in a hash of the tree. */
export const hashLength = 32;

/** The next power of two from `count` on; 1 for nothing. */
export function powerOfTwoFrom(count: number): number {
	return count <= 1 ? 1 : 2 ** Math.ceil(Math.log2(count));
}

/** Per hash function: the root of a subtree of 2^n zero leaves. A leaf beyond the end of a file is 32 zeros. BEP 52. */
const zeroRoots = new WeakMap<Sha256, Uint8Array[]>();

/** The root of a whole subtree of padding with `leaves` (a power of two) leaves. BEP 52. */
export function padHash(leaves: number, sha256: Sha256): Uint8Array {
	let roots = zeroRoots.get(sha256);
	if (!roots) {
		roots = [new Uint8Array(hashLength)];
		zeroRoots.set(sha256, roots);
	}

	const level = Math.log2(leaves);
	while (roots.length <= level) {
		const below = roots.at(-1)!;
		const pair = new Uint8Array(2 * hashLength);
		pair.set(below);
		pair.set(below, hashLength);
		roots.push(sha256(pair).slice());
	}

	return roots[level]!;
}

/**
 * The root over a layer of the tree: `layer` is some hashes after each other, each standing for `leavesEach` leaves
 * (a power of two: 1 for block hashes, blocks in a piece for a piece layer). Filled up with padding to `width` hashes,
 * or to the next power of two. BEP 52.
 */
export function merkleRoot(
	layer: Uint8Array,
	leavesEach: number,
	sha256: Sha256,
	width?: number,
): Uint8Array {
	let count = layer.length / hashLength;
	let wide = width ?? powerOfTwoFrom(count);
	if (count === 0) return padHash(wide * leavesEach, sha256);
	const pair = new Uint8Array(2 * hashLength);
	const hashes = new Uint8Array(layer.length + hashLength);
	hashes.set(layer);
	let leaves = leavesEach;
	for (; wide > 1; wide /= 2) {
		if (count % 2 === 1) hashes.set(padHash(leaves, sha256), count++ * hashLength);
		count /= 2;
		for (let n = 0; n < count; n++) {
			const at = n * 2 * hashLength;
			// A view for each pair would cost as much as a third of its hash.
			for (let byte = 0; byte < 2 * hashLength; byte++) pair[byte] = hashes[at + byte]!;
			hashes.set(sha256(pair), n * hashLength);
		}

		leaves *= 2;
	}

	return hashes.slice(0, hashLength);
}

/** SHA-256 of every 16 KiB block of `data`, after each other; the last block may be short. BEP 52. */
export function blockHashes(data: Uint8Array, sha256: Sha256): Uint8Array {
	const hashes = new Uint8Array(Math.ceil(data.length / blockLength) * hashLength);
	for (let at = 0, n = 0; at < data.length; at += blockLength, n += hashLength) {
		hashes.set(sha256(data.subarray(at, at + blockLength)), n);
	}

	return hashes;
}

/**
 * The hash of one piece of a file: `blocks` are its block hashes. In a file of one piece or less (`whole`) it is the
 * file's root, over no more padding than the file needs; in longer files every piece counts as full. BEP 52.
 */
export function pieceHash(
	blocks: Uint8Array,
	pieceLength: number,
	whole: boolean,
	sha256: Sha256,
): Uint8Array {
	return merkleRoot(blocks, 1, sha256, whole ? undefined : pieceLength / blockLength);
}

/** A file's root from the hashes of its pieces. BEP 52. */
export function rootOfPieces(layer: Uint8Array, pieceLength: number, sha256: Sha256): Uint8Array {
	return merkleRoot(layer, pieceLength / blockLength, sha256);
}

/**
 * Whether `hashes` (a power of two of them, neighbours in one layer) belong at `index`
 * of their layer under `root`: `proof` holds the uncle hashes from the bottom up. BEP 52, `hashes` message.
 */
export function checkProof(
	hashes: Uint8Array,
	index: number,
	proof: Uint8Array,
	root: Uint8Array,
	sha256: Sha256,
): boolean {
	const count = hashes.length / hashLength;
	if (count < 1 || !Number.isInteger(count) || powerOfTwoFrom(count) !== count || index % count !== 0)
		return false;
	if (proof.length % hashLength !== 0) return false;
	const top = climb(merkleRoot(hashes, 1, sha256), index / count, proof, sha256);
	return top.index === 0 && sameBytes(top.hash, root);
}

/**
 * Goes up from a hash at `index` of its layer: answers what it and its uncles, from the bottom up, hash to, and where
 * that stands in its layer. BEP 52.
 *
 * @param met told of each hash on the way and of its sibling, layer by layer
 */
export function climb(
	from: Uint8Array,
	index: number,
	uncles: Uint8Array,
	sha256: Sha256,
	met: (index: number, hash: Uint8Array, sibling: Uint8Array) => void = () => {},
): {readonly hash: Uint8Array; readonly index: number} {
	let hash = from;
	let position = index;
	const pair = new Uint8Array(2 * hashLength);
	for (let at = 0; at < uncles.length; at += hashLength) {
		const uncle = uncles.subarray(at, at + hashLength);
		met(position, hash, uncle);
		const isLeft = position % 2 === 0;
		pair.set(isLeft ? hash : uncle);
		pair.set(isLeft ? uncle : hash, hashLength);
		hash = sha256(pair).slice();
		position = Math.floor(position / 2);
	}

	return {hash, index: position};
}
