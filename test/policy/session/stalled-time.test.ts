import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type StalledFacts, stalledTime} from '../../../source/policy/session/stalled-time.ts';

const facts: StalledFacts = {state: 'downloading', nothingFor: 840, diskBehind: false, filesWanted: 1};
const asking = (asked: number) => ({
	...facts,
	state: 'metadata' as const,
	metadata: {sources: 1, asked, failures: 0, progress: 0},
});

test('a download to which nothing comes is stalled after twenty seconds, told in steps', () => {
	const after = (nothingFor: number | undefined) => stalledTime({...facts, nothingFor});
	assert.deepEqual([undefined, 0, 19.9].map(after), [undefined, undefined, undefined]);
	assert.deepEqual([20, 39, 59, 60, 119, 840, 100_000].map(after), [20, 30, 50, 60, 60, 840, 99_960]);
});

test('who is not to download, waits for the disk, or is asked for the file list is not stalled', () => {
	for (const state of ['seeding', 'paused', 'queued', 'failed', 'checking', 'finished'] as const)
		assert.equal(stalledTime({...facts, state}), undefined, state);
	assert.equal(stalledTime({...facts, diskBehind: true}), undefined);
	assert.equal(stalledTime({...facts, moving: {dir: '/a', done: 0.5}}), undefined);
	assert.equal(stalledTime({...facts, filesWanted: 0}), undefined);
	assert.equal(stalledTime(asking(0)), 840);
	assert.equal(stalledTime(asking(2)), undefined);
	assert.equal(stalledTime({...facts, state: 'metadata'}), 840);
});
