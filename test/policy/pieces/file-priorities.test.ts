import assert from 'node:assert/strict';
import test from 'node:test';
import {headPieces, piecePriorities} from '../../../source/policy/pieces/file-priorities.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';

test('a piece is as urgent as the most urgent file in it, and pad files want nothing', () => {
	const ten = PieceGeometry.uniform(100, 10);
	const file = (offset: number, length: number, pad = false) => ({offset, length, pad});
	const files = [file(0, 35), file(35, 0), file(35, 5, true), file(40, 25), file(65, 35)];
	assert.deepEqual([...piecePriorities(ten, files, [1, 4, 4, 3, 2])], [1, 1, 1, 1, 3, 3, 3, 2, 2, 2]);
	assert.deepEqual([...piecePriorities(ten, files, [1, 4, 4, 0, 4])], [1, 1, 1, 1, 0, 0, 4, 4, 4, 4]);
	assert.deepEqual([...piecePriorities(ten, files, [])], Array(10).fill(0));
	assert.deepEqual(headPieces(ten, files, [4, 4, 4, 3, 4]), [0, 3, 6, 9]);
	assert.deepEqual(headPieces(ten, files, [1, 2, 3, 3, 3]), []);
});
