import assert from 'node:assert/strict';
import {test} from 'node:test';
import {connectionLimits} from '../../../source/policy/peers/connection-limits.js';

test('with file descriptors enough, or when nobody knows, there are 200 places for peers and 64 for strangers', () => {
	for (const openFiles of [undefined, 400, 1024, 1_000_000])
		assert.deepEqual(connectionLimits(openFiles), {peers: 200, halfOpen: 64});
});

test('who wants more places has as many as there are file descriptors for', () => {
	assert.deepEqual(connectionLimits(undefined, 2000), {peers: 2000, halfOpen: 64});
	assert.deepEqual(connectionLimits(20_000, 2000), {peers: 2000, halfOpen: 64});
	assert.deepEqual(connectionLimits(1024, 2000), {peers: 708, halfOpen: 64});
	assert.deepEqual(connectionLimits(20_000, 3), {peers: 3, halfOpen: 64});
});

test('with few there are fewer places, so that files can still be opened', () => {
	for (let openFiles = 100; openFiles < 400; openFiles++) {
		const {peers, halfOpen} = connectionLimits(openFiles);
		assert.ok(peers + halfOpen <= Math.max(9, openFiles - 80), `${peers} and ${halfOpen} of ${openFiles}`);
		assert.ok(peers >= 6 && halfOpen >= 3);
	}
	assert.deepEqual(connectionLimits(64), {peers: 6, halfOpen: 3});
});
