import assert from 'node:assert/strict';
import {test} from 'node:test';
import {countdown, duration, percent, quantity, rate, ratio} from '../../../source/ui/text/format.ts';

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

test('says 100 % only when nothing is missing', () => {
	assert.equal(percent(9999, 10_000), '99.9 %');
	assert.equal(percent(10_000, 10_000), '100 %');
	assert.equal(percent(999_999, 1_000_000, 0), '99 %');
});

test('writes times that stay short', () => {
	assert.deepEqual([0, 40, 252, 3723, 90_000, undefined].map(duration), [
		'0:00',
		'0:40',
		'4:12',
		'1:02:03',
		'1 d 1 h',
		'–',
	]);
	assert.deepEqual([40, 119, 1632, 9000].map(countdown), ['0:40', '1:59', '27 min', '3 h']);
	assert.deepEqual([0.123, 12.34, 123.4, Number.POSITIVE_INFINITY].map(ratio), ['0.12', '12.3', '123', '∞']);
});
