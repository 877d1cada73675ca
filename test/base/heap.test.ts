import assert from 'node:assert/strict';
import test from 'node:test';
import {Heap} from '../../source/base/heap.ts';
import {seeded} from '../policy/seeded.ts';

test('what is taken out is always the first of what is in it', () => {
	const random = seeded(8);
	const heap = new Heap<number>((one, other) => one < other);
	const model: number[] = [];
	for (let step = 0; step < 5000; step++) {
		if (random() < (step % 1000 < 600 ? 0.7 : 0.3)) {
			const value = Math.floor(random() * 200);
			heap.push(value);
			model.push(value);
			model.sort((one, other) => one - other);
		} else assert.equal(heap.pop(), model.shift());
		assert.equal(heap.size, model.length);
		assert.equal(heap.peek(), model[0]);
	}
	heap.clear();
	assert.equal(heap.size, 0);
	assert.equal(heap.peek(), undefined);
	assert.equal(heap.pop(), undefined);
	heap.push(3);
	assert.equal(heap.pop(), 3);
});
