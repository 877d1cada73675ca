import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Habits, UtpWorld} from './utp-world.ts';

const mebibyte = 1 << 20;
const minute = 60_000;

/** Sends so much one way and answers how long it took, after all of it came as it was said. */
async function transfer(world: UtpWorld, count: number, limit = 10 * minute): Promise<number> {
	const {near, far} = await world.connect();
	const began = world.clock.now();
	near.send(count);
	const whole = await world.clock.passUntil(
		() => far.received === count + 1 || near.why !== undefined,
		limit,
	);
	assert.ok(whole, `${far.received} of ${count + 1} came: ${near.why}`);
	assert.equal(near.why, undefined);
	assert.ok(far.isRight, 'bytes came as they were sent');
	assert.equal(near.stream.unsent, 0);
	return world.clock.now() - began;
}

test('bytes come in their order over a line that does nothing wrong', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 5e6, queue: 1e6});
	const took = await transfer(world, 8 * mebibyte);
	assert.ok(took < 6000, `${took} ms`);
	assert.equal(world.there.lost, 0);
});

for (const [what, habits, limit] of [
	['5 % of the packets lost', {loss: 0.05, delay: 20, rate: 2e6, queue: 1e5}, 120_000],
	['packets that come twice', {twice: 0.3, delay: 20, rate: 2e6, queue: 1e6}, 10_000],
	['packets that overtake each other', {jitter: 30, delay: 20, rate: 2e6, queue: 1e6}, 60_000],
	['all of that', {loss: 0.05, twice: 0.2, jitter: 30, delay: 20, rate: 2e6, queue: 1e5}, 240_000],
] as Array<[string, Habits, number]>) {
	for (const seed of [1, 2, 3])
		test(`bytes come in their order with ${what} (seed ${seed})`, async () => {
			const world = new UtpWorld(seed, habits, habits);
			const took = await transfer(world, 2 * mebibyte);
			assert.ok(took < limit, `${took} ms`);
		});
}
