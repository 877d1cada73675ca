import type {TrackerView} from '../../api/snapshot.js';
import {ProtocolError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import type {ScheduledTracker} from '../../policy/tracker/announce-schedule.js';
import {HttpStatusError} from '../sources/tracker-client.js';

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
	/** When it was asked what it has not answered yet. */
	askedAt?: number | undefined;
	/** What was wrong the last time it was asked; undefined when nothing was. */
	trouble?: TrackerTrouble | undefined;
	/** Whom its last answer named, when they were few. */
	few?: readonly PeerAddress[] | undefined;
}

/** It did not answer, said no, or answered what is of no use. */
export type TrackerTrouble = 'silent' | 'refused' | 'broken';

/** A tracker that has not answered after this time is said to be silent, though it may answer yet. */
export const silentAfter: Millis = 3000;

/** What a rejected announce says of its tracker. */
export function troubleOf(error: unknown): TrackerTrouble {
	if (error instanceof HttpStatusError) return error.status < 500 ? 'refused' : 'broken';
	return error instanceof ProtocolError ? 'broken' : 'silent';
}

/** A tracker as a screen shows it; `now` in ms of the schedule's clock. */
export function trackerRow(
	tracker: ScheduledTracker,
	memory: TrackerMemory,
	ours: AnnouncersState,
	now: number,
): TrackerView {
	const {seeders, leechers, completed, peers, warning} = memory;
	const silentFor =
		memory.askedAt !== undefined && now - memory.askedAt >= silentAfter
			? Math.floor((now - memory.askedAt) / 1000)
			: undefined;
	const waits = ours === 'running' && (tracker.state === 'working' || tracker.state === 'failed');
	const nextIn = waits && tracker.nextAt > now ? Math.ceil((tracker.nextAt - now) / 1000) : undefined;
	return {
		tier: tracker.tier + 1,
		kind: 'tracker',
		url: safeText(tracker.url, 2048),
		...describe(tracker, memory.status, ours, silentFor !== undefined),
		...(silentFor !== undefined && {silentFor}),
		...(memory.trouble !== undefined && {trouble: memory.trouble}),
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
