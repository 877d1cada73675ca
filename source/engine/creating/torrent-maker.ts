import type {CreationOptions} from '../../api/creation.js';
import type {Bytes, Seconds} from '../../base/units.js';

/** What is to be made, and who says to make it when. */
export interface MakerOptions extends CreationOptions {
	/** Absolute. */
	readonly path: string;
	/** Absolute: where the .torrent goes, which is no part of it. */
	readonly output: string;
	readonly createdBy: string;
	/** Since 1970. */
	readonly creationDate: Seconds | undefined;
}

/** What is told meanwhile. */
export interface MakerEvents {
	/** All files were found, and the hashing begins. */
	found(length: Bytes): void;
	hashed(bytes: Bytes): void;
	/** Something is there that cannot be in a torrent: in words. */
	skipped(what: string): void;
}

/** A torrent that was made. */
export interface MadeTorrent {
	readonly bytes: Uint8Array;
	readonly magnet: string;
}

/**
 * Makes a torrent, elsewhere than where the engine runs: that goes on meanwhile. Rejects with a `UserError` when it
 * cannot, with the signal's reason when it was to end.
 */
export type TorrentMaker = (
	options: MakerOptions,
	events: MakerEvents,
	signal: AbortSignal,
) => Promise<MadeTorrent>;
