import assert from 'node:assert/strict';
import {test} from 'node:test';
import {retryAfter, timeToFetch} from '../../../source/policy/feeds/feed-schedule.ts';

const minute = 60_000;
const never = {next: () => 0, bytes: (length: number) => new Uint8Array(length)};
const most = {...never, next: () => 0.999};

test('a feed is fetched as often as its owner says, else as it asks for, but not more often than every 15 minutes', () => {
	const time = (facts: {interval?: number; ttl?: number}) =>
		timeToFetch({interval: facts.interval, ttl: facts.ttl, failures: 0}, never) / minute;
	assert.equal(time({}), 15);
	assert.equal(time({ttl: 5 * minute}), 15);
	assert.equal(time({ttl: 60 * minute}), 60);
	assert.equal(time({ttl: 1e12}), 1440);
	assert.equal(time({interval: 5 * minute, ttl: 60 * minute}), 5);
	assert.equal(time({interval: 1}), 1);
});

test('what fails is tried less and less often, and a server that asks to wait is obeyed', () => {
	const time = (failures: number, retryAfter?: number) =>
		timeToFetch({interval: undefined, failures, retryAfter}, never) / minute;
	assert.deepEqual(
		[1, 2, 3, 4, 50].map(failures => time(failures)),
		[15, 30, 60, 120, 360],
	);
	assert.equal(time(1, 40 * minute), 40);
	assert.equal(time(0, 1e15), 1440);
	assert.equal(timeToFetch({interval: 24 * 60 * minute, failures: 3}, never), 24 * 60 * minute);
});

test('chance puts it off by a tenth at the most', () => {
	const time = timeToFetch({interval: 10 * minute, failures: 0}, most) / minute;
	assert.ok(time > 10.9 && time < 11);
});

test('Retry-After is a number of seconds or a date', () => {
	const wall = Date.UTC(2026, 10, 27, 10);
	assert.equal(retryAfter('120', wall), 120_000);
	assert.equal(retryAfter('Fri, 27 Nov 2026 10:30:00 GMT', wall), 30 * minute);
	for (const nothing of [undefined, '', 'soon', '-5', 'Fri, 27 Nov 2026 09:30:00 GMT'])
		assert.equal(retryAfter(nothing, wall), undefined);
});
