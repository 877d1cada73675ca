import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {RequestQueue} from '../../../source/policy/requests/request-queue.ts';
import {seeded} from '../seeded.ts';

const perPiece = 7;

/** What a request queue says it has asked for, oldest first. */
function contents(requestQueue: RequestQueue): string {
	const found: string[] = [];
	requestQueue.each((piece, block, ahead) => {
		assert.equal(ahead, found.length);
		found.push(`${piece}/${block}`);
	});
	return found.join(' ');
}

test('whatever is asked for, comes and is taken back, it knows what is on its way, in order', () => {
	for (const seed of [1, 2, 3]) {
		const random = seeded(seed);
		const requestQueue = new RequestQueue(perPiece, 0);
		let model: Array<{readonly piece: number; readonly block: number; readonly at: number}> = [];
		let now = 0;
		for (let step = 0; step < 4000; step++) {
			now += Math.floor(random() * 5);
			// More and more at first, then fewer.
			const grows = step % 1000 < 500 ? 0.65 : 0.35;
			const chance = random();
			const piece = Math.floor(random() * 300);
			const block = Math.floor(random() * perPiece);
			const has = model.some(each => each.piece === piece && each.block === block);
			assert.equal(requestQueue.has(piece, block), has);
			if (chance < grows) {
				if (has) continue;
				requestQueue.ask(piece, block, now);
				model.push({piece, block, at: now});
			} else if (chance < 0.995) {
				// The oldest mostly.
				const at = random() < 0.7 ? 0 : Math.floor(random() * model.length);
				const gone = model[at] ?? {piece, block};
				const settled = requestQueue.settle(gone.piece, gone.block, now, random() < 0.8);
				assert.equal(settled, model[at] !== undefined || has);
				model = model.filter(each => each !== gone);
				if (model.length > 0 && gone === model[at]) assert.fail();
			} else {
				const before = random() < 0.5 ? undefined : now - 200;
				const taken: string[] = [];
				requestQueue.clear((piece, block) => taken.push(`${piece}/${block}`), before);
				const limit = before ?? Infinity;
				assert.deepEqual(
					taken,
					model.filter(({at}) => at < limit).map(({piece, block}) => `${piece}/${block}`),
				);
				model = model.filter(({at}) => at >= limit);
			}
			assert.equal(requestQueue.outstanding, model.length);
			assert.equal(requestQueue.oldest(now), model.length === 0 ? 0 : now - model[0]!.at);
			if (step % 20 === 0)
				assert.equal(contents(requestQueue), model.map(({piece, block}) => `${piece}/${block}`).join(' '));
		}
	}
});

test('what was not asked for is not settled, and changes nothing', () => {
	const requestQueue = new RequestQueue(perPiece, 0);
	requestQueue.ask(1, 2, 0);
	assert.equal(requestQueue.settle(1, 3, 10, true), false);
	assert.equal(requestQueue.settle(2, 2, 10, true), false);
	assert.equal(requestQueue.blockTime, 0);
	assert.equal(contents(requestQueue), '1/2');
	assert.equal(requestQueue.settle(1, 2, 10, true), true);
	assert.equal(requestQueue.settle(1, 2, 10, true), false);
	assert.equal(requestQueue.outstanding, 0);
});

test('a refusal teaches nothing of how fast a peer is', () => {
	const requestQueue = new RequestQueue(perPiece, 0);
	requestQueue.ask(0, 0, 0);
	requestQueue.ask(0, 1, 0);
	requestQueue.settle(0, 0, 5000, false);
	assert.equal(requestQueue.blockTime, 0);
	assert.equal(requestQueue.timeout, 30_000);
	const before = requestQueue.target;
	requestQueue.settle(0, 1, 6000, true);
	assert.equal(requestQueue.target, before + 1);
	assert.equal(requestQueue.blockTime, 6000);
});

test('how long a block takes is reckoned from the one before, or from when it was asked for if it had nothing to send', () => {
	const requestQueue = new RequestQueue(perPiece, 0);
	requestQueue.ask(0, 0, 1000);
	requestQueue.ask(0, 1, 1000);
	requestQueue.settle(0, 0, 1400, true);
	assert.equal(requestQueue.blockTime, 400);
	requestQueue.settle(0, 1, 1800, true);
	assert.equal(requestQueue.blockTime, 400);
	// A pause in which nothing was asked of it is not its own.
	requestQueue.ask(0, 2, 60_000);
	requestQueue.settle(0, 2, 60_400, true);
	assert.equal(requestQueue.blockTime, 400);
	requestQueue.ask(0, 3, 60_400);
	requestQueue.settle(0, 3, 61_600, true);
	assert.equal(requestQueue.blockTime, 500);
});

test('how long it keeps us waiting counts from its last block, or from the first one asked for', () => {
	const requestQueue = new RequestQueue(perPiece, 0);
	assert.equal(requestQueue.waited(5000), 0);
	requestQueue.ask(0, 0, 10_000);
	requestQueue.ask(0, 1, 12_000);
	assert.equal(requestQueue.waited(13_000), 3000);
	requestQueue.settle(0, 0, 14_000, true);
	assert.equal(requestQueue.waited(14_500), 500);
	assert.equal(requestQueue.waited(13_000), 0);
	assert.equal(requestQueue.isSilent(34_000), false);
	assert.equal(requestQueue.isSilent(34_001), true);
	requestQueue.settle(0, 1, 14_600, true);
	assert.equal(requestQueue.waited(99_000), 0);
	assert.equal(requestQueue.oldest(99_000), 0);
});

test('there is room for as many as the peer takes, less those on their way; of a silent one for one', () => {
	const requestQueue = new RequestQueue(perPiece, 0);
	assert.equal(requestQueue.room, 250);
	requestQueue.ceiling = 3;
	assert.equal(requestQueue.room, 3);
	assert.equal(requestQueue.target, 3);
	for (let block = 0; block < 4; block++) requestQueue.ask(0, block, 0);
	assert.equal(requestQueue.room, 0);
	requestQueue.snubbed = true;
	requestQueue.clear(() => {});
	assert.equal(requestQueue.room, 1);
	requestQueue.snubbed = false;
	requestQueue.ceiling = 0;
	assert.equal(requestQueue.target, 1);
	requestQueue.ceiling = 1e9;
	assert.equal(requestQueue.room, 500);
});

test('the window grows by one a block until the rate does no more, and is three seconds of it from then on', () => {
	const requestQueue = new RequestQueue(perPiece, 0);
	let now = 0;
	const give = (blocks: number): void => {
		for (let n = 0; n < blocks; n++) {
			requestQueue.ask(0, 0, now);
			now += 10;
			requestQueue.settle(0, 0, now, true);
		}
	};
	assert.equal(requestQueue.target, 16);
	give(20);
	assert.equal(requestQueue.target, 36);
	requestQueue.adapt(100_000);
	give(4);
	assert.equal(requestQueue.target, 40);
	requestQueue.adapt(105_000);
	assert.equal(requestQueue.target, 40, 'it grows still');
	requestQueue.adapt(109_999);
	assert.equal(requestQueue.target, Math.ceil((3 * 109_999) / blockLength));
	give(5);
	assert.equal(requestQueue.target, 21, 'and no more by blocks');
	requestQueue.adapt(0);
	assert.equal(requestQueue.target, 2);
	requestQueue.ceiling = 500;
	requestQueue.adapt(1e9);
	assert.equal(requestQueue.target, 500);
});

test('in slow start the window stops at what anybody is asked for', () => {
	const requestQueue = new RequestQueue(perPiece, 0);
	requestQueue.ceiling = 10_000;
	for (let n = 0; n < 900; n++) {
		requestQueue.ask(0, 0, n);
		requestQueue.settle(0, 0, n + 1, true);
	}
	assert.equal(requestQueue.target, 500);
});
