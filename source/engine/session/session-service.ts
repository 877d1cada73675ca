import type {SessionView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';

/**
 * Something that lives as long as the session and belongs to no torrent: it listens for peers, saves, plans the queue,
 * finds peers for all torrents. The session does nothing but call each of its list when it is time.
 */
export interface SessionService {
	/**
	 * Begins. The services start in the order of the list, one after the other, before the first tick: what takes its
	 * time goes on by itself. A `UserError` keeps the session from opening.
	 */
	start?(): Promise<void> | void;
	/** Once a second, in the order of the list; `now` in ms of a monotonic clock. */
	tick?(now: Millis): void;
	/** Tells others that we go, while the torrents tell their trackers: after 3 s it is waited for no longer. */
	leave?(): Promise<void> | void;
	/**
	 * Saves what it knows and lets go of what it holds, when the torrents have come to rest. Services stop at the same
	 * time; after 5 s, counted from `leave`, none is waited for.
	 */
	stop?(): Promise<void> | void;
	/** What it adds to what screens and scripts see of the session. */
	view?(): Partial<SessionView>;
}
