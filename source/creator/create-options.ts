import type {Bytes, Seconds} from '../base/units.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';

/** What to make a torrent of, and what to say in it. */
export interface CreateOptions {
	/** A file or folder. */
	readonly path: string;
	/** v1 when left out, which all clients read. */
	readonly version?: Metainfo['version'];
	/** A power of two from 16 KiB to 128 MiB; chosen for 1,000 to 2,000 pieces when left out. */
	readonly pieceLength?: Bytes | undefined;
	/** Tiers of announce URLs. BEP 12. */
	readonly trackers?: readonly (readonly string[])[];
	readonly webSeeds?: readonly string[];
	readonly private?: boolean;
	readonly source?: string | undefined;
	readonly comment?: string | undefined;
	readonly createdBy?: string | undefined;
	/** Since 1970; left out: none is written. */
	readonly creationDate?: Seconds | undefined;
	readonly includeHidden?: boolean;
	/** Patterns of what to leave out: see `compileExclusion`. */
	readonly exclude?: readonly string[];
	/** Told now and then while hashing. */
	readonly onProgress?: ((hashed: Bytes, length: Bytes) => void) | undefined;
	/** Told of everything that is there and cannot be in a torrent, a line each. */
	readonly onSkipped?: ((what: string) => void) | undefined;
	/** Stops the hashing; the promise rejects with the signal's reason. */
	readonly signal?: AbortSignal | undefined;
}
