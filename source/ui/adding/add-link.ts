import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';

/** Whether a link names a torrent by its hash alone: a magnet link, or an info-hash. */
export function isMagnet(link: string): boolean {
	return /^magnet:/i.test(link) || /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i.test(link);
}

/** Whether a link is one, and no path. */
function isLink(link: string): boolean {
	return /^https?:/i.test(link) || isMagnet(link);
}

/** A link as the engine takes it: paths in full. */
export function fullLink(screen: ScreenContext, typed: string): string {
	const link = pastedLink(typed);
	return isLink(link) ? link : screen.fullPath(link);
}
