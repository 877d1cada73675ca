import type {FilePriority} from '../api/snapshot.js';
import type {SeedGoal} from '../base/seed-goal.js';
import type {Bytes, BytesPerSecond, Millis, Seconds} from '../base/units.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';
import type {Bitfield} from '../protocol/wire/bitfield.js';

/** The clients whose torrents can be taken over. */
export const clientNames = ['transmission', 'qbittorrent', 'rtorrent', 'deluge'] as const;

export type ClientName = (typeof clientNames)[number];

/** What is found of a file of a torrent on the disk. */
export interface FoundFile {
	readonly size: Bytes;
	/** Milliseconds since 1970. */
	readonly mtime: Millis;
}

/** What another client knew of the data of a torrent, when it is known what that holds. One entry a file, pad files too. */
export interface ForeignData {
	readonly have: Bitfield;
	/** Blocks of 16 KiB of pieces that are not whole; a bit each. */
	readonly partials?: ReadonlyArray<{readonly piece: number; readonly blocks: Uint8Array}>;
	readonly priorities: readonly FilePriority[];
	/** Where files are below the torrent's folder, where that is not where the torrent says. */
	readonly paths: ReadonlyArray<readonly string[] | undefined>;
	/** Whether a file, by its time, is as that client left it. */
	isAsLeft(file: number, found: FoundFile): boolean;
	/** Whether some of the pieces that are had may lie in a file of its own, for files that are not wanted. */
	readonly partFile?: boolean;
}

/** A torrent of another client, in words and units of ours. */
export interface ForeignTorrent {
	/** For people; from a stranger. */
	readonly name: string;
	/** The .torrent; undefined when only a link is known. */
	readonly metainfo?: Uint8Array | undefined;
	readonly link?: string | undefined;
	/** Folders its files may be in, as that client calls them; that in which more of them are holds. */
	readonly dirs: readonly string[];
	/** Where they go when everything is there; undefined: they stay. */
	readonly doneDir?: string | undefined;
	/** What that client hangs on the names of files that are not whole, such as `.part`. */
	readonly ending?: string | undefined;
	readonly paused: boolean;
	/** Its place among the others; those without one come last. */
	readonly queue?: number | undefined;
	readonly label?: string | undefined;
	readonly sequential?: boolean;
	readonly superSeeding?: boolean;
	readonly maxDownload?: BytesPerSecond | undefined;
	readonly maxUpload?: BytesPerSecond | undefined;
	readonly goal?: SeedGoal;
	/** Tiers, as they were edited; undefined: those of the .torrent. */
	readonly trackers?: ReadonlyArray<readonly string[]> | undefined;
	readonly webSeeds?: readonly string[];
	readonly addedAt?: Millis | undefined;
	readonly completedAt?: Millis | undefined;
	readonly downloaded?: Bytes | undefined;
	readonly uploaded?: Bytes | undefined;
	readonly activeTime?: Seconds | undefined;
	readonly seedingTime?: Seconds | undefined;
	/** What of it is not taken over, in words. */
	readonly notes?: readonly string[];
	/** Undefined when nothing is known of its data. @throws {ProtocolError} when what is known is not of this torrent */
	readonly data?: ((metainfo: Metainfo) => ForeignData) | undefined;
}

/** Something of another client's state that cannot be taken over. */
export interface ForeignProblem {
	/** What it is of: a torrent or a file. */
	readonly name: string;
	readonly problem: string;
}

export type ForeignEntry = ForeignTorrent | ForeignProblem;

/** The state of another client. */
export interface ForeignState {
	/** The folder it is in. */
	readonly dir: string;
	/** Its torrents one after the other, in the order of its queue. */
	entries(): AsyncIterable<ForeignEntry>;
}

/** Where another client keeps its state, and how that is read. */
export interface ForeignClient {
	readonly name: ClientName;
	/** What its users call it. */
	readonly title: string;
	/** Folders in which it keeps its state, the likeliest first. */
	usualDirs(person: Person): readonly string[];
	/** The state in a folder; undefined when there is none of this client. */
	open(dir: string, person: Person): Promise<ForeignState | undefined>;
	/** Its process, as people would say it, when it runs on this state; undefined when it does not, as far as one can tell. */
	running(dir: string): Promise<string | undefined>;
}

/** Who imports, and where. */
export interface Person {
	readonly home: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}
