import assert from 'node:assert/strict';
import test from 'node:test';
import {Deadlines} from '../../../source/policy/requests/deadline-list.ts';
import {seeded} from '../seeded.ts';

function inOrder(deadlines: Deadlines): number[] {
	const pieces: number[] = [];
	for (let due = deadlines.first; due !== undefined; due = due.next) pieces.push(due.piece);
	return pieces;
}

test('pieces are due in the order of time, and of their numbers when the time is the same', () => {
	const deadlines = new Deadlines();
	for (const [piece, at] of [
		[7, 300],
		[2, 100],
		[9, 200],
		[1, 300],
	] as const) {
		deadlines.set(piece, at);
	}
	assert.deepEqual(inOrder(deadlines), [2, 9, 1, 7]);
	deadlines.set(7, 50);
	assert.deepEqual(inOrder(deadlines), [7, 2, 9, 1]);
	assert.equal(deadlines.of(7), 50);
	assert.equal(deadlines.delete(2), true);
	assert.equal(deadlines.delete(2), false);
	assert.deepEqual(inOrder(deadlines), [7, 9, 1]);
	assert.deepEqual([deadlines.size, deadlines.has(2), deadlines.of(2)], [3, false, undefined]);
});

test('the order holds through any changes', () => {
	const random = seeded(5);
	const deadlines = new Deadlines();
	const model = new Map<number, number>();
	for (let round = 0; round < 5000; round++) {
		const piece = Math.floor(random() * 300);
		if (random() < 0.6) {
			const at = Math.floor(random() * 50);
			deadlines.set(piece, at);
			model.set(piece, at);
		} else assert.equal(deadlines.delete(piece), model.delete(piece));
		if (round % 50 > 0) continue;
		const expected = [...model]
			.sort(([piece, at], [otherPiece, otherAt]) => at - otherAt || piece - otherPiece)
			.map(([piece]) => piece);
		assert.deepEqual(inOrder(deadlines), expected);
		assert.equal(deadlines.size, model.size);
		assert.deepEqual([...deadlines.pieces()].sort(), [...model.keys()].sort());
	}
});

test('a change among ten thousand costs microseconds', () => {
	const deadlines = new Deadlines();
	const random = seeded(6);
	for (let piece = 0; piece < 10_000; piece++) deadlines.set(piece, random() * 1e6);
	const before = process.cpuUsage();
	for (let round = 0; round < 20_000; round++) {
		deadlines.set(Math.floor(random() * 10_000), random() * 1e6);
		assert.ok(deadlines.first !== undefined);
	}
	const {user, system} = process.cpuUsage(before);
	// A list that is gone through from the front would take a hundred times as long.
	assert.ok(user + system < 1_000_000, `${(user + system) / 20_000} us each`);
});
