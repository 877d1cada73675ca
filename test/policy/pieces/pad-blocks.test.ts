import assert from 'node:assert/strict';
import test from 'node:test';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {PartialPieces} from '../../../source/policy/requests/partial-pieces.ts';

const block = 16_384;
const file = (offset: number, length: number, pad = false) => ({offset, length, pad});
/** Two pieces of four blocks: a file of a block and a half and its padding, then one that ends in the third block. */
const padded = PieceGeometry.uniform(8 * block, 4 * block, [
	file(0, 1.5 * block),
	file(1.5 * block, 2.5 * block, true),
	file(4 * block, 2.25 * block),
	file(6.25 * block, 1.75 * block, true),
]);

test('blocks of nothing but padding need not be sent, those with a byte of a file must', () => {
	assert.deepEqual([padded.padBlocks(0), padded.padBlocks(1)], [[2, 3], [3]]);
	const short = PieceGeometry.uniform(4 * block - 100, 4 * block, [
		file(0, block),
		file(block, 3 * block - 100, true),
	]);
	assert.deepEqual(short.padBlocks(0), [1, 2, 3]);
});

test('several pad files in a piece leave out each their blocks', () => {
	const map = PieceGeometry.uniform(6 * block, 6 * block, [
		file(0, 100),
		file(100, 2 * block - 100, true),
		file(2 * block, 100),
		file(2 * block + 100, block, true),
		file(3 * block + 100, block, true),
		file(4 * block + 100, 2 * block - 100),
	]);
	assert.deepEqual(map.padBlocks(0), [1, 3]);
});

test('where there are no pad files every block is asked for', () => {
	assert.deepEqual(PieceGeometry.uniform(8 * block, 4 * block).padBlocks(0), []);
	assert.deepEqual(PieceGeometry.uniform(8 * block, 4 * block, [file(0, 8 * block)]).padBlocks(1), []);
	const aligned = PieceGeometry.aligned(8 * block, 4 * block, [file(0, 1.5 * block), file(4 * block, 10)]);
	assert.deepEqual(aligned.padBlocks(0), []);
});

test('a piece begins with its padding there, and is whole when the rest has come', () => {
	const partials = new PartialPieces(padded);
	const partial = partials.begin(0);
	assert.equal(partial.untouched, true);
	assert.deepEqual(partials.export(), []);
	assert.deepEqual(
		[partials.request(partial), partials.request(partial), partials.request(partial)],
		[0, 1, -1],
	);
	assert.equal(partials.receive(partial, 0, 7, 1), 'accepted');
	assert.equal(partial.untouched, false);
	assert.equal(partials.receive(partial, 3, 9, 1), 'duplicate');
	assert.equal(partials.receive(partial, 1, 8, 1), 'complete');
	assert.deepEqual([...partial.slots.subarray(0, 4)], [7, 8, -1, -1]);
});
