import {type SlowTime, slowTimeAt} from '../../base/slow-time.js';

/** Half hours of a day, each painted by itself. */
export const slotsPerDay = 48;
const slotsPerWeek = 7 * slotsPerDay;
const slotMinutes = 30;

/** What holds in a painted half hour: slow mode's limits, others, or nothing moves. */
export type Paint = Pick<SlowTime, 'stop' | 'maxDownload' | 'maxUpload'>;

/** A week of half hours, from Monday 00:00: what holds in each; undefined where nothing is slow. */
export type PaintedWeek = ReadonlyArray<Paint | undefined>;

/** Two paints that are the same have the same key. */
function paintKey(paint: Paint | undefined): string {
	if (paint === undefined) return '';
	const {stop = false, maxDownload, maxUpload} = paint;
	return JSON.stringify([stop, maxDownload ?? String(maxDownload), maxUpload ?? String(maxUpload)]);
}

/** Whether the same holds. */
export function isSamePaint(one: Paint | undefined, other: Paint | undefined): boolean {
	return paintKey(one) === paintKey(other);
}

function paintOf({stop, maxDownload, maxUpload}: SlowTime): Paint {
	return {
		...(stop && {stop}),
		...(maxDownload !== undefined && {maxDownload}),
		...(maxUpload !== undefined && {maxUpload}),
	};
}

/** The week of these times: a half hour has what holds in its middle. */
export function paintedWeek(slowTimes: readonly SlowTime[]): PaintedWeek {
	return Array.from({length: slotsPerWeek}, (_, slot) => {
		const time = slowTimeAt(slowTimes, slot * slotMinutes + slotMinutes / 2);
		return time && paintOf(time);
	});
}

/** Whether times begin or end between half hours: painting moves them to whole ones. */
export function isFiner(slowTimes: readonly SlowTime[]): boolean {
	return slowTimes.some(({from, to}) => from % slotMinutes !== 0 || to % slotMinutes !== 0);
}

/** Half hours that follow each other, round the week, and hold the same. */
interface Run {
	readonly from: number;
	readonly length: number;
	readonly paint: Paint;
}

function runsOf(week: PaintedWeek): readonly Run[] {
	const keys = week.map(paintKey);
	const begin = keys.findIndex((key, slot) => key !== keys.at(slot - 1));
	// The same all week long.
	if (begin < 0) return week[0] ? [{from: 0, length: slotsPerWeek, paint: week[0]}] : [];
	const runs: Run[] = [];
	for (let passed = 0; passed < slotsPerWeek; ) {
		const from = (begin + passed) % slotsPerWeek;
		let length = 1;
		while (passed + length < slotsPerWeek && keys[(from + length) % slotsPerWeek] === keys[from]) length++;
		const paint = week[from];
		if (paint) runs.push({from, length, paint});
		passed += length;
	}
	return runs;
}

/** A run in parts of a day at most; only the first and last of several are no whole days. */
function dayParts({from, length, paint}: Run): readonly Run[] {
	if (length <= slotsPerDay) return [{from, length, paint}];
	const parts: Run[] = [];
	for (let passed = 0; passed < length; ) {
		const at = (from + passed) % slotsPerWeek;
		const part = Math.min(length - passed, slotsPerDay - (at % slotsPerDay));
		parts.push({from: at, length: part, paint});
		passed += part;
	}
	return parts;
}

/** The times of a painted week: no two of them hold at once, and days that are alike share one. */
export function timesOf(week: PaintedWeek): readonly SlowTime[] {
	const times = new Map<string, {readonly days: number[]; readonly time: Omit<SlowTime, 'days'>}>();
	for (const {from, length, paint} of runsOf(week).flatMap(dayParts)) {
		const day = Math.floor(from / slotsPerDay);
		const begin = (from % slotsPerDay) * slotMinutes;
		const end = ((from + length) % slotsPerDay) * slotMinutes;
		const key = `${begin}-${end} ${paintKey(paint)}`;
		const known = times.get(key);
		if (known) known.days.push(day);
		else times.set(key, {days: [day], time: {from: begin, to: end, ...paint}});
	}
	return [...times.values()].map(({days, time}) => ({days: days.sort((one, other) => one - other), ...time}));
}

/** The week with some half hours painted otherwise. */
export function withPaint(
	week: PaintedWeek,
	slots: Iterable<number>,
	change: (before: Paint | undefined) => Paint | undefined,
): PaintedWeek {
	const result = [...week];
	for (const slot of slots) result[slot] = change(result[slot]);
	return result;
}

/** The hours of every night, from 23 to 7; of working days, from 8 to 18; or of the whole week: as half hours. */
export function usualSlots(which: 'nights' | 'work' | 'all'): ReadonlySet<number> {
	const slots = new Set<number>();
	for (let slot = 0; slot < slotsPerWeek; slot++) {
		const hour = Math.floor((slot % slotsPerDay) / 2);
		const day = Math.floor(slot / slotsPerDay);
		const isNight = hour >= 23 || hour < 7;
		const isWork = day < 5 && hour >= 8 && hour < 18;
		if (which === 'all' || (which === 'nights' ? isNight : isWork)) slots.add(slot);
	}
	return slots;
}
