import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type SlowTime, slowTimeAt, slowTimeText} from '../../../source/base/slow-time.ts';
import {
	isFiner,
	isSamePaint,
	paintedWeek,
	timesOf,
	usualSlots,
	withPaint,
} from '../../../source/ui/model/painted-week.ts';
import {seeded} from '../../helpers/fake-engine.ts';

const everyDay = [0, 1, 2, 3, 4, 5, 6];
const texts = (times: readonly SlowTime[]) => times.map(slowTimeText);

/** What holds at each half hour of the week. */
function held(times: readonly SlowTime[]): readonly string[] {
	return Array.from({length: 336}, (_, slot) => {
		const {stop, maxDownload, maxUpload} = slowTimeAt(times, slot * 30) ?? {days: [], from: 0, to: 0};
		return String([slowTimeAt(times, slot * 30) !== undefined, stop === true, maxDownload, maxUpload]);
	});
}

test('nights painted for every day are one time, also past midnight and past Sunday', () => {
	const week = withPaint(paintedWeek([]), usualSlots('nights'), () => ({}));
	assert.deepEqual(texts(timesOf(week)), ['23:00-07:00']);
	const work = withPaint(paintedWeek([]), usualSlots('work'), () => ({maxUpload: 51_200, maxDownload: null}));
	assert.deepEqual(texts(timesOf(work)), ['mon-fri 08:00-18:00 down=none up=50K']);
	const all = withPaint(paintedWeek([]), usualSlots('all'), () => ({stop: true}));
	assert.deepEqual(texts(timesOf(all)), ['00:00-00:00 stop']);
	assert.deepEqual(timesOf(paintedWeek([])), []);
});

test('a time longer than a day is split at midnight, and a whole day is one time', () => {
	const weekend = Array.from({length: 112}, (_, at) => (4 * 48 + 44 + at) % 336);
	const times = timesOf(withPaint(paintedWeek([]), weekend, () => ({})));
	assert.deepEqual(texts(times), ['fri 22:00-00:00', 'sat-sun 00:00-00:00', 'mon 00:00-06:00']);
	const day = Array.from({length: 48}, (_, at) => 48 + 20 + at);
	assert.deepEqual(texts(timesOf(withPaint(paintedWeek([]), day, () => ({})))), ['tue 10:00-10:00']);
});

test('times that are painted and written again hold what they held, whatever they are', () => {
	const random = seeded(7);
	const pick = (bound: number) => Math.floor(random() * bound);
	for (let round = 0; round < 300; round++) {
		const times = Array.from({length: 1 + pick(5)}, (): SlowTime => {
			const days = everyDay.filter(() => random() < 0.5);
			const limits = [{}, {stop: true}, {maxDownload: null}, {maxUpload: 1024, maxDownload: 0}][pick(4)];
			return {days: days.length > 0 ? days : [pick(7)], from: pick(48) * 30, to: pick(48) * 30, ...limits};
		});
		const again = timesOf(paintedWeek(times));
		assert.deepEqual(held(again), held(times), JSON.stringify(times));
		assert.deepEqual(timesOf(paintedWeek(again)), again);
	}
});

test('times between half hours are known as such', () => {
	assert.equal(isFiner([{days: everyDay, from: 90, to: 0}]), false);
	assert.equal(isFiner([{days: everyDay, from: 90, to: 375}]), true);
	assert.equal(isSamePaint({}, undefined), false);
	assert.equal(isSamePaint({maxDownload: null}, {}), false);
	assert.equal(isSamePaint({stop: true}, {stop: true}), true);
});
