import type {TrackerView} from '../api/snapshot.js';
import type {ScheduledTracker} from '../policy/announce-schedule.js';
import {safeText} from '../protocol/safe-text.js';

/** What a torrent's announcers as a whole are about. */
export type AnnouncersState = 'off' | 'running' | 'stopping';

/** What is known of a tracker beside when to ask it. */
export interface TrackerMemory {
	status?: string | undefined;
	warning?: string | undefined;
	trackerId?: string | undefined;
	seeders?: number | undefined;
	leechers?: number | undefined;
	completed?: number | undefined;
	peers?: number | undefined;
	scrapedAt?: number | undefined;
}

/** A tracker as a screen shows it; `now` in ms of the schedule's clock. */
export function trackerRow(
	tracker: ScheduledTracker,
	memory: TrackerMemory,
	ours: AnnouncersState,
	now: number,
): TrackerView {
	const {seeders, leechers, completed, peers, warning} = memory;
	const waits = ours === 'running' && (tracker.state === 'working' || tracker.state === 'failed');
	const nextIn = waits && tracker.nextAt > now ? Math.ceil((tracker.nextAt - now) / 1000) : undefined;
	return {
		tier: tracker.tier + 1,
		kind: 'tracker',
		url: safeText(tracker.url, 2048),
		...describe(tracker, memory.status, ours),
		...(seeders !== undefined && {seeders}),
		...(leechers !== undefined && {leechers}),
		...(completed !== undefined && {completed}),
		...(peers !== undefined && {peers}),
		...(warning !== undefined && {warning}),
		...(nextIn !== undefined && {nextIn}),
	};
}

function describe(
	{state}: ScheduledTracker,
	status: string | undefined,
	ours: AnnouncersState,
): Pick<TrackerView, 'state' | 'status'> {
	if (ours === 'off') return {state: 'idle', status: 'stopped'};
	if (ours === 'stopping') return {state: 'announcing', status: 'telling it that we stopped'};
	switch (state) {
		case 'announcing':
			return {state: 'announcing', status: status ?? 'asking'};
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
