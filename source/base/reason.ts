import type {Millis, Seconds} from './units.js';

/** Why something is as it is, or does not move: one sentence a person can act on. */
export interface Reason {
	readonly level: 'info' | 'warn' | 'error';
	readonly text: string;
	/** When what is in the way is tried again, in ms since 1970. It is not in the text, so that waiting is no news. */
	readonly nextAt?: Millis | undefined;
}

/** How long something takes, in words: `40 s`, `9 min`, `3 h`. */
export function spanText(seconds: Seconds): string {
	if (seconds <= 120) return `${Math.max(0, Math.ceil(seconds))} s`;
	return seconds <= 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

/** The sentence, and how long it takes until the next try. `wall`: now, in ms since 1970. */
export function reasonText({text, nextAt}: Reason, wall: Millis): string {
	if (nextAt === undefined) return text;
	return `${text} (next try ${nextAt > wall ? `in ${spanText((nextAt - wall) / 1000)}` : 'now'})`;
}
