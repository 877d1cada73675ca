import type {Millis} from '../../base/units.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** Nobody answers a question sooner than they have seen it; a key that comes within this time was meant for something else. */
const seenAfter: Millis = 600;

/** The dialog that is open now came by itself, amidst whatever somebody was doing: it takes keys when it can have been seen. */
export function cameUnasked(screen: ScreenContext): void {
	const {dialog} = screen.state().view;
	if (dialog) screen.setView({unasked: {dialog, until: screen.clock.now() + seenAfter}});
}

/** Whether a key comes too soon to be meant for the dialog that is open. */
export function isTooSoon(screen: ScreenContext): boolean {
	const {dialog, unasked} = screen.state().view;
	return dialog !== undefined && dialog === unasked?.dialog && screen.clock.now() < unasked.until;
}
