import type {TrackerView} from '../../api/snapshot.js';
import {safeText} from '../../base/safe-text.js';
import type {TrackerFacts} from '../../policy/session/stall-reason.js';
import {trackerHost} from './tracker-url.js';

/**
 * What a torrent's trackers have to do with that it stands still.
 *
 * @param namesOnlyUs whether all whom they named are this machine
 */
export function trackerFacts(trackers: readonly TrackerView[], namesOnlyUs: boolean): TrackerFacts {
	// One that wants never to be asked again is none, but for what it said.
	const failed = trackers.filter(({state}) => state === 'retrying' || state === 'off');
	const working = trackers.filter(({state}) => state === 'working');
	const most = (count: (tracker: TrackerView) => number | undefined) =>
		working.reduce((sum, tracker) => Math.max(sum, count(tracker) ?? 0), 0);
	const silent = trackers.flatMap(({silentFor}) => silentFor ?? []);
	const next = trackers.flatMap(({nextAt}) => nextAt ?? []);
	const named = most(({peers}) => peers);
	const seeders = most(({seeders}) => seeders);
	return {
		count: trackers.length,
		announcing: trackers.some(({state}) => state === 'announcing'),
		working: working.length > 0,
		answered: working.length,
		lastError: failed[0]?.status,
		lastHost: failed[0]?.url ? safeText(trackerHost(failed[0].url), 60) : undefined,
		troubles: failed.map(({trouble}) => trouble ?? 'silent'),
		silentFor: working.length === 0 && silent.length > 0 ? Math.max(...silent) : undefined,
		seeders,
		named,
		onlyUs: namesOnlyUs || (named === 0 && seeders === 0 && most(({leechers}) => leechers) === 1),
		nextAt: next.length > 0 ? Math.min(...next) : undefined,
	};
}
