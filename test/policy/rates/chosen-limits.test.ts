import assert from 'node:assert/strict';
import test from 'node:test';
import type {SlowTime} from '../../../source/base/slow-time.ts';
import {ChosenLimits, type LimitChoices, type LimitName} from '../../../source/policy/rates/chosen-limits.ts';
import {hasTurned} from '../../../source/policy/rates/speed-schedule.ts';

const nothing = {maxDownload: undefined, maxUpload: undefined, slowDownload: 50, slowUpload: 50};

/** One start of an engine with a download limit in its config file, or one that was typed. */
function start(remembered: LimitChoices['limits'], maxDownload?: number, typed: LimitName[] = []) {
	const chosen = new ChosenLimits({...nothing, maxDownload}, new Set(typed));
	chosen.take(remembered);
	return chosen;
}

test('what was chosen by command holds at the next start', () => {
	const first = start({}, 1000);
	assert.equal(first.choose('maxDownload', 300), true);
	assert.equal(first.choose('slowUpload', undefined), true);
	const second = start(first.chosen, 1000);
	assert.deepEqual(second.now, {...nothing, maxDownload: 300, slowUpload: undefined});
	assert.deepEqual(start(second.chosen, 1000).now, second.now);
});

test('a limit changed in the config file since holds, and the choice before it is forgotten', () => {
	const first = start({}, 1000);
	first.choose('maxDownload', 300);
	const second = start(first.chosen, 2000);
	assert.equal(second.now.maxDownload, 2000);
	assert.equal(start(second.chosen, 1000).now.maxDownload, 1000);
});

test('a limit taken out of the config file, or put in, is changed as well', () => {
	const limited = start({}, 1000);
	limited.choose('maxDownload', 300);
	assert.equal(start(limited.chosen).now.maxDownload, undefined);
	const free = start({});
	free.choose('maxDownload', 300);
	assert.equal(start(free.chosen, 1000).now.maxDownload, 1000);
	assert.equal(start(free.chosen).now.maxDownload, 300);
});

test('what was typed for a start holds for that start, and what was chosen before holds again after it', () => {
	const first = start({}, 1000);
	first.choose('maxDownload', 300);
	const second = start(first.chosen, 5000, ['maxDownload']);
	assert.equal(second.now.maxDownload, 5000);
	assert.equal(start(second.chosen, 1000).now.maxDownload, 300);
});

test('a choice made over what was typed holds at the next start, and is tied to the config file found then', () => {
	const typed = start({}, 5000, ['maxDownload']);
	typed.choose('maxDownload', 300);
	const next = start(typed.chosen, 1000);
	assert.equal(next.now.maxDownload, 300);
	assert.equal(start(next.chosen, 1000).now.maxDownload, 300);
	assert.equal(start(next.chosen, 2000).now.maxDownload, 2000);
});

test('choosing what is configured, or what holds already, leaves nothing to remember', () => {
	const chosen = start({}, 1000);
	chosen.choose('maxDownload', 300);
	assert.equal(chosen.choose('maxDownload', 1000), true);
	assert.equal(chosen.choose('maxUpload', undefined), false);
	assert.deepEqual(chosen.chosen, {});
	const typed = start({}, 5000, ['maxDownload']);
	assert.equal(typed.choose('maxDownload', 5000), false);
	assert.deepEqual(typed.chosen, {});
});

test('who takes choices up hears which hold, and whether the memory is not what it was', () => {
	const first = start({}, 1000);
	first.choose('maxDownload', 300);
	first.choose('slowUpload', 7);
	const take = (maxDownload: number) =>
		new ChosenLimits({...nothing, maxDownload}, new Set()).take(first.chosen);
	assert.deepEqual(take(1000), {held: ['maxDownload', 'slowUpload'], changed: false});
	assert.deepEqual(take(2000), {held: ['slowUpload'], changed: true});
});

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A world without daylight saving, whose first moment is a Monday at midnight. */
const minuteOfWeek = (wall: number): number => Math.floor(wall / minute) % (7 * 1440);
const evenings: readonly SlowTime[] = [{days: [0, 1, 2, 3, 4], from: 18 * 60, to: 23 * 60}];

test('slow mode has turned when a time began or ended since, and not before', () => {
	const turned = (from: number, to: number) => hasTurned(evenings, from, to, minuteOfWeek);
	assert.equal(turned(9 * hour, 17 * hour + 59 * minute), false);
	assert.equal(turned(9 * hour, 18 * hour), true);
	assert.equal(turned(19 * hour, 22 * hour), false);
	assert.equal(turned(19 * hour, 23 * hour + 30_000), true);
	// It is as it was, and was not in between.
	assert.equal(turned(9 * hour, day + 9 * hour), true);
	// From Friday night to Monday noon.
	assert.equal(turned(4 * day + 23 * hour, 7 * day + 12 * hour), false);
	assert.equal(turned(4 * day + 23 * hour, 7 * day + 18 * hour), true);
});

test('slow mode has not turned where no time ever begins, nor by a clock that was set back', () => {
	assert.equal(hasTurned([], 0, 400 * day, minuteOfWeek), false);
	assert.equal(hasTurned([{days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 0}], 0, 99 * day, minuteOfWeek), false);
	assert.equal(hasTurned(evenings, 40 * day, 3 * day, minuteOfWeek), false);
});

test('what was taken up before counts no more when something else is taken up', () => {
	const chosen = start({maxDownload: {limit: 300, instead: 1000}}, 1000);
	assert.equal(chosen.now.maxDownload, 300);
	chosen.take({});
	assert.deepEqual(chosen.chosen, {});
	assert.equal(chosen.now.maxDownload, 1000);
});

test('a config file that is read anew changes the limits it says something else of, and leaves the others', () => {
	const chosen = start({}, 1000, ['maxUpload']);
	chosen.choose('maxDownload', 300);
	chosen.choose('slowUpload', 70);
	assert.equal(chosen.configure({...nothing, maxDownload: 1000, maxUpload: 5}), false);
	assert.deepEqual(
		chosen.now,
		{...nothing, maxDownload: 300, slowUpload: 70},
		'what was typed goes on holding',
	);
	assert.equal(chosen.configure({...nothing, maxDownload: 2000}), true);
	assert.deepEqual(chosen.now, {...nothing, maxDownload: 2000, slowUpload: 70});
	assert.equal(start(chosen.chosen, 2000).now.maxDownload, 2000);
	assert.equal(start(chosen.chosen, 2000).now.slowUpload, 70);
});
