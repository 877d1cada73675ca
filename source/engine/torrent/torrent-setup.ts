import type {InfoHash, Millis} from '../../base/units.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** Which torrent it is. At least one of the hashes is known. BEP 3, 52. */
export interface SwarmHashes {
	/** SHA-1 of the info dictionary; undefined for v2-only torrents. */
	readonly infoHash: InfoHash | undefined;
	/** SHA-256 of the same bytes; undefined for v1-only torrents. */
	readonly infoHashV2: InfoHash | undefined;
}

/** How a torrent is set up. */
export interface TorrentSetup {
	readonly identity: SwarmHashes;
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
