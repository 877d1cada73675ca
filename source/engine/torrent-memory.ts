import type {FilePriority} from '../api/snapshot.js';
import type {PeerAddress} from '../base/peer-address.js';
import type {Bytes, Millis} from '../base/units.js';
import type {Stamp} from '../policy/check-plan.js';
import type {Bitfield} from '../protocol/bitfield.js';

/** What a torrent knows that must outlive the process. */
export interface TorrentMemory {
	readonly have: Bitfield;
	/** Pieces of which some blocks are on disk. */
	readonly partials: ReadonlyArray<{readonly piece: number; readonly blocks: readonly number[]}>;
	/** One entry a file; empty when nothing is had. */
	readonly stamps: readonly Stamp[];
	readonly priorities: readonly FilePriority[];
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
	readonly wasted: Bytes;
	readonly completedAt: Millis | undefined;
	readonly sequential: boolean;
	readonly label: string | undefined;
	readonly peers: readonly PeerAddress[];
}
