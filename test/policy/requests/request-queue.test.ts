import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {RequestQueue} from '../../../source/policy/requests/request-queue.ts';

/** Blocks come `gap` ms apart, of 16 that are asked for. Answers when the last one came. */
function trade(requestQueue: RequestQueue, gap: number, blocks: number): number {
	for (let block = 0; block < 16; block++) requestQueue.ask(0, block, 0);
	for (let block = 0; block < blocks; block++) {
		requestQueue.settle(0, block, (block + 1) * gap, true);
		requestQueue.ask(1, block, (block + 1) * gap);
	}
	return blocks * gap;
}

test('a peer that pauses for some seconds is late, but only silence for 20 s makes it one not to count on', () => {
	const requestQueue = new RequestQueue(16, 0);
	const at = trade(requestQueue, 100, 16);
	assert.equal(requestQueue.isLate(at + 1500), false);
	assert.equal(requestQueue.isLate(at + 5000), true);
	assert.equal(requestQueue.isSilent(at + 19_000), false);
	assert.equal(requestQueue.isSilent(at + 21_000), true);
});

test('the fastest block is the one that came soonest after it was asked for', () => {
	const requestQueue = new RequestQueue(16, 0);
	assert.equal(requestQueue.fastest, Infinity);
	for (let block = 0; block < 3; block++) requestQueue.ask(0, block, 0);
	requestQueue.settle(0, 0, 40, true);
	requestQueue.settle(0, 1, 90, true);
	assert.equal(requestQueue.fastest, 40);
	// What did not come says nothing.
	requestQueue.ask(0, 3, 100);
	requestQueue.settle(0, 3, 101, false);
	assert.equal(requestQueue.fastest, 40);
	requestQueue.ask(0, 4, 200);
	requestQueue.settle(0, 4, 205, true);
	assert.equal(requestQueue.fastest, 5);
});

test('a block that was taken back and comes when it has just been asked for again says nothing of how near its peer is', () => {
	const requestQueue = new RequestQueue(16, 0);
	requestQueue.ask(0, 0, 0);
	requestQueue.settle(0, 0, 400, true);
	requestQueue.ask(0, 1, 400);
	const back: number[] = [];
	requestQueue.clear((_, block) => back.push(block));
	assert.deepEqual(back, [1]);
	requestQueue.ask(0, 1, 798);
	requestQueue.settle(0, 1, 800, true);
	assert.equal(requestQueue.fastest, 400);
});

test('a peer of which nothing is asked is neither late nor silent', () => {
	const requestQueue = new RequestQueue(16, 0);
	assert.equal(requestQueue.isLate(100_000), false);
	assert.equal(requestQueue.isSilent(100_000), false);
});

test('a slow peer is asked for no more than it sends in three seconds, so that others can have the rest', () => {
	const requestQueue = new RequestQueue(16, 0);
	const rate = 5000;
	trade(requestQueue, (blockLength * 1000) / rate, 4);
	for (let second = 0; second < 3; second++) requestQueue.adapt(rate);
	assert.equal(requestQueue.target, 2);
});

test('a fast peer is asked for what it sends in three seconds, up to 250 blocks unless it says that it takes more', () => {
	const requestQueue = new RequestQueue(16, 0);
	for (let second = 0; second < 3; second++) requestQueue.adapt(640_000);
	assert.equal(requestQueue.target, Math.ceil((3 * 640_000) / blockLength));
	requestQueue.adapt(50_000_000);
	assert.equal(requestQueue.target, 250);
	requestQueue.ceiling = 2000;
	assert.equal(requestQueue.target, 500);
});

test('a silent peer is asked for one block at a time until one comes', () => {
	const requestQueue = new RequestQueue(16, 0);
	const at = trade(requestQueue, 100, 4);
	requestQueue.snubbed = true;
	assert.equal(requestQueue.target, 1);
	requestQueue.settle(0, 5, at + 30_000, true);
	assert.ok(requestQueue.target > 1);
});

test('what was asked for before a moment is taken back, what was asked for later is not', () => {
	const requestQueue = new RequestQueue(16, 0);
	for (let block = 0; block < 10; block++) requestQueue.ask(0, block, block * 1000);
	requestQueue.settle(0, 1, 9500, true);
	assert.equal(requestQueue.oldest(10_000), 10_000);
	const taken: number[] = [];
	requestQueue.clear((_, block) => taken.push(block), 4000);
	assert.deepEqual(taken, [0, 2, 3]);
	assert.equal(requestQueue.outstanding, 6);
	assert.equal(requestQueue.oldest(10_000), 6000);
	assert.ok(requestQueue.has(0, 4) && !requestQueue.has(0, 3));
	requestQueue.ask(0, 0, 10_000);
	requestQueue.clear((_, block) => taken.push(block));
	assert.deepEqual(taken, [0, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
	assert.equal(requestQueue.outstanding, 0);
	requestQueue.ask(0, 3, 11_000);
	assert.ok(requestQueue.has(0, 3));
});

test('a block may take what is usual for this peer and four deviations more, 2 s at least and 60 s at most', () => {
	const after = (gaps: readonly number[]): number => {
		const requestQueue = new RequestQueue(16, 0);
		for (let block = 0; block < gaps.length; block++) requestQueue.ask(0, block, 0);
		let now = 0;
		for (const [block, gap] of gaps.entries()) {
			now += gap;
			requestQueue.settle(0, block, now, true);
		}
		return requestQueue.timeout;
	};
	assert.equal(after(Array(40).fill(50)), 2000);
	assert.equal(after([1000]), 3000);
	const steady = after(Array(60).fill(4000));
	assert.ok(steady >= 4000 && steady < 4100, `${steady}`);
	assert.ok(after([...Array(30).fill(2000), 9000, 500, 9000]) > 8000);
	assert.equal(after([50_000, 1000, 50_000]), 60_000);
});
