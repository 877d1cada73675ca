import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../source/base/units.ts';
import {RequestPipeline} from '../../source/policy/requests/request-queue.ts';
import {seeded} from './seeded.ts';

const perPiece = 7;

/** What a pipeline says it has asked for, oldest first. */
function contents(pipeline: RequestPipeline): string {
	const found: string[] = [];
	pipeline.each((piece, block, ahead) => {
		assert.equal(ahead, found.length);
		found.push(`${piece}/${block}`);
	});
	return found.join(' ');
}

test('whatever is asked for, comes and is taken back, it knows what is on its way, in order', () => {
	for (const seed of [1, 2, 3]) {
		const random = seeded(seed);
		const pipeline = new RequestPipeline(perPiece, 0);
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
			assert.equal(pipeline.has(piece, block), has);
			if (chance < grows) {
				if (has) continue;
				pipeline.ask(piece, block, now);
				model.push({piece, block, at: now});
			} else if (chance < 0.995) {
				// The oldest mostly.
				const at = random() < 0.7 ? 0 : Math.floor(random() * model.length);
				const gone = model[at] ?? {piece, block};
				const settled = pipeline.settle(gone.piece, gone.block, now, random() < 0.8);
				assert.equal(settled, model[at] !== undefined || has);
				model = model.filter(each => each !== gone);
				if (model.length > 0 && gone === model[at]) assert.fail();
			} else {
				const before = random() < 0.5 ? undefined : now - 200;
				const taken: string[] = [];
				pipeline.clear((piece, block) => taken.push(`${piece}/${block}`), before);
				const limit = before ?? Infinity;
				assert.deepEqual(
					taken,
					model.filter(({at}) => at < limit).map(({piece, block}) => `${piece}/${block}`),
				);
				model = model.filter(({at}) => at >= limit);
			}
			assert.equal(pipeline.outstanding, model.length);
			assert.equal(pipeline.oldest(now), model.length === 0 ? 0 : now - model[0]!.at);
			if (step % 20 === 0)
				assert.equal(contents(pipeline), model.map(({piece, block}) => `${piece}/${block}`).join(' '));
		}
	}
});

test('what was not asked for is not settled, and changes nothing', () => {
	const pipeline = new RequestPipeline(perPiece, 0);
	pipeline.ask(1, 2, 0);
	assert.equal(pipeline.settle(1, 3, 10, true), false);
	assert.equal(pipeline.settle(2, 2, 10, true), false);
	assert.equal(pipeline.blockTime, 0);
	assert.equal(contents(pipeline), '1/2');
	assert.equal(pipeline.settle(1, 2, 10, true), true);
	assert.equal(pipeline.settle(1, 2, 10, true), false);
	assert.equal(pipeline.outstanding, 0);
});

test('a refusal teaches nothing of how fast a peer is', () => {
	const pipeline = new RequestPipeline(perPiece, 0);
	pipeline.ask(0, 0, 0);
	pipeline.ask(0, 1, 0);
	pipeline.settle(0, 0, 5000, false);
	assert.equal(pipeline.blockTime, 0);
	assert.equal(pipeline.timeout, 30_000);
	const before = pipeline.target;
	pipeline.settle(0, 1, 6000, true);
	assert.equal(pipeline.target, before + 1);
	assert.equal(pipeline.blockTime, 6000);
});

test('how long a block takes is reckoned from the one before, or from when it was asked for if it had nothing to send', () => {
	const pipeline = new RequestPipeline(perPiece, 0);
	pipeline.ask(0, 0, 1000);
	pipeline.ask(0, 1, 1000);
	pipeline.settle(0, 0, 1400, true);
	assert.equal(pipeline.blockTime, 400);
	pipeline.settle(0, 1, 1800, true);
	assert.equal(pipeline.blockTime, 400);
	// A pause in which nothing was asked of it is not its own.
	pipeline.ask(0, 2, 60_000);
	pipeline.settle(0, 2, 60_400, true);
	assert.equal(pipeline.blockTime, 400);
	pipeline.ask(0, 3, 60_400);
	pipeline.settle(0, 3, 61_600, true);
	assert.equal(pipeline.blockTime, 500);
});

test('how long it keeps us waiting counts from its last block, or from the first one asked for', () => {
	const pipeline = new RequestPipeline(perPiece, 0);
	assert.equal(pipeline.waited(5000), 0);
	pipeline.ask(0, 0, 10_000);
	pipeline.ask(0, 1, 12_000);
	assert.equal(pipeline.waited(13_000), 3000);
	pipeline.settle(0, 0, 14_000, true);
	assert.equal(pipeline.waited(14_500), 500);
	assert.equal(pipeline.waited(13_000), 0);
	assert.equal(pipeline.isSilent(34_000), false);
	assert.equal(pipeline.isSilent(34_001), true);
	pipeline.settle(0, 1, 14_600, true);
	assert.equal(pipeline.waited(99_000), 0);
	assert.equal(pipeline.oldest(99_000), 0);
});

test('there is room for as many as the peer takes, less those on their way; of a silent one for one', () => {
	const pipeline = new RequestPipeline(perPiece, 0);
	assert.equal(pipeline.room, 250);
	pipeline.ceiling = 3;
	assert.equal(pipeline.room, 3);
	assert.equal(pipeline.target, 3);
	for (let block = 0; block < 4; block++) pipeline.ask(0, block, 0);
	assert.equal(pipeline.room, 0);
	pipeline.snubbed = true;
	pipeline.clear(() => {});
	assert.equal(pipeline.room, 1);
	pipeline.snubbed = false;
	pipeline.ceiling = 0;
	assert.equal(pipeline.target, 1);
	pipeline.ceiling = 1e9;
	assert.equal(pipeline.room, 500);
});

test('the window grows by one a block until the rate does no more, and is three seconds of it from then on', () => {
	const pipeline = new RequestPipeline(perPiece, 0);
	let now = 0;
	const give = (blocks: number): void => {
		for (let n = 0; n < blocks; n++) {
			pipeline.ask(0, 0, now);
			now += 10;
			pipeline.settle(0, 0, now, true);
		}
	};
	assert.equal(pipeline.target, 16);
	give(20);
	assert.equal(pipeline.target, 36);
	pipeline.adapt(100_000);
	give(4);
	assert.equal(pipeline.target, 40);
	pipeline.adapt(105_000);
	assert.equal(pipeline.target, 40, 'it grows still');
	pipeline.adapt(109_999);
	assert.equal(pipeline.target, Math.ceil((3 * 109_999) / blockLength));
	give(5);
	assert.equal(pipeline.target, 21, 'and no more by blocks');
	pipeline.adapt(0);
	assert.equal(pipeline.target, 2);
	pipeline.ceiling = 500;
	pipeline.adapt(1e9);
	assert.equal(pipeline.target, 500);
});

test('in slow start the window stops at what anybody is asked for', () => {
	const pipeline = new RequestPipeline(perPiece, 0);
	pipeline.ceiling = 10_000;
	for (let n = 0; n < 900; n++) {
		pipeline.ask(0, 0, n);
		pipeline.settle(0, 0, n + 1, true);
	}
	assert.equal(pipeline.target, 500);
});
