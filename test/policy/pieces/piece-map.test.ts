import assert from 'node:assert/strict';
import test from 'node:test';
import {headPieces, PieceMap, piecePriorities} from '../../../source/policy/pieces/piece-map.ts';

const block = 16_384;
/** Three pieces of two and a half blocks, the last of which has one block and 100 bytes. */
const pieceLength = 2 * block + block / 2;
const map = new PieceMap(2 * pieceLength + block + 100, pieceLength);

test('pieces and blocks are whole but for the last', () => {
	assert.deepEqual([map.pieceCount, map.blocksPerPiece], [3, 3]);
	assert.deepEqual(
		[0, 1, 2].map(piece => map.pieceSize(piece)),
		[pieceLength, pieceLength, block + 100],
	);
	assert.deepEqual(
		[0, 1, 2].map(piece => map.blockCount(piece)),
		[3, 3, 2],
	);
	assert.deepEqual(
		[0, 1, 2].map(number => map.blockSize(0, number)),
		[block, block, block / 2],
	);
	assert.deepEqual(
		[0, 1].map(number => map.blockSize(2, number)),
		[block, 100],
	);
	const even = new PieceMap(4 * block, 2 * block);
	assert.deepEqual([even.pieceCount, even.pieceSize(1), even.blockCount(1)], [2, 2 * block, 2]);
});

test('only numbers of pieces that are there are pieces', () => {
	for (const piece of [0, 1, 2]) assert.equal(map.check(piece), piece);
	for (const piece of [-1, 3, 0.5, Number.NaN, Infinity, 2 ** 32]) assert.equal(map.check(piece), undefined);
});

test('a block is exactly one of a piece’s blocks', () => {
	for (const [piece, begin, length] of [
		[0, 0, block],
		[0, block, block],
		[0, 2 * block, block / 2],
		[2, block, 100],
	] as const) {
		assert.equal(map.isBlock(piece, begin, length), true);
	}
	for (const [piece, begin, length] of [
		[0, 1, block],
		[0, block / 2, block],
		[0, 0, block - 1],
		[0, 0, 2 * block],
		[0, 2 * block, block],
		[0, 3 * block, block],
		[2, block, block],
		[2, 2 * block, 100],
		[0, 0, 0],
	] as const) {
		assert.equal(map.isBlock(piece, begin, length), false, `${piece} ${begin} ${length}`);
	}
});

test('what may be asked for lies inside a piece', () => {
	assert.equal(map.holds(0, 5, pieceLength - 5), true);
	assert.equal(map.holds(0, 5, pieceLength - 4), false);
	assert.equal(map.holds(2, block, 100), true);
	assert.equal(map.holds(2, block, 101), false);
	assert.equal(map.holds(0, 0, 0), false);
	assert.equal(map.holds(0, 0, -1), false);
});

test('a range covers the pieces of its first and its last byte', () => {
	assert.deepEqual(map.span(0, 1), [0, 0]);
	assert.deepEqual(map.span(0, pieceLength), [0, 0]);
	assert.deepEqual(map.span(0, pieceLength + 1), [0, 1]);
	assert.deepEqual(map.span(pieceLength - 1, 2), [0, 1]);
	assert.deepEqual(map.span(pieceLength, 0), [1, 0]);
});

test('a piece is as urgent as the most urgent file in it, and pad files want nothing', () => {
	const ten = new PieceMap(100, 10);
	const file = (offset: number, length: number, pad = false) => ({offset, length, pad});
	const files = [file(0, 35), file(35, 0), file(35, 5, true), file(40, 25), file(65, 35)];
	assert.deepEqual([...piecePriorities(ten, files, [1, 4, 4, 3, 2])], [1, 1, 1, 1, 3, 3, 3, 2, 2, 2]);
	assert.deepEqual([...piecePriorities(ten, files, [1, 4, 4, 0, 4])], [1, 1, 1, 1, 0, 0, 4, 4, 4, 4]);
	assert.deepEqual([...piecePriorities(ten, files, [])], Array(10).fill(0));
	assert.deepEqual(headPieces(ten, files, [4, 4, 4, 3, 4]), [0, 3, 6, 9]);
	assert.deepEqual(headPieces(ten, files, [1, 2, 3, 3, 3]), []);
});
