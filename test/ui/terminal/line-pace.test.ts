import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LinePace} from '../../../source/ui/terminal/line-pace.ts';

test('a terminal that takes everything at once needs no pause', () => {
	const pace = new LinePace();
	for (let at = 0; at < 1000; at += 10) pace.took(4000, at, at + 1);
	assert.deepEqual([pace.isSlow, pace.pause, pace.rest(1000)], [false, 0, 0]);
});

test('a slow line is noticed with the first write, and left alone until what was written has left', () => {
	const pace = new LinePace();
	pace.took(1000, 0, 1000);
	assert.equal(pace.isSlow, true);
	assert.equal(pace.pause, 4000);
	assert.equal(pace.rest(1000), 300);
	assert.equal(pace.rest(5000), 0);
});

test('no line is so slow that the screen stands still for more than 5 s', () => {
	const pace = new LinePace();
	pace.took(100_000, 0, 60_000_000);
	assert.equal(pace.pause, 5000);
	assert.equal(pace.rest(0), 5000);
});

test('a line that becomes fast again is believed little by little', () => {
	const pace = new LinePace();
	pace.took(1000, 0, 1000);
	pace.took(1000, 1000, 1001);
	assert.equal(pace.isSlow, true);
	let writes = 0;
	for (; pace.isSlow; writes++) pace.took(1000, 2000, 2001);
	assert.ok(writes > 20 && writes < 200, `${writes} writes`);
	assert.equal(pace.pause, 0);
});
