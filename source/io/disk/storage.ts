import type {FileInTheWay} from '../../api/snapshot.js';
import type {Bytes, Millis} from '../../base/units.js';

/** What went wrong with the disk, as a person would say it. */
export interface StorageFailure {
	readonly code:
		| 'disk-full'
		| 'read-only'
		| 'no-permission'
		| 'missing'
		/** Something that is not the torrent's is where one of its files should be. */
		| 'foreign'
		/** Another torrent of the session has the same file. */
		| 'taken'
		/** What is to be seeded only is not what the torrent says. */
		| 'differs'
		/** A file is not as `expect` says; it may hold the same bytes all the same. */
		| 'changed'
		/** The v1 and v2 hashes of a hybrid torrent are not of the same data. */
		| 'contradictory'
		| 'too-many-files'
		| 'io';
	/** One line: what and where, and what to do. */
	readonly message: string;
	/** With `foreign`: the first of the files that are in the way, and how many there are. */
	readonly inTheWay?: FileInTheWay;
}

/** What one file is on disk now; undefined where there is none. */
export interface FileStamp {
	readonly size: Bytes;
	/** Milliseconds since 1970, with a fraction. */
	readonly mtime: Millis;
	/** What tells it from every other file as long as it is there. */
	readonly identity?: string | undefined;
	/**
	 * When we looked at a file that we had written to just before, in milliseconds since 1970: some file systems settle
	 * its time later, but never to later than this.
	 */
	readonly writtenUntil?: Millis | undefined;
}

/** A file that was left where it is, and why, as a person would say it. */
export interface KeptFile {
	/** Below the download folder, `/` between elements. */
	readonly path: string;
	readonly why: string;
}

/** What deleting a torrent's files came to. */
export interface Removal {
	/** Files that are gone now. */
	readonly deleted: number;
	readonly kept: readonly KeptFile[];
	/** Why some could not be deleted. */
	readonly failure: StorageFailure | undefined;
}

/** What tells which of a torrent's files may be deleted. */
export interface RemovalRules {
	/** What each file was when we last knew it to be right. */
	readonly stamps: ReadonlyArray<FileStamp | undefined>;
	/** Why a file stays whatever else holds of it; undefined for those that may go. */
	keep(file: number): string | undefined;
}

/** What a storage tells its torrent. All calls come from the event loop, never from inside a call to the storage. */
export interface StorageEvents {
	/** The piece's hash was right and every byte of it has been written. */
	stored(piece: number): void;
	/**
	 * The hash was wrong; nothing was written. Digests of each block, 20 bytes a block, to find out who lied: of SHA-256
	 * where the torrent has a v2 half, else of SHA-1.
	 */
	wrong(piece: number, digests: Uint8Array): void;
	/** The piece could not be written or read back; its blocks are lost. */
	failed(piece: number, failure: StorageFailure): void;
}

/** A recheck that is going on. */
export interface Checking {
	/** Resolves when all were told or it was stopped, or with why the rest cannot be looked at now; rejects never. */
	readonly done: Promise<StorageFailure | undefined>;
	stop(): void;
}

/** What whoever moves files is asked on the way, so that a crash at any instant loses nothing. */
export interface MoveSteps {
	/**
	 * The files of these numbers are about to go. From now on until `arrived`, or until the move has failed, each of them
	 * may be at either place, or at both. Waited for.
	 */
	leaving(files: readonly number[]): Promise<void>;
	/** All are at the new place, and on the disk there; where they were copied the old ones are deleted next. Waited for. */
	arrived(): Promise<void>;
	/** Aborted before `arrived`, copying ends and everything is where it was. */
	readonly signal: AbortSignal;
}

/** Where one torrent's bytes are kept. Positions are in the torrent's stream of pieces. */
export interface Storage {
	/**
	 * Hashes a whole piece and writes it when it is right; `stored`, `wrong` or `failed` follows.
	 * `slots[n]` is the pool slot of block n, or -1 when that block was written earlier by `storeBlocks`.
	 * The slots are the storage's from now on: it gives them back to the pool. `slots` is copied before returning.
	 */
	storePiece(piece: number, slots: ArrayLike<number>): void;
	/** Writes single blocks unhashed (pause, pool pressure), and gives their slots back. */
	storeBlocks(
		piece: number,
		blocks: readonly number[],
		slots: readonly number[],
	): Promise<StorageFailure | undefined>;
	/**
	 * Fills `views` one after the other from `position` on, in one read a file. Off the loop.
	 * Pad files read as zeros.
	 */
	read(
		position: Bytes,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void;
	/** What is read next is likely to be in memory. */
	readonly isCached?: boolean;
	/**
	 * The same at once, where that is quicker than asking another thread: of what is in memory. False when it is to be asked
	 * for by `read`; something may have been put into `views` then.
	 */
	readCached?(position: Bytes, views: readonly Uint8Array[]): boolean;
	/**
	 * How files are that nothing is written to any more, undefined for the others; one entry a file. From now on a read of
	 * one that is not so any more fails with `changed`: somebody else wrote to it.
	 */
	expect(stamps: ReadonlyArray<FileStamp | undefined>): void;
	/** The same for a single file. */
	expectFile?(file: number, stamp: FileStamp): void;
	/** What a file was just after it was written to last; undefined when it was not. */
	writtenStamp?(file: number): FileStamp | undefined;
	/** Whose each file is, one `fileOwner` a file; kept up to date as files are made. */
	readonly owners?: Uint8Array;
	/** Whether there is a part file. */
	hasPart?(): Promise<boolean>;
	/** Says whose each file is, before anything is written; until then each is taken for `absent`. */
	own?(owners: Uint8Array): void;
	/**
	 * The numbers of those files that this torrent has made and nobody else has written to since.
	 *
	 * @param stamps how they are now
	 */
	made?(stamps: ReadonlyArray<FileStamp | undefined>): Promise<ReadonlySet<number>>;
	/** Files that something else than a file is in the place of, as of the last `stamps`. */
	readonly obstructed?: ReadonlySet<number>;
	/** Hashes what is on disk; pieces whose files are missing are told as wrong without reading. Reads the pieces in order. */
	check(pieces: ArrayLike<number>, told: (piece: number, right: boolean) => void): Checking;
	/**
	 * Digests of each block of a piece that is on disk and right, 20 bytes a block, to tell who sent another; undefined
	 * when it is not there, or not right any more.
	 */
	blockDigests(piece: number): Promise<Uint8Array | undefined>;
	/**
	 * SHA-256 of each block of a piece that is on disk and right, 32 bytes a block, to be given to peers; undefined when it
	 * is not there, or the torrent has no v2 half. BEP 52.
	 */
	leafHashes?(piece: number): Promise<Uint8Array | undefined>;
	/** One entry a file, 1 where it is wanted. Files that become wanted take over what the part file holds of them. */
	setWanted(wanted: Uint8Array): Promise<StorageFailure | undefined>;
	/** Creates the wanted files without data in them, and folders; asked once all pieces of a file are there is not needed. */
	createEmptyFiles(): Promise<StorageFailure | undefined>;
	/**
	 * One entry a file; undefined where there is none, or something else than a file.
	 *
	 * @param files looks at these only, and answers one entry for each
	 */
	stamps(files?: readonly number[]): Promise<ReadonlyArray<FileStamp | undefined>>;
	/**
	 * Takes up the room of all wanted files on the disk, for those who do not want sparse files; before the first piece
	 * is stored. Ends early when the storage is closed.
	 */
	allocate(): Promise<StorageFailure | undefined>;
	/** Creates the symbolic links among the wanted files; for when the torrent is complete. BEP 47. */
	createLinks(): Promise<StorageFailure | undefined>;
	/** Asks the system to put everything written so far on the disk. */
	flush(): Promise<StorageFailure | undefined>;
	/** Bytes written so far, and pieces that wait to be. */
	readonly written: Bytes;
	readonly waiting: number;
	/** Finishes what was begun and closes every file. */
	close(): Promise<void>;
	/** Deletes those of the torrent's files that are its own, the part file, and the folders that are empty then; closes first. */
	remove(rules: RemovalRules): Promise<Removal>;
	/**
	 * Moves all files to another folder: at once on the same file system, else they are copied, then deleted where they
	 * were. Reading goes on meanwhile; pieces wait to be stored until it is over, so it is better not to ask for any.
	 * After a failure everything is where it was.
	 *
	 * @param dir absolute, without `.` and `..`
	 * @param told bytes copied, of how many
	 */
	move(
		dir: string,
		told: (copied: Bytes, total: Bytes) => void,
		steps?: MoveSteps,
	): Promise<StorageFailure | undefined>;
	/** Gives one file another path below the download folder; its elements must be sanitised. */
	rename(file: number, path: readonly string[], steps?: MoveSteps): Promise<StorageFailure | undefined>;
}
