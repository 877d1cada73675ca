import type {TrackerView} from '../../api/snapshot.js';
import {safeText} from '../text/text.js';

const kinds = {dht: 'DHT', pex: 'PEX', lsd: 'local network'} as const;

/** What a source of peers is called. */
export function trackerName(tracker: TrackerView): string {
	return tracker.kind === 'tracker'
		? safeText(
				tracker.url
					.replace(/\/announce(?:\.php)?$/, '')
					.replace(/^https?:\/\//, '')
					.replace(/^udp:\/\//, 'udp '),
			)
		: kinds[tracker.kind];
}

/** What the pane's title says at its right end. */
export function trackersTitle(trackers: readonly TrackerView[] | undefined): string {
	const real = trackers?.filter(tracker => tracker.kind === 'tracker') ?? [];
	if (real.length === 0) return '';
	return `${real.filter(tracker => tracker.state === 'working').length} of ${real.length} work`;
}
