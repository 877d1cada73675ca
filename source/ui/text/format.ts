import type {Millis, Seconds} from '../../base/units.js';

// How quantities are written is the same for the engine's sentences.
export {limitWithUnit, quantity, rate, rateWithUnit, size} from '../../base/quantity-text.js';

/** How long: `0:40`, `4:12`, `1:02:03`, `3 d 4 h`, `–` when not known. At most 8 cells. */
export function duration(seconds: Seconds | undefined): string {
	if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return '–';
	const total = Math.round(seconds);
	if (total >= 100 * 86_400) return '> 100 d';
	if (total >= 86_400) return `${Math.floor(total / 86_400)} d ${Math.floor((total % 86_400) / 3600)} h`;
	const two = (value: number) => String(value).padStart(2, '0');
	if (total >= 3600)
		return `${Math.floor(total / 3600)}:${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
	return `${Math.floor(total / 60)}:${two(total % 60)}`;
}

/** A countdown that changes once a minute until two minutes are left: `27 min`, `1:40`, `0:12`. */
export function countdown(seconds: Seconds | undefined): string {
	if (seconds === undefined) return '–';
	if (seconds >= 7200) return `${Math.round(seconds / 3600)} h`;
	if (seconds >= 120) return `${Math.round(seconds / 60)} min`;
	return duration(Math.max(0, seconds));
}

/** How long ago, or for how long: `now`, `9 min`, `2 h`, `5 d`. At most 6 cells. */
export function age(time: Millis): string {
	const minutes = Math.floor(time / 60_000);
	if (!Number.isFinite(minutes) || minutes < 1) return 'now';
	if (minutes < 60) return `${minutes} min`;
	return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.min(9999, Math.floor(minutes / 1440))} d`;
}

/** `71.3 %`; `100 %` only when nothing is missing. At most 6 cells. */
export function percent(part: number, whole: number, decimals: 0 | 1 = 1): string {
	if (whole <= 0 || part >= whole) return '100 %';
	const factor = decimals === 1 ? 10 : 1;
	const value = Math.floor((Math.max(0, part) / whole) * 100 * factor) / factor;
	return `${value.toFixed(decimals)} %`;
}

/** A ratio: `0.12`, `12.3`, `123`. At most 4 cells below 10,000. */
export function ratio(value: number): string {
	if (!Number.isFinite(value)) return '∞';
	return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}

/** Time of day: `14:02:11`. `offset` is minutes to take from UTC, as `Date#getTimezoneOffset` has it. */
export function timeOfDay(at: Millis, offset: number): string {
	return new Date(at - offset * 60_000).toISOString().slice(11, 19);
}

/** Day and time: `2026-11-20 14:02`. */
export function dayAndTime(at: Millis, offset: number): string {
	return new Date(at - offset * 60_000).toISOString().slice(0, 16).replace('T', ' ');
}

/** `1 peer`, `2 peers`. */
export function count(value: number, one: string, many = `${one}s`): string {
	return `${value} ${value === 1 ? one : many}`;
}
