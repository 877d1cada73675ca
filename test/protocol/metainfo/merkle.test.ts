import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {test} from 'node:test';
import {
	blockHashes,
	checkProof,
	merkleRoot,
	padHash,
	pieceHash,
	rootOfPieces,
} from '../../../source/protocol/metainfo/merkle.js';

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const pair = (a: Uint8Array, b: Uint8Array): Uint8Array => sha256(join(a, b));
const leaf = (n: number): Uint8Array => new Uint8Array(32).fill(n);
const none = new Uint8Array(32);

test('one leaf is its own root', () => {
	assert.deepEqual(merkleRoot(leaf(1), 1, sha256), leaf(1));
});

test('three leaves are filled up with a zero leaf', () => {
	const root = merkleRoot(join(leaf(1), leaf(2), leaf(3)), 1, sha256);
	assert.deepEqual(root, pair(pair(leaf(1), leaf(2)), pair(leaf(3), none)));
});

test('padding higher up is the hash of padding', () => {
	assert.deepEqual(padHash(1, sha256), none);
	assert.deepEqual(padHash(4, sha256), pair(pair(none, none), pair(none, none)));
	const five = merkleRoot(join(...[1, 2, 3, 4, 5].map(leaf)), 1, sha256);
	const left = pair(pair(leaf(1), leaf(2)), pair(leaf(3), leaf(4)));
	const right = pair(pair(leaf(5), none), padHash(2, sha256));
	assert.deepEqual(five, pair(left, right));
});

test('a short last piece counts as full in a long file, as it is in a short one', () => {
	const blocks = join(leaf(1));
	assert.deepEqual(pieceHash(blocks, 65_536, true, sha256), leaf(1));
	assert.deepEqual(pieceHash(blocks, 65_536, false, sha256), pair(pair(leaf(1), none), padHash(2, sha256)));
});

test('the root over pieces is the root over all their blocks', () => {
	const blocks = Array.from({length: 11}, (_, n) => leaf(n + 1));
	const layer = join(
		pieceHash(join(...blocks.slice(0, 4)), 65_536, false, sha256),
		pieceHash(join(...blocks.slice(4, 8)), 65_536, false, sha256),
		pieceHash(join(...blocks.slice(8)), 65_536, false, sha256),
	);
	assert.deepEqual(rootOfPieces(layer, 65_536, sha256), merkleRoot(join(...blocks), 1, sha256));
});

test('blocks are hashed as long as they are', () => {
	const data = new Uint8Array(16_385).fill(7);
	const hashes = blockHashes(data, sha256);
	assert.deepEqual(hashes, join(sha256(data.subarray(0, 16_384)), sha256(Uint8Array.of(7))));
});

test('a proof leads from some hashes to the root, and from no others', () => {
	const leaves = Array.from({length: 8}, (_, n) => leaf(n + 1));
	const root = merkleRoot(join(...leaves), 1, sha256);
	const asked = join(leaves[4]!, leaves[5]!);
	const proof = join(pair(leaves[6]!, leaves[7]!), merkleRoot(join(...leaves.slice(0, 4)), 1, sha256));
	assert.equal(checkProof(asked, 4, proof, root, sha256), true);
	assert.equal(checkProof(asked, 2, proof, root, sha256), false);
	assert.equal(checkProof(asked, 5, proof, root, sha256), false);
	assert.equal(checkProof(asked, 12, proof, root, sha256), false);
	assert.equal(checkProof(join(leaves[5]!, leaves[4]!), 4, proof, root, sha256), false);
	assert.equal(checkProof(asked, 4, proof.subarray(0, 33), root, sha256), false);
	assert.equal(checkProof(new Uint8Array(0), 0, proof, root, sha256), false);
});
