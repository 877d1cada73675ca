import type {TrackerView} from '../../api/snapshot.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import type {WallTime} from '../../base/wall-time.js';
import type {ScheduleEntry} from '../../policy/tracker/scheduled-tracker.js';
import {silentAfter, type TrackerRecord} from '../sources/tracker.js';

/** What a torrent's trackers as a whole are about. */
export type TrackersState = 'off' | 'running' | 'stopping';

/** A tracker as a screen shows it; `now` in ms of the schedule's clock. What is due is told by when, so that waiting is no news. */
export function trackerRow(
	tracker: ScheduleEntry,
	record: TrackerRecord,
	ours: TrackersState,
	now: Millis,
	wallTime: WallTime,
): TrackerView {
	const {seeders, leechers, completed, peers, warning, triedAt, answeredAt} = record;
	const silentFor =
		record.askedAt !== undefined && now - record.askedAt >= silentAfter
			? Math.floor((now - record.askedAt) / 1000)
			: undefined;
	const waits = ours === 'running' && (tracker.state === 'working' || tracker.state === 'failed');
	const nextAt = waits && tracker.nextAt > now ? wallTime.of(tracker.nextAt) : undefined;
	return {
		tier: tracker.tier + 1,
		kind: 'tracker',
		url: safeText(tracker.url, 2048),
		...describe(tracker, record.status, ours, silentFor !== undefined),
		...(silentFor !== undefined && {silentFor}),
		...(record.trouble !== undefined && {trouble: record.trouble}),
		...(seeders !== undefined && {seeders}),
		...(leechers !== undefined && {leechers}),
		...(completed !== undefined && {completed}),
		...(peers !== undefined && {peers}),
		...(warning !== undefined && {warning}),
		...(nextAt !== undefined && {nextAt}),
		...(triedAt !== undefined && {askedAt: wallTime.of(triedAt)}),
		...(answeredAt !== undefined && {answeredAt: wallTime.of(answeredAt)}),
	};
}

function describe(
	{state}: ScheduleEntry,
	status: string | undefined,
	ours: TrackersState,
	isSilent: boolean,
): Pick<TrackerView, 'state' | 'status'> {
	if (ours === 'off') return {state: 'idle', status: 'stopped'};
	if (ours === 'stopping') return {state: 'announcing', status: 'telling it that we stopped'};
	switch (state) {
		case 'announcing':
			return {state: 'announcing', status: isSilent ? 'no answer yet' : (status ?? 'asking')};
		case 'slow':
			return {state: 'announcing', status: 'no answer yet'};
		case 'working':
			return {state: 'working', status: 'working'};
		case 'failed':
			return {state: 'retrying', status: status ?? 'failed'};
		case 'off':
			return {state: 'off', status: status ?? 'off'};
		case 'idle':
			return {state: 'idle', status: 'in reserve'};
	}
}
