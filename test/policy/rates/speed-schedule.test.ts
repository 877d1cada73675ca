import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SlowTime} from '../../../source/base/slow-time.ts';
import {slowTimeAt} from '../../../source/base/slow-time.ts';
import {endOf, hasTurned, limitsIn, minutesToTurn} from '../../../source/policy/rates/speed-schedule.ts';

const work: SlowTime = {days: [0, 1, 2, 3, 4], from: 8 * 60, to: 18 * 60, maxDownload: 1000};
const lunch: SlowTime = {days: [0, 1, 2, 3, 4], from: 12 * 60, to: 13 * 60, maxUpload: null};
const night: SlowTime = {days: [5, 6], from: 22 * 60, to: 6 * 60, stop: true};
const at = (day: number, hour: number, minute = 0) => day * 1440 + hour * 60 + minute;

test('of several times the first of the list holds', () => {
	const times = [lunch, work, night];
	assert.equal(slowTimeAt(times, at(0, 11, 59)), work);
	assert.equal(slowTimeAt(times, at(0, 12)), lunch);
	assert.equal(slowTimeAt(times, at(0, 13)), work);
	assert.equal(slowTimeAt([work, lunch], at(0, 12)), work);
	assert.equal(slowTimeAt(times, at(5, 12)), undefined);
	// From Sunday night into Monday.
	assert.equal(slowTimeAt(times, at(0, 5, 59)), night);
	assert.equal(slowTimeAt(times, at(0, 6)), undefined);
});

test('a time has its own limits, and those of slow mode where it says nothing', () => {
	const slow = {maxDownload: 50, maxUpload: 40};
	assert.deepEqual(limitsIn(work, slow), {maxDownload: 1000, maxUpload: 40});
	assert.deepEqual(limitsIn(lunch, slow), {maxDownload: 50, maxUpload: undefined});
	assert.deepEqual(limitsIn(night, slow), slow);
	assert.deepEqual([work, night].map(endOf), ['18:00', '06:00']);
});

test('one time that follows another is a turn, too', () => {
	const minuteOfWeek = (wall: number) => (wall / 60_000) % 10_080;
	const turned = (from: number, to: number) =>
		hasTurned([lunch, work], from * 60_000, to * 60_000, minuteOfWeek);
	assert.equal(turned(at(0, 9), at(0, 11)), false);
	assert.equal(turned(at(0, 9), at(0, 12)), true);
	assert.equal(turned(at(0, 12, 30), at(0, 12, 59)), false);
	assert.equal(turned(at(0, 12, 30), at(0, 13)), true);
	assert.equal(turned(at(0, 19), at(1, 7)), false);
});

test('it is known when slow mode goes by itself, over times that follow each other', () => {
	const morning: SlowTime = {...work, from: 6 * 60, to: 8 * 60};
	assert.equal(minutesToTurn([work], at(0, 9), false), 9 * 60);
	assert.equal(minutesToTurn([morning, work], at(0, 7), false), 11 * 60);
	// What was turned by hand holds until the next of them begins.
	assert.equal(minutesToTurn([morning, work], at(0, 7), true), 60);
	assert.equal(minutesToTurn([work], at(5, 0), true), 2 * 1440 + 8 * 60);
	const always: SlowTime = {days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 0};
	assert.equal(minutesToTurn([always], at(3, 3), false), undefined);
	assert.equal(minutesToTurn([], 0, true), undefined);
});
