import type {Bytes, Millis} from '../base/units.js';

/** At most so many peers of all torrents are told, those with the highest rates first. */
export const mostPeersTold = 1000;

/** A tracker, for all the torrents that have it together. */
export interface CommonTrackerView {
	/** `https://tracker.example:8080`: without what lets somebody in. */
	readonly url: string;
	/** How many torrents have it, and of them: those it answered, those it is being asked for, those it failed. */
	readonly torrents: number;
	readonly working: number;
	readonly announcing: number;
	readonly failing: number;
	/** Why it failed, of the torrent that is asked for next; made safe for a terminal. */
	readonly why?: string | undefined;
	readonly warning?: string | undefined;
	/** Sums of what it said. */
	readonly seeders: number;
	readonly leechers: number;
	readonly peers: number;
	/** When it is asked next for any of them, in milliseconds since 1970. */
	readonly nextAt?: Millis | undefined;
	/** What was moved with the torrents that have it, in all sessions. */
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
}
