import {clockTime, type SlowTime, slowTimeAt} from '../../base/slow-time.js';
import type {BytesPerSecond, Millis} from '../../base/units.js';

/** Speed limits; undefined is none. */
export interface SpeedLimits {
	readonly maxDownload: BytesPerSecond | undefined;
	readonly maxUpload: BytesPerSecond | undefined;
}

const day = 1440;
const week = 7 * day;
const minute: Millis = 60_000;

/** The limits that hold in a time: its own, and slow mode's where it has none. */
export function limitsIn({maxDownload, maxUpload}: SlowTime, slow: SpeedLimits): SpeedLimits {
	return {
		maxDownload: maxDownload === undefined ? slow.maxDownload : (maxDownload ?? undefined),
		maxUpload: maxUpload === undefined ? slow.maxUpload : (maxUpload ?? undefined),
	};
}

/** When a time ends, as people write it: `06:30`. */
export function endOf({to}: SlowTime): string {
	return clockTime(to);
}

/** How many minutes until the limits may change; undefined when they never do. */
export function minutesToChange(
	slowTimes: readonly SlowTime[],
	wallMinutesOfWeek: number,
): number | undefined {
	let soonest: number | undefined;
	for (const {days, from, to} of slowTimes) {
		for (const start of days) {
			for (const edge of [from, to > from ? to : to + day]) {
				const minutes = (start * day + edge - wallMinutesOfWeek + 2 * week) % week || week;
				soonest = Math.min(soonest ?? week, minutes);
			}
		}
	}
	return soonest;
}

/**
 * Whether a time has begun or ended since `from`: two moments by the wall clock, in milliseconds.
 *
 * @param minuteOfWeek of a moment, counted from Monday 00:00 where the person is
 */
export function hasTurned(
	slowTimes: readonly SlowTime[],
	from: Millis,
	to: Millis,
	minuteOfWeek: (wall: Millis) => number,
): boolean {
	const before = slowTimeAt(slowTimes, minuteOfWeek(from));
	// After a week everything has been seen; what comes then comes again.
	const end = Math.min(to, from + week * minute);
	for (let at = from; at < end; ) {
		const next = minutesToChange(slowTimes, minuteOfWeek(at));
		if (next === undefined) return false;
		// A day may have an hour more or less than the week counts with.
		at = Math.min(end, at - (at % minute) + Math.min(next, 60) * minute);
		if (slowTimeAt(slowTimes, minuteOfWeek(at)) !== before) return true;
	}
	return false;
}

/**
 * How many minutes until slow mode comes or goes by itself; undefined when it never does. What a person has turned by
 * hand holds until the next time begins or ends, even one that follows another.
 */
export function minutesToTurn(
	slowTimes: readonly SlowTime[],
	wallMinutesOfWeek: number,
	isByHand: boolean,
): number | undefined {
	const before = slowTimeAt(slowTimes, wallMinutesOfWeek);
	for (let passed = 0; passed < week; ) {
		const next = minutesToChange(slowTimes, (wallMinutesOfWeek + passed) % week);
		if (next === undefined) return undefined;
		passed += next;
		const then = slowTimeAt(slowTimes, (wallMinutesOfWeek + passed) % week);
		if (isByHand ? then !== before : (then === undefined) !== (before === undefined)) return passed;
	}
	return undefined;
}
