import assert from 'node:assert/strict';
import {test} from 'node:test';
import {countdown, duration, percent, ratio} from '../../../source/ui/text/format.ts';

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
