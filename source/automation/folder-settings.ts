/** A folder whose entries are to be shared. */
export interface SharedFolderSettings {
	/** Absolute. */
	readonly dir: string;
	readonly from: 'config' | 'share';
	/** Announce URLs that its torrents get. */
	readonly trackers: readonly string[];
	readonly label?: string | undefined;
	/** Whether they are told to those who have a catalogue. */
	readonly publish: boolean;
}

/** A folder in which .torrent and .magnet files are waited for. */
export interface WatchedFolderSettings {
	/** Absolute. */
	readonly dir: string;
	/** Absolute; where data goes without it is the engine's to say. */
	readonly target?: string | undefined;
	readonly label?: string | undefined;
	/** Whether what is added starts at once. */
	readonly start: boolean;
	/** Whether a file is deleted when what it holds was added. */
	readonly deleteAfter: boolean;
}

/** All that the config file says of folders. */
export interface FolderSettings {
	readonly shared: readonly SharedFolderSettings[];
	readonly watched: readonly WatchedFolderSettings[];
}
