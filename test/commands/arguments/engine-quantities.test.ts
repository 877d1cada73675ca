import assert from 'node:assert/strict';
import test from 'node:test';
import {
	countOrNone,
	parseSlowTime,
	rateOrNone,
} from '../../../source/commands/arguments/engine-quantities.ts';

test('slow times are read with and without days', () => {
	assert.deepEqual(parseSlowTime('08:00-18:30', '--slow-times'), {
		days: [0, 1, 2, 3, 4, 5, 6],
		from: 480,
		to: 1110,
	});
	assert.deepEqual(parseSlowTime('Mon-Fri 22:00 - 6:00', '-'), {days: [0, 1, 2, 3, 4], from: 1320, to: 360});
	assert.deepEqual(parseSlowTime('sat-mon,wed 00:00-24:00', '-'), {days: [0, 2, 5, 6], from: 0, to: 0});
});

test('slow times may have limits of their own, or let nothing move', () => {
	assert.deepEqual(parseSlowTime('sun 22:00-06:00 down=1M UP=none', '-'), {
		days: [6],
		from: 1320,
		to: 360,
		maxDownload: 1_048_576,
		maxUpload: null,
	});
	assert.equal(parseSlowTime('10:00-12:00 stop', '-').stop, true);
	for (const zero of ['0', '0K', '0.0M/s'])
		assert.throws(() => parseSlowTime(`10:00-12:00 down=${zero}`, '-'), /write stop for nothing at all/);
	assert.throws(() => parseSlowTime('10:00-12:00 down=fast', '-'), /is not a rate/);
});

for (const wrong of [
	'',
	'8-18',
	'25:00-26:00',
	'08:60-09:00',
	'someday 08:00-09:00',
	'mon-tue-wed 08:00-09:00',
	'24:00-01:00',
	'08:00-09:00 halt',
	'stop',
]) {
	test(`${JSON.stringify(wrong)} is no slow time, in one clear line`, () => {
		assert.throws(
			() => parseSlowTime(wrong, '--slow-times'),
			/^UserError: --slow-times: .* is not a time such as/,
		);
	});
}

test('none is a rate and a count, and not the same as nothing', () => {
	assert.equal(rateOrNone('none', '-'), null);
	assert.equal(rateOrNone('500K', '-'), 512_000);
	assert.equal(countOrNone('none', '-'), null);
	assert.equal(countOrNone('3', '-'), 3);
	assert.throws(() => countOrNone('0', '-'), /from 1 to/);
});
