import type {Bytes} from '../base/units.js';
import type {FilePriority} from './snapshot.js';

/**
 * The data of one file of a torrent, for whoever is in the process of its engine: positions are in the file. Only what
 * is verified is ever read.
 */
export interface FileData {
	/** Below the download folder, as it is called on the disk. */
	readonly path: readonly string[];
	readonly length: Bytes;
	readonly priority: FilePriority;
	/** Of the torrent's pieces those that hold some of it; `last` is below `first` when it is empty. */
	readonly first: number;
	readonly last: number;
	/** Which piece holds a byte of it. */
	pieceAt(position: Bytes): number;
	/** Where a piece begins: below zero when that is in another file. */
	pieceStart(piece: number): Bytes;
	/** Whether a piece is verified and on disk. */
	has(piece: number): boolean;
	/** How many bytes from a position on are verified and on disk, without a gap; no more than `most` are counted. */
	available(position: Bytes, most: Bytes): Bytes;
	/** Fills `into` from a position on; rejects with a `UserError` when that cannot be read. */
	read(position: Bytes, into: Uint8Array): Promise<void>;
	/** Calls `listener` when more of the torrent may be there, or it does something else. Answers how to stop that. */
	listen(listener: () => void): () => void;
	/** Whether the torrent is not in the engine any more. */
	readonly isGone: boolean;
}
