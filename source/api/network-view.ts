import type {Bytes, Millis} from '../base/units.js';

/** One tracker that has a catalogue, or may have one. All texts of these views are safe for a terminal. */
export interface CatalogueView {
	/** `host:6969`. */
	readonly name: string;
	/** The announce URL of its tracker, without what lets one in. */
	readonly tracker: string;
	/** `asking`: nobody knows yet; `none`: the tracker has no catalogue; `failed`: it did not answer, or with garbage. */
	readonly state: 'asking' | 'open' | 'none' | 'failed';
	/** What is wrong, in words: also of one that is open but does not take what I share. */
	readonly error?: string | undefined;
	/** When it is asked again, in ms since 1970. */
	readonly retryAt?: Millis | undefined;
	/** Whether what happens there is told at once. */
	readonly live: boolean;
	readonly people: number;
	readonly torrents: number;
	readonly size: Bytes;
	/** Entries of mine that are there. */
	readonly published: number;
}

/** Somebody who shares something. */
export interface PersonView {
	readonly nick: string;
	/** By how a tracker is called. */
	readonly catalogue: string;
	readonly torrents: number;
	readonly size: Bytes;
	/** When they came, in ms since 1970. */
	readonly since: Millis;
	/** Whether others can connect to them; undefined while nobody knows. */
	readonly reachable?: boolean | undefined;
	/** It is me. */
	readonly you?: boolean | undefined;
}

/** One torrent of mine that is marked to be published. */
export interface SharedTorrentView {
	/** Its info-hash in hex: v1 where there is one. */
	readonly id: string;
	readonly name: string;
	readonly size: Bytes;
	/** Catalogues in which it is, by how they are called. */
	readonly catalogues: readonly string[];
	/** Why it is in none, or not in all; undefined when it is in all. */
	readonly why?: string | undefined;
}

/** Who is here, what they share, what I share: the trackers with a catalogue together. */
export interface NetworkView {
	/** What I am called there. */
	readonly nick: string;
	/** Whether somebody has chosen that name. */
	readonly nickChosen: boolean;
	readonly catalogues: readonly CatalogueView[];
	/** By name. */
	readonly people: readonly PersonView[];
	/** By name. */
	readonly shared: readonly SharedTorrentView[];
	/** Of all catalogues that are open. */
	readonly totals: {readonly people: number; readonly torrents: number; readonly size: Bytes};
	/** Grows whenever something has happened in a catalogue: what was found may not be so any more. */
	readonly news: number;
	/** What a person should know, a sentence each. */
	readonly errors: readonly string[];
}

/** One torrent that somebody shares. */
export interface FoundTorrent {
	/** v1 where there is one. */
	readonly infoHash: string;
	readonly infoHashV2?: string | undefined;
	readonly name: string;
	readonly size: Bytes;
	readonly files: number;
	/** Who shares it. */
	readonly nicks: readonly string[];
	readonly seeders: number;
	readonly leechers: number;
	/** When it was first published, in ms since 1970. */
	readonly since: Millis;
	/** The announce URLs of the trackers in whose catalogues it is. */
	readonly trackers: readonly string[];
	readonly magnet: string;
	/** Where the .torrent itself is, for whoever needs no token: a URL. */
	readonly torrent?: string | undefined;
	/** Whether the engine has it already; undefined where no engine was asked. */
	readonly already?: boolean | undefined;
}

/** What was found, in the order that was asked for. */
export interface FoundTorrents {
	readonly torrents: readonly FoundTorrent[];
	/** Asked for as `after`, what follows. */
	readonly next?: string | undefined;
	/** Catalogues that did not answer, a sentence each. */
	readonly errors: readonly string[];
}
