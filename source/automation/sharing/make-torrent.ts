import type {Bytes} from '../../base/units.js';

/** How a torrent of a file or folder is to be made. */
export interface MakeOptions {
	/** How much it is. */
	readonly size: Bytes;
	/** Patterns of what is left out, as `compileGlob` knows them. */
	readonly exclude: readonly string[];
	/** Announce URLs, tried one after the other. */
	readonly trackers: readonly string[];
	readonly signal: AbortSignal;
	readonly onProgress: (hashed: Bytes, length: Bytes) => void;
	/** Told of everything that is there and cannot be in a torrent, a line each. */
	readonly onSkipped: (what: string) => void;
}

/**
 * Makes the .torrent of a file or folder, whose name it has; hashes it with as little of the machine as it can. Rejects
 * with a `UserError`: its code is `changed` when something was written to meanwhile.
 */
export type MakeTorrent = (path: string, options: MakeOptions) => Promise<Uint8Array>;
