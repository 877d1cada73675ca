import assert from 'node:assert/strict';
import test from 'node:test';
import {planCheck} from '../../../source/policy/pieces/check-plan.ts';
import {headPieces, piecePriorities} from '../../../source/policy/pieces/file-priorities.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {columnsOf} from '../../../source/protocol/metainfo/file-columns.ts';
import {seeded} from '../seeded.ts';

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

test('pieces are as urgent and as surely gone as looking at each file by itself says', () => {
	const random = seeded(1127);
	const below = (most: number): number => Math.floor(random() * most);
	for (let round = 0; round < 500; round++) {
		let offset = 0;
		const files = Array.from({length: 1 + below(12)}, () => {
			const file = {offset, length: below(5) === 0 ? 0 : below(40), pad: below(6) === 0};
			offset += file.length;
			return file;
		});
		if (offset === 0) continue;
		const map = PieceGeometry.uniform(offset, 10, files);
		const priorities = files.map(() => below(5));
		const stamps = files.map(
			({length}) => [undefined, {size: length, mtime: 1}, {size: 0, mtime: 1}][below(3)],
		);
		const urgency = new Uint8Array(map.pieceCount);
		const gone = new Uint8Array(map.pieceCount);
		const there = new Uint8Array(map.pieceCount);
		for (const [at, file] of files.entries()) {
			if (file.pad || file.length === 0) continue;
			const [first, last] = map.span(file.offset, file.length);
			for (let piece = first; piece <= last; piece++) {
				urgency[piece] = Math.max(urgency[piece]!, priorities[at]!);
				if (!stamps[at]?.size) gone[piece] = 1;
				else there[piece] = 1;
			}
		}
		assert.deepEqual(piecePriorities(map, files, priorities), urgency, `round ${round}`);
		const plan = planCheck(map, columnsOf(files), stamps, undefined, 'quick');
		const hashed = [...gone.keys()].filter(piece => gone[piece] === 0 && there[piece] === 1);
		assert.deepEqual([...plan.check], hashed, `round ${round}`);
	}
});
