import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SmoothedRate} from '../../../source/policy/rates/smoothed-rate.ts';

test('a steady sender is ranked by its rate, however often one looks', () => {
	for (const gap of [100, 1000, 10_000]) {
		const rate = new SmoothedRate(0);
		let now = 0;
		for (; now < 60_000; now += gap) rate.rate(now * 5, now);
		const at = rate.rate(now * 5, now);
		assert.ok(Math.abs(at - 5000) < 20, `${at}`);
	}
});

test('one block more or less changes little, and who stopped giving is forgotten within a minute', () => {
	const rate = new SmoothedRate(0);
	let total = 0;
	let now = 0;
	const seen: number[] = [];
	// A block every six seconds, looked at every second.
	for (; now < 90_000; now += 1000) {
		if (now % 6000 === 0) total += 16_384;
		seen.push(rate.rate(total, now));
	}
	const late = seen.slice(40);
	assert.ok(
		Math.min(...late) > 1900 && Math.max(...late) < 3700,
		`${Math.min(...late)} .. ${Math.max(...late)}`,
	);
	assert.ok(rate.rate(total, now + 60_000) < 10);
});

test('a newcomer is believed what it gave, but only in time', () => {
	const rate = new SmoothedRate(1000);
	assert.equal(rate.rate(0, 1000), 0);
	const soon = rate.rate(100_000, 11_000);
	assert.ok(soon > 6000 && soon < 6500, `${soon}`);
	assert.ok(rate.rate(400_000, 41_000) > 9500);
});
