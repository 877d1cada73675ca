import type {TrackerView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {countdown} from '../text/format.js';
import {pageUrl} from '../text/link-url.js';
import {terminalText} from '../text/text.js';

const kinds = {dht: 'DHT', pex: 'PEX', lsd: 'local network'} as const;

/** What a source of peers is called. */
export function trackerName(tracker: TrackerView): string {
	if (tracker.kind === 'web')
		return `web ${terminalText(tracker.url.replace(/^http:\/\//, '').replace(/^(https:\/\/)?[^/@]*@/, '$1'))}`;
	return tracker.kind === 'tracker'
		? terminalText(
				tracker.url
					.replace(/\/announce(?:\.php)?$/, '')
					.replace(/^https?:\/\//, '')
					.replace(/^udp:\/\//, 'udp '),
			)
		: kinds[tracker.kind];
}

/** The page of whoever runs a tracker: never the announce URL itself, which may let somebody in. */
export function trackerSite({kind, url}: TrackerView): string | undefined {
	const [site] = kind === 'tracker' ? (/^https?:\/\/[^/?#@\s]+(?=[/?#]|$)/i.exec(url) ?? []) : [];
	return site === undefined ? undefined : pageUrl(`${site}/`);
}

/** What the pane's title says at its right end. */
export function trackersTitle(trackers: readonly TrackerView[] | undefined): string {
	const real = trackers?.filter(tracker => tracker.kind === 'tracker') ?? [];
	if (real.length === 0) return '';
	return `${real.filter(tracker => tracker.state === 'working').length} of ${real.length} work`;
}

/** When a tracker is asked again, as a countdown. `wall`: now, in ms since 1970. */
export function nextText({state, nextAt}: TrackerView, wall: Millis): string {
	if (state === 'announcing') return 'now';
	return nextAt === undefined ? '' : countdown(Math.ceil((nextAt - wall) / 1000));
}

/** In how long one of the countdowns says something else; undefined when none runs. */
export function nextTick(trackers: readonly TrackerView[], wall: Millis): Millis | undefined {
	const waits = trackers.flatMap(({state, nextAt = 0}) =>
		state === 'announcing' || nextAt <= wall ? [] : [nextAt - wall],
	);
	if (waits.length === 0) return undefined;
	// Below two minutes it counts seconds, above that it is rounded to minutes.
	const ticks = waits.map(left =>
		left <= 119_000 ? left % 1000 || 1000 : Math.min(left - 119_000, (left - 29_000) % 60_000 || 60_000),
	);
	return Math.ceil(Math.min(...ticks));
}
