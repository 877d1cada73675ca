import type {PeerSourceName} from '../../base/peer-source.js';
import type {Millis} from '../../base/units.js';

/**
 * One way in which a torrent finds peers. A `SourceSet` starts and stops it, and hears whom it found by the torrent's
 * event `peers`. Every torrent has one of each: before `start`, which for a private torrent may never come, it does
 * nothing.
 */
export interface PeerSource {
	readonly kind: PeerSourceName;
	/** Why it names nobody though the torrent allows it, in words: it is switched off, say. Undefined while it works. */
	readonly off: string | undefined;
	/** When it looks for peers next by itself; undefined when that is not planned. */
	nextAt(now: Millis): Millis | undefined;
	/** About how many it knows to be in the swarm; undefined where nobody says. */
	readonly swarm?: {readonly seeds: number; readonly peers: number} | undefined;
	/** Begins to look for peers, at once; after a `stop()` under way when that is done. */
	start(): void;
	/** The download became complete just now. */
	completed(): void;
	/** More peers are needed than there are: whoever names them is asked as soon as they allow it. */
	needPeers(): void;
	/** A person does not want to wait. */
	hurry(): void;
	/** The torrent has a second hash by now, and so a second swarm. BEP 52. @param key its 20 bytes */
	swarmJoined?(key: Uint8Array): void;
	/** Says goodbye to whoever knows of us. Resolves when they have heard it, after 5 s at the latest. */
	stop(): Promise<void>;
}
