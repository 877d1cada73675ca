import assert from 'node:assert/strict';
import {test} from 'node:test';
import {limitWithUnit, quantity, rate, rateWithUnit, sizeText} from '../../source/base/quantity-text.ts';

test('writes quantities in three digits that never take more than six cells', () => {
	for (const [value, text] of [
		[0, '0'],
		[999, '999'],
		[1000, '0.98 K'],
		[1024 * 1.5, '1.50 K'],
		[1024 * 99.99, '100 K'],
		[1024 ** 2 * 999, '999 M'],
		[1024 ** 2 * 999.7, '0.98 G'],
		[1024 ** 3 * 4.64, '4.64 G'],
	] as const) {
		assert.equal(quantity(value), text);
	}
	for (let value = 1; value < 2 ** 60; value = value * 1.7 + 1)
		assert.ok(quantity(value).length <= 6, quantity(value));
	assert.equal(rate(12.34 * 1024 ** 2), '12 M');
	assert.equal(rate(100), '0');
});

test('a size in a sentence has its unit, bytes too', () => {
	assert.deepEqual([0, 999, 1000, 12_345, 2 ** 30, 2.5e15].map(sizeText), [
		'0 B',
		'999 B',
		'0.98 K',
		'12.1 K',
		'1.00 G',
		'2.22 P',
	]);
});

test('a limit is written as the speed that it allows, and truly where that is next to nothing', () => {
	for (const limit of [50 * 1024, 60 * 1024, 1.25 * 1024 ** 2, 3 * 1024 ** 3])
		assert.equal(limitWithUnit(limit), rateWithUnit(limit));
	assert.deepEqual([0, 1, 400, 999, 1000, 1024, 61_440].map(limitWithUnit), [
		'0 B/s',
		'1 B/s',
		'400 B/s',
		'999 B/s',
		'1.0 K/s',
		'1.0 K/s',
		'60 K/s',
	]);
});
