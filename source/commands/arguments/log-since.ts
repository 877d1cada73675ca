import {UserError} from '../../base/errors.js';
import {parseDuration} from '../../base/quantities.js';
import type {Millis} from '../../base/units.js';

/**
 * Reads a moment in the past, in local time: so long ago (`10m`, `2h`), a time of the last 24 hours (`14:30`, `14:30:05`), a
 * day (`2026-11-20`), or both.
 *
 * @param now milliseconds since 1970
 * @throws {UserError} for anything else
 */
export function logSince(text: string, now: Millis): Millis {
	const plain = text.trim();
	const time = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(plain);
	if (time !== null) {
		const [hours, minutes, seconds] = [time[1], time[2], time[3] ?? 0].map(Number) as [
			number,
			number,
			number,
		];
		if (hours < 24 && minutes < 60 && seconds < 60) {
			const moment = new Date(now);
			moment.setHours(hours, minutes, seconds, 0);
			if (moment.getTime() > now) moment.setDate(moment.getDate() - 1);
			return moment.getTime();
		}
	}
	const length = parseDuration(plain);
	if (length !== undefined) return now - length * 1000;
	const day = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?(Z?)$/.exec(plain);
	const moment = day === null ? Number.NaN : Date.parse(`${day[1]}T${day[2] ?? '00:00'}${day[3]}`);
	if (!Number.isNaN(moment)) return moment;
	throw new UserError(
		'bad-value',
		`--since: ${text} is not a time such as 10m, 14:30 or '2026-11-20 14:30'`,
		2,
	);
}
