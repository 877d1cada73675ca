import type {CheckMode} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Millis, Seconds} from '../../base/units.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import type {FileChoices} from '../../io/state/resume-data.js';
import type {PieceRange} from '../../policy/pieces/piece-priorities.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** Everything that can happen to a torrent but the blocks themselves, which are too many for a mailbox. */
export type TorrentEvent =
	| {readonly type: 'start'; readonly check: CheckMode}
	/** `withAll`: not by itself, but because everything was to stop. */
	| {readonly type: 'pause'; readonly withAll?: boolean}
	/** Others go first. */
	| {readonly type: 'queue'}
	| {readonly type: 'set'; readonly settings: TorrentSettings}
	| {readonly type: 'verify'}
	/** What it holds has come from its peers, and has the hash that was asked for. */
	| {readonly type: 'metadata'; readonly info: Metainfo}
	/** Which files are wanted is said anew; kept until it is known which there are. */
	| {readonly type: 'select'; readonly choices: FileChoices}
	| {readonly type: 'prioritise'; readonly files: readonly number[]; readonly priority: FilePriority}
	/** Null for the priority of their files. */
	| {
			readonly type: 'prioritisePieces';
			readonly pieces: readonly PieceRange[];
			readonly priority: FilePriority | null;
	  }
	/** They are due so long from now; null for no hurry. */
	| {readonly type: 'deadline'; readonly pieces: readonly PieceRange[]; readonly within: Millis | null}
	| {
			readonly type: 'peers';
			readonly addresses: readonly PeerAddress[];
			readonly source: PeerSourceName;
	  }
	| {readonly type: 'stored'; readonly piece: number}
	| {readonly type: 'wrong'; readonly piece: number; readonly digests: Uint8Array}
	| {readonly type: 'unstored'; readonly piece: number; readonly failure: StorageFailure}
	| {readonly type: 'failure'; readonly failure: StorageFailure}
	/** Takes account of what was moved since the last time. */
	| {readonly type: 'count'}
	| {readonly type: 'tick'; readonly now: Millis};

/** What people may change of a torrent at any time; what is left out stays as it is. */
export interface TorrentSettings {
	readonly label?: string | undefined;
	/** Its place in the queue, 1 for the first. */
	readonly queue?: number;
	readonly sequential?: boolean;
	readonly superSeeding?: boolean;
	/** Null for none. */
	readonly seedRatio?: number | null;
	readonly seedTime?: Seconds | null;
}
