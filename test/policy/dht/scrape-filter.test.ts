import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import test from 'node:test';
import {estimateSwarm, scrapeFilter} from '../../../source/policy/dht/scrape-filter.js';

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();
const filterOf = (from: number, to: number): Uint8Array =>
	scrapeFilter(
		Array.from({length: Math.max(0, to - from)}, (_, n) =>
			Uint8Array.of(20, (from + n) >> 16, ((from + n) >> 8) & 255, (from + n) & 255),
		),
		sha1,
	);
const answer = (seeds: readonly [number, number], peers: readonly [number, number]) => ({
	seeds: filterOf(...seeds),
	peers: filterOf(...peers),
});

test('what several nodes know of a swarm is counted once', () => {
	const answers = [
		answer([0, 80], [1000, 1300]),
		answer([20, 100], [1100, 1400]),
		answer([0, 100], [1000, 1400]),
	];
	const {seeds, peers} = estimateSwarm(answers)!;
	assert.ok(Math.abs(seeds - 100) <= 5, `${seeds}`);
	assert.ok(Math.abs(peers - 400) <= 20, `${peers}`);
	assert.equal(estimateSwarm([]), undefined);
	assert.deepEqual(estimateSwarm([answer([0, 0], [0, 1])]), {seeds: 0, peers: 1});
});

test('one node that says there are thousands is not believed, nor are three of eight', () => {
	const honest = Array.from({length: 5}, () => answer([0, 12], [50, 90]));
	for (let liars = 1; liars <= 3; liars++) {
		const lies = Array.from({length: liars}, () => ({
			seeds: new Uint8Array(256).fill(255),
			peers: new Uint8Array(256).fill(255),
		}));
		assert.deepEqual(estimateSwarm([...lies, ...honest]), estimateSwarm(honest));
	}
	const silent = Array.from({length: 3}, () => answer([0, 0], [0, 0]));
	assert.deepEqual(
		estimateSwarm([...silent, ...honest]),
		estimateSwarm(honest),
		'who knows of nobody takes nothing away',
	);
});
