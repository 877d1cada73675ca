import type {Millis} from '../../base/units.js';
import type {CompactPeers, SwarmAnnounce, SwarmCounts} from '../../policy/tracker/swarm-table.js';
import type {SwarmRecord} from '../../protocol/tracker/swarm-file.js';

/** Swarms that several trackers share. Whoever answers from it has something to answer with when it does not. */
export interface SharedStore {
	/** Whether it is worth asking now: it is there, and not overwhelmed. */
	readonly isReady: boolean;
	/** `connected`, or why it is not, in words. */
	readonly state: string;
	/** Connects, and goes on trying. Rejects with a UserError when it never can. */
	start(events: SharedStoreEvents): Promise<void>;
	/** Writes one announce down and answers with others of the swarm. Rejects when the store fails or takes too long. */
	exchange(announce: SwarmAnnounce, life: Millis): Promise<SwarmCounts & CompactPeers>;
	/** Counts of some torrents, in the same order. Rejects likewise. */
	scrape(infoHashes: readonly string[]): Promise<SwarmCounts[]>;
	/** Writes down what is known here: it was gone, and may have forgotten. Rejects likewise. */
	replay(records: Iterable<SwarmRecord>, life: Millis): Promise<void>;
	close(): Promise<void>;
}

export interface SharedStoreEvents {
	/** It is there, for the first time or again. */
	found(): void;
	/** It is there no longer, or was not to begin with; told once. */
	lost(why: string): void;
}
