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
	/** The piece length is the smallest that gives no more pieces than this, where it is not said. */
	readonly targetPieces?: number | undefined;
	/** Tiers of announce URLs. BEP 12. */
	readonly trackers?: readonly (readonly string[])[];
	readonly webSeeds?: readonly string[];
	readonly private?: boolean;
	readonly source?: string | undefined;
	/** Torrents that share files with it: 20 bytes of their info-hashes, in hex. BEP 38. */
	readonly similar?: readonly string[];
	/** Names of what it belongs to: torrents of one collection may share files. BEP 38. */
	readonly collections?: readonly string[];
	readonly comment?: string | undefined;
	readonly createdBy?: string | undefined;
	/** Since 1970; left out: none is written. */
	readonly creationDate?: Seconds | undefined;
	readonly includeHidden?: boolean;
	/** What symbolic links lead to stands for them, in the folder or not; left out: links stay links. BEP 47. */
	readonly followLinks?: boolean;
	/** Whether it says which files are executable; it does when left out. BEP 47. */
	readonly executable?: boolean;
	/** Patterns of what to leave out: see `compileExclusion`. */
	readonly exclude?: readonly string[];
	/** Where the .torrent will be written: what is there now is no part of it. */
	readonly output?: string | undefined;
	/** One thread does it all: others are to have the machine. */
	readonly calm?: boolean;
	/** Told when all files were found, before the hashing begins. */
	readonly onFound?: ((length: Bytes) => void) | undefined;
	/** Told now and then while hashing. */
	readonly onProgress?: ((hashed: Bytes, length: Bytes) => void) | undefined;
	/** Told of everything that is there and cannot be in a torrent, a line each. */
	readonly onSkipped?: ((what: string) => void) | undefined;
	/** Stops the hashing; the promise rejects with the signal's reason. */
	readonly signal?: AbortSignal | undefined;
}
