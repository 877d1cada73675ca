import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../source/base/units.ts';
import {RequestPipeline} from '../../source/policy/request-pipeline.ts';

/** Blocks come `gap` ms apart, of 16 that are asked for. Answers when the last one came. */
function trade(pipeline: RequestPipeline, gap: number, blocks: number): number {
	for (let block = 0; block < 16; block++) pipeline.ask(0, block, 0);
	for (let block = 0; block < blocks; block++) {
		pipeline.settle(0, block, (block + 1) * gap, true);
		pipeline.ask(1, block, (block + 1) * gap);
	}
	return blocks * gap;
}

test('a peer that pauses for some seconds is late, but only silence for 20 s makes it one not to count on', () => {
	const pipeline = new RequestPipeline(16, 0);
	const at = trade(pipeline, 100, 16);
	assert.equal(pipeline.isLate(at + 1500), false);
	assert.equal(pipeline.isLate(at + 5000), true);
	assert.equal(pipeline.isSilent(at + 19_000), false);
	assert.equal(pipeline.isSilent(at + 21_000), true);
});

test('a peer of which nothing is asked is neither late nor silent', () => {
	const pipeline = new RequestPipeline(16, 0);
	assert.equal(pipeline.isLate(100_000), false);
	assert.equal(pipeline.isSilent(100_000), false);
});

test('a slow peer is asked for no more than it sends in three seconds, so that others can have the rest', () => {
	const pipeline = new RequestPipeline(16, 0);
	const rate = 5000;
	trade(pipeline, (blockLength * 1000) / rate, 4);
	for (let second = 0; second < 3; second++) pipeline.adapt(rate);
	assert.equal(pipeline.target, 2);
});

test('a fast peer is asked for what it sends in three seconds, up to 250 blocks unless it says that it takes more', () => {
	const pipeline = new RequestPipeline(16, 0);
	for (let second = 0; second < 3; second++) pipeline.adapt(640_000);
	assert.equal(pipeline.target, Math.ceil((3 * 640_000) / blockLength));
	pipeline.adapt(50_000_000);
	assert.equal(pipeline.target, 250);
	pipeline.ceiling = 2000;
	assert.equal(pipeline.target, 500);
});

test('a silent peer is asked for one block at a time until one comes', () => {
	const pipeline = new RequestPipeline(16, 0);
	const at = trade(pipeline, 100, 4);
	pipeline.snubbed = true;
	assert.equal(pipeline.target, 1);
	pipeline.settle(0, 5, at + 30_000, true);
	assert.ok(pipeline.target > 1);
});
