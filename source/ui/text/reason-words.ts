import {type Reason, reasonText, spanText} from '../../base/reason.js';
import type {Millis} from '../../base/units.js';

const second: Millis = 1000;
const minute: Millis = 60 * second;
const hour: Millis = 60 * minute;

/** How a countdown is told: to the second, or in words that hold for a minute, so that waiting draws nothing. */
export type Countdown = 'exact' | 'rough';

/** What a reason says, and how long it takes until the next try. `wall`: now, in ms since 1970. */
export function reasonWords(reason: Reason, wall: Millis, countdown: Countdown): string {
	const {text, nextAt} = reason;
	const left = nextAt === undefined ? 0 : nextAt - wall;
	if (countdown === 'exact' || left <= 0) return reasonText(reason, wall);
	if (left <= minute) return `${text} (next try within a minute)`;
	return `${text} (next try in ${left <= 2 * hour ? `${Math.ceil(left / minute)} min` : spanText(left / second)})`;
}

/** In how long that says something else; undefined when it will not. */
export function reasonTick(
	{nextAt}: Pick<Reason, 'nextAt'>,
	wall: Millis,
	countdown: Countdown,
): Millis | undefined {
	const left = nextAt === undefined ? 0 : nextAt - wall;
	if (left <= 0) return undefined;
	const after = (step: Millis) => Math.ceil(left % step || step);
	if (countdown === 'exact' && left <= 2 * minute) return after(second);
	if (left <= minute) return Math.ceil(left);
	return left <= 2 * hour ? after(minute) : after(hour);
}
