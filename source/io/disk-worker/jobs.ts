import type {Bytes} from '../../base/units.js';
import type {StorageFailure} from '../disk/storage.js';
import type {LayoutData, SentPaths} from '../files/file-layout.js';
import type {PieceHashes} from './piece-verifier.js';

/**
 * What the event loop and a disk worker say to each other.
 *
 * A batch of jobs is an Int32Array: `torrent, piece, count, slot …` for a piece to hash and write, or
 * `-1 - torrent, piece, count, block, slot, block, slot …` for blocks to write unhashed. It is answered, in the order
 * sent, by `allStored` or a `BatchResult`. Everything else is a `DiskRequest`, answered by a `DiskReply`.
 */
export type ToWorker = Int32Array | DiskRequest;

export type FromWorker = typeof allStored | BatchResult | DiskReply;

/** The answer to a batch in which every piece was right and everything was written. */
export const allStored = 0;

/** The number of a request that nobody has made: the first word of a thread answers it. */
export const nobody = -1;

export const stored = 0;
export const wrong = 1;
export const failed = 2;

export interface BatchResult {
	/** One for each job: `stored`, `wrong` or `failed`. */
	readonly codes: Uint8Array;
	/** One for each `wrong` in turn: 20 bytes of each block. */
	readonly digests: readonly Uint8Array[];
	/** One for each `failed` in turn. */
	readonly failures: readonly StorageFailure[];
}

/** What the worker is asked to do with a torrent besides jobs. */
export type DiskTask =
	/** Once more for the same torrent when its files have moved. */
	| {
			readonly type: 'open';
			readonly layout: LayoutData;
			readonly paths: SentPaths;
			readonly hashes: PieceHashes;
	  }
	/** Answered by `right`. `fresh` begins a check: files may have been changed behind our back. */
	| {readonly type: 'check'; readonly pieces: Int32Array; readonly fresh: boolean}
	/** Answered by `digests`: 20 bytes a block, or 32 of SHA-256. */
	| {readonly type: 'digest' | 'leaves'; readonly piece: number}
	| {readonly type: 'place'; readonly wanted: Uint8Array}
	| {readonly type: 'create'; readonly wanted: Uint8Array; readonly links: boolean}
	/** Answered by `left`. */
	| {readonly type: 'allocate'; readonly file: number; readonly length: Bytes}
	| {readonly type: 'flush'}
	/** Closes the torrent's files, which are opened again when needed. */
	| {readonly type: 'release'}
	| {readonly type: 'close'};

export interface DiskRequest {
	readonly id: number;
	readonly torrent: number;
	readonly task: DiskTask;
}

export interface DiskReply {
	readonly id: number;
	readonly failure?: StorageFailure | undefined;
	/** For `check`: one byte a piece, 1 where its hash is right. */
	readonly right?: Uint8Array;
	/** For `digest` and `leaves`, when the piece is there and right. */
	readonly digests?: Uint8Array | undefined;
	/** For `allocate`: bytes still to be taken up. */
	readonly left?: Bytes;
}

/** What a worker is started with. */
export interface WorkerStart {
	readonly memory: SharedArrayBuffer;
	/** Files it may hold open. */
	readonly handles: number;
}
