import assert from 'node:assert/strict';
import test from 'node:test';
import {ChangedPieces} from '../../../source/policy/pieces/changed-pieces.ts';

function told(changes: ChangedPieces): number[] {
	const pieces: number[] = [];
	changes.take(piece => pieces.push(piece));
	return pieces.sort((one, other) => one - other);
}

test('the first look sees what has changed since, each piece once; the next begins anew', () => {
	const changes = new ChangedPieces(8);
	told(changes);
	for (const piece of [5, 2, 5, 7, 2]) changes.note(piece);
	assert.deepEqual(told(changes), [2, 5, 7]);
	assert.deepEqual(told(changes), []);
	changes.note(5);
	assert.deepEqual(told(changes), [5]);
	assert.deepEqual(told(changes), []);
});

test('when all have changed each is told once, also those that were noted before and after', () => {
	const changes = new ChangedPieces(4);
	told(changes);
	changes.note(1);
	changes.noteAll();
	changes.note(2);
	assert.deepEqual(told(changes), [0, 1, 2, 3]);
	assert.deepEqual(told(changes), []);
	changes.note(1);
	assert.deepEqual(told(changes), [1]);
});
