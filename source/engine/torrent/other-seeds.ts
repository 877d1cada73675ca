import type {Millis} from '../../base/units.js';

/** Two seeds part at once: that they met counts for so long, where no tracker counts them. */
const meetingTime: Millis = 600_000;
/** Trackers count a client that was killed for so long, beside the one that it is now. */
const ghostTime: Millis = 3_600_000;

/** What is known of other seeds of a torrent that is complete. Times are by the session's clock. */
export interface SeedSightings {
	/** Connected now. */
	readonly connected: number;
	/** When one was met last. */
	readonly metAt: Millis;
	/** What trackers count, ourselves too, and when they said so. */
	readonly counts: ReadonlyArray<{readonly seeds: number; readonly at: Millis}>;
	/** Since when it runs in this session if it ran in an earlier one; undefined if it did not. */
	readonly againSince: Millis | undefined;
}

/** How many others have all of a torrent. */
export interface OtherSeeds {
	/** As far as connected peers and trackers tell. */
	readonly count: number;
	/** Whether a tracker said so: else they are those that were met. */
	readonly isCounted: boolean;
}

/**
 * Finds out how many others have all of a torrent, as far as connected peers and trackers tell.
 *
 * @param since what trackers said earlier does not count
 */
export function otherSeeds(
	{connected, metAt, counts, againSince}: SeedSightings,
	now: Millis,
	since: Millis,
): OtherSeeds {
	const fresh = counts.filter(({at}) => at >= since).map(({seeds}) => seeds - 1);
	if (fresh.length > 0 && (againSince === undefined || now - againSince >= ghostTime))
		return {count: Math.max(connected, ...fresh), isCounted: true};
	return {count: Math.max(connected, now - metAt < meetingTime ? 1 : 0), isCounted: false};
}
