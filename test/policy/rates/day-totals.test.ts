import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DayTotals} from '../../../source/policy/rates/day-totals.ts';

const noon = Date.UTC(2026, 10, 20, 12);
const day = 86_400_000;

test('what was moved is summed by day, for today, 7 days and 30', () => {
	const totals = new DayTotals();
	for (let ago = 40; ago >= 0; ago--) totals.add(noon - ago * day, 0, 100, 10);
	totals.add(noon, 0, 5, 0);
	assert.deepEqual(totals.recent(noon, 0), {
		today: {downloaded: 105, uploaded: 10},
		week: {downloaded: 705, uploaded: 70},
		month: {downloaded: 3005, uploaded: 300},
	});
	assert.equal(totals.export().length, 30);
	assert.deepEqual(totals.recent(noon + day, 0).today, {downloaded: 0, uploaded: 0});
	assert.equal(totals.recent(noon + day, 0).week.downloaded, 605);
});

test('a day ends at midnight of the place, not of UTC', () => {
	const totals = new DayTotals();
	// 23:30 and 00:30 in a place an hour before UTC.
	totals.add(Date.UTC(2026, 10, 20, 22, 30), -60, 7, 0);
	totals.add(Date.UTC(2026, 10, 20, 23, 30), -60, 9, 0);
	assert.equal(totals.recent(Date.UTC(2026, 10, 20, 23, 45), -60).today.downloaded, 9);
	assert.equal(totals.recent(Date.UTC(2026, 10, 20, 22, 45), -60).today.downloaded, 7);
});

test('days are the same after a restart, and what is damaged is left out', () => {
	const totals = new DayTotals();
	for (let ago = 3; ago >= 0; ago--) totals.add(noon - ago * day, 0, ago + 1, 1);
	const again = DayTotals.from(JSON.parse(JSON.stringify(totals.export())));
	assert.deepEqual(again.recent(noon, 0), totals.recent(noon, 0));
	for (const bad of [
		undefined,
		null,
		5,
		'x',
		{},
		[1],
		[['a']],
		[[1.5, 2, 3]],
		[[-1, 2, 3]],
		[[20_000, null, 3]],
	])
		assert.deepEqual(DayTotals.from(bad).export(), []);
});
