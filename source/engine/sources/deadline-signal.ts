import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** A signal that aborts after this time. */
export function deadlineSignal(clock: Clock, delay: Millis): AbortSignal {
	const controller = new AbortController();
	clock.after(delay, () => controller.abort(new Error('no answer in time')));
	return controller.signal;
}
