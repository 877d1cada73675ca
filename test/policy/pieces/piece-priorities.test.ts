import assert from 'node:assert/strict';
import test from 'node:test';
import {asFiles, joinRanges, PiecePriorities} from '../../../source/policy/pieces/piece-priorities.ts';

test('runs of pieces that touch or overlap are joined, whatever their order', () => {
	assert.deepEqual(joinRanges([9, [3, 5], 6, [4, 4], 0, [8, 9]]), [
		[0, 0],
		[3, 6],
		[8, 9],
	]);
	assert.deepEqual(
		joinRanges([
			[0, 100],
			[2, 3],
			[50, 200],
		]),
		[[0, 200]],
	);
	assert.deepEqual(joinRanges([]), []);
});

test('what is chosen for pieces stands over their files until it is taken back', () => {
	const choice = new PiecePriorities(6);
	choice.set([1, 3], 4);
	choice.set([3, 4], 0);
	const priorities = Uint8Array.from([2, 2, 2, 2, 2, 2]);
	choice.over(priorities);
	assert.deepEqual([...priorities], [2, 4, 4, 0, 0, 2]);
	assert.deepEqual([choice.count, choice.of(2), choice.of(5)], [4, 4, undefined]);
	assert.deepEqual([...choice.pieces()], [1, 2, 3, 4]);
	choice.set([2, 5], undefined);
	assert.deepEqual([choice.count, choice.of(1), choice.of(3)], [1, 4, undefined]);
	choice.set([0, 5], undefined);
	assert.deepEqual([choice.count, choice.export(), [...choice.pieces()]], [0, undefined, []]);
});

test('a choice is taken up as it was exported; of another torrent it is not', () => {
	const choice = new PiecePriorities(4);
	assert.equal(choice.export(), undefined);
	choice.set([2, 2], 3);
	const exported = choice.export();
	assert.deepEqual([...exported!], [asFiles, asFiles, 3, asFiles]);
	const again = new PiecePriorities(4);
	again.take(exported);
	assert.deepEqual([again.count, again.of(2)], [1, 3]);
	again.take(new Uint8Array(3));
	assert.deepEqual([again.count, again.of(2)], [0, undefined]);
	const other = new PiecePriorities(4);
	other.take(new Uint8Array(4).fill(asFiles));
	assert.deepEqual([other.count, other.export()], [0, undefined]);
});
