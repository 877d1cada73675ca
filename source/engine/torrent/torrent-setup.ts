import type {InfoHash, Millis} from '../../base/units.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {SwarmHashes} from '../../protocol/metainfo/swarm-hashes.js';

/** How a torrent is set up. */
export interface TorrentSetup {
	readonly identity: SwarmHashes;
	/** What it is called in commands and files when that is not `idOf(identity)`: a hash by which it was added once. */
	readonly id?: InfoHash | undefined;
	/** What it is called until its own name is known; its hash when left out. */
	readonly name?: string | undefined;
	/** What it holds; undefined while only a magnet link is known. */
	readonly metainfo: Metainfo | undefined;
	readonly dir: string;
	readonly maxPeers: number;
	/** Tiers of trackers to announce to. */
	readonly trackers: ReadonlyArray<readonly string[]>;
	/** Tiers that are kept, and not announced to for now. */
	readonly unusedTrackers?: ReadonlyArray<readonly string[]> | undefined;
	/** Those of them that a person named. */
	readonly namedTrackers?: readonly string[] | undefined;
	/** HTTP servers that a link says have its files, besides those its metadata names. */
	readonly webSeeds?: readonly string[] | undefined;
	readonly addedAt: Millis;
	/** Whether it is to run; true when left out. */
	readonly wanted?: boolean | undefined;
	/** All that is on the disk is hashed at its first start, whatever is asked for. */
	readonly doubtful?: boolean | undefined;
}
