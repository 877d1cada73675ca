import {isMagnet} from '../../base/magnet-text.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';

/** Whether a link is one, and no path. */
function isLink(link: string): boolean {
	return /^https?:/i.test(link) || isMagnet(link);
}

/** A link as the engine takes it: paths in full. */
export function fullLink(screen: ScreenContext, typed: string): string {
	const link = pastedLink(typed);
	return isLink(link) ? link : screen.fullPath(link);
}
