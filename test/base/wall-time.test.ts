import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Clock} from '../../source/base/ports.ts';
import {WallTime} from '../../source/base/wall-time.ts';

function clocks(): {clock: Clock; is: {now: number; wall: number}} {
	const is = {now: 1000, wall: 5_000_000};
	return {clock: {now: () => is.now, wall: () => is.wall} as Clock, is};
}

test('a time of the clock is the same time of the day whenever it is asked for, though the two drift', () => {
	const {clock, is} = clocks();
	const wallTime = new WallTime(clock);
	assert.equal(wallTime.of(31_000), 5_030_000);
	for (let step = 1; step < 100; step++) {
		is.now += 777.7;
		is.wall += 780;
		assert.equal(wallTime.of(31_000), 5_030_000);
	}
});

test('when the machine’s date was set it goes by the new one', () => {
	const {clock, is} = clocks();
	const wallTime = new WallTime(clock);
	wallTime.of(0);
	is.wall += 3_600_000;
	assert.equal(wallTime.of(31_000), 8_630_000);
});
