import type {BytesPerSecond} from './units.js';

/** A time of day, on some days, in which the limits of slow mode hold, or others, or nothing moves at all. */
export interface SlowTime {
	/** 0 is Monday, 6 Sunday: the days on which it begins. */
	readonly days: readonly number[];
	/** Minutes since midnight, 0 .. 1439. It goes on past midnight when `to` is not after `from`. */
	readonly from: number;
	readonly to: number;
	/** Instead of slow mode's own; null is no limit. */
	readonly maxDownload?: BytesPerSecond | null;
	readonly maxUpload?: BytesPerSecond | null;
	/** Torrents wait until it is over. */
	readonly stop?: boolean;
}

const day = 1440;
const week = 7 * day;
const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/**
 * The time that holds at a minute of the week, counted from Monday 00:00 by the wall clock: 0 .. 10079. Of several the
 * first of the list.
 */
export function slowTimeAt(slowTimes: readonly SlowTime[], wallMinutesOfWeek: number): SlowTime | undefined {
	return slowTimes.find(({days, from, to}) => {
		const length = to > from ? to - from : to - from + day;
		return days.some(start => (wallMinutesOfWeek - start * day - from + 2 * week) % week < length);
	});
}

/** A minute of the day as people write it: `06:30`. */
export function clockTime(minuteOfDay: number): string {
	const two = (value: number): string => String(value).padStart(2, '0');
	return `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
}

/** Days as people write them: `mon-fri,sun`; empty for all of them. */
function dayText(days: readonly number[]): string {
	const runs: Array<[first: number, last: number]> = [];
	for (const each of [...new Set(days)].sort((one, other) => one - other)) {
		const last = runs.at(-1);
		if (last?.[1] === each - 1) last[1] = each;
		else runs.push([each, each]);
	}
	if (runs[0]?.[0] === 0 && runs[0][1] === 6) return '';
	return runs
		.map(([first, last]) => (first === last ? dayNames[first] : `${dayNames[first]}-${dayNames[last]}`))
		.join(',');
}

function limitText(name: string, rate: BytesPerSecond | null | undefined): readonly string[] {
	if (rate === undefined) return [];
	if (rate === null) return [`${name}=none`];
	const units = ['', 'K', 'M', 'G'];
	let value = rate;
	let unit = 0;
	for (; unit < 3 && value >= 1024 && value % 1024 === 0; unit += 1) value /= 1024;
	return [`${name}=${value}${units[unit]}`];
}

/** A time as settings have it: `mon-fri 22:30-06:00 down=1M up=none`, `sat,sun 10:00-12:00 stop`. */
export function slowTimeText({days, from, to, stop, maxDownload, maxUpload}: SlowTime): string {
	return [
		dayText(days),
		`${clockTime(from)}-${clockTime(to)}`,
		...limitText('down', maxDownload),
		...limitText('up', maxUpload),
		stop ? 'stop' : '',
	]
		.filter(part => part !== '')
		.join(' ');
}
