import type {Millis} from '../../base/units.js';
import type {Dialog} from '../model/dialog.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** Nobody answers a question sooner than they have seen it; a key that comes within this time was meant for something else. */
const seenAfter: Millis = 600;

/**
 * The dialog that is open now takes keys when it can have been seen: it came by itself, amidst whatever somebody was doing.
 */
export function cameUnasked(screen: ScreenContext): void {
	const {dialog} = screen.state().view;
	if (dialog) screen.setView({unasked: {dialog, until: screen.clock.now() + seenAfter, takes: []}});
}

/**
 * Opens a question of which an answer cannot be taken back. The key that asks it may be a letter of a word, or meant for
 * another list: the next one answers only when the question can have been seen. Esc leaves it at any time.
 */
export function askWhenSeen(screen: ScreenContext, dialog: Dialog): void {
	screen.setDialog(dialog);
	screen.setView({unasked: {dialog, until: screen.clock.now() + seenAfter, takes: ['esc']}});
}

/** Whether a key comes too soon to be meant for the dialog that is open. */
export function isTooSoon(screen: ScreenContext, key: string): boolean {
	const {dialog, unasked} = screen.state().view;
	if (dialog === undefined || dialog !== unasked?.dialog || screen.clock.now() >= unasked.until) return false;
	return !unasked.takes.includes(key);
}
