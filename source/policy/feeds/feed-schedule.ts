import type {Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

const minute: Millis = 60_000;
/** Nobody is asked more often, whoever wants it. */
export const shortestInterval: Millis = minute;
/** How often a feed is fetched when nobody says otherwise. */
export const usualInterval: Millis = 15 * minute;
/** What a server may ask for at the most. */
const longestWish: Millis = 24 * 60 * minute;
const longestBackoff: Millis = 6 * 60 * minute;
/** So large a part of the time it comes later, by chance: who started together is not to ask together. */
const spread = 0.1;

/** What is known after a feed was fetched, or was not to be had. */
export interface FetchOutcome {
	/** How often its owner wants it; undefined for as often as usual. */
	readonly interval: Millis | undefined;
	/** It asks not to be fetched more often than this. */
	readonly ttl?: Millis | undefined;
	/** How often in a row it was not to be had. */
	readonly failures: number;
	/** Its server asked to wait so long. */
	readonly retryAfter?: Millis | undefined;
}

/** How long from now a feed is fetched again. What its owner says goes before what the feed asks for, and a server's wish to wait before both. */
export function timeToFetch(
	{interval, ttl = 0, failures, retryAfter = 0}: FetchOutcome,
	random: Random,
): Millis {
	const own =
		interval === undefined
			? Math.max(usualInterval, Math.min(ttl, longestWish))
			: Math.max(interval, shortestInterval);
	const backoff =
		failures === 0 ? own : Math.max(own, Math.min(longestBackoff, own * 2 ** Math.min(failures - 1, 10)));
	const least = Math.max(backoff, Math.min(retryAfter, longestWish));
	return Math.round(least * (1 + spread * random.next()));
}

/** How long `Retry-After` asks to wait: seconds, or a date. RFC 9110. Undefined when it says nothing. */
export function retryAfter(header: string | undefined, wall: Millis): Millis | undefined {
	const text = header?.trim() ?? '';
	if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
	const at = text === '' ? Number.NaN : Date.parse(text);
	return Number.isFinite(at) && at > wall ? at - wall : undefined;
}
