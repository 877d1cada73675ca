import type {Bytes} from '../base/units.js';

/** Something in a folder that is not shared or added, and why, made safe for a terminal. */
export interface FolderFault {
	readonly name: string;
	readonly why: string;
}

/** A folder whose entries are shared, each as a torrent of its own. */
export interface SharedFolderView {
	/** Absolute. */
	readonly dir: string;
	/** Who asked for it: the config file, or `tortui share`. */
	readonly from: 'config' | 'share';
	/** `gone`: it is not there now, and its torrents are paused until it is. `refused`: it cannot be shared. */
	readonly state: 'looking' | 'sharing' | 'gone' | 'refused';
	/** Why it is gone or refused, or what is to be known of it, in words. */
	readonly why?: string | undefined;
	/** Entries that are shared: torrents of ours, and those that somebody added otherwise. */
	readonly shared: number;
	/** Entries that are being written. */
	readonly waiting: number;
	/** Entries that are to be hashed. */
	readonly queued: number;
	/** Torrents that a person has removed. */
	readonly declined: number;
	readonly hashing?: {readonly name: string; readonly done: Bytes; readonly length: Bytes} | undefined;
	/** The first of what is left out, and how many there are. */
	readonly faults: readonly FolderFault[];
	readonly faultCount: number;
	readonly publish: boolean;
	readonly label?: string | undefined;
	readonly trackers: readonly string[];
}

/** A folder in which .torrent and .magnet files are waited for. */
export interface WatchedFolderView {
	/** Absolute. */
	readonly dir: string;
	readonly state: 'looking' | 'watching' | 'gone' | 'refused';
	readonly why?: string | undefined;
	/** Where the data of its torrents goes; undefined for where all goes. */
	readonly target?: string | undefined;
	readonly label?: string | undefined;
	readonly start: boolean;
	readonly deleteAfter: boolean;
	/** Torrents added since the engine started. */
	readonly added: number;
	/** The first of the files that are none, and how many there are. */
	readonly faults: readonly FolderFault[];
	readonly faultCount: number;
}

/** Everything that goes on with folders. */
export interface FoldersView {
	readonly shared: readonly SharedFolderView[];
	readonly watched: readonly WatchedFolderView[];
}
