import type {DhtState} from '../base/dht-state.js';
import type {PeerSourceName} from '../base/peer-source.js';
import type {Reason} from '../base/reason.js';
import type {Bytes, BytesPerSecond, Millis, Seconds} from '../base/units.js';

import type {CreationView} from './creation.js';
import type {FeedsView} from './feeds-view.js';
import type {FoldersView} from './folders-view.js';
import type {GoalView} from './goal-view.js';
import type {NetworkView} from './network-view.js';
import type {PeerDetails} from './peer-details.js';
import type {CommonTrackerView} from './swarms-view.js';

/**
 * What a screen or script may see of the engine: plain data, made fresh, no live objects.
 * A field that is undefined is not known; rates are means over the last seconds.
 */

export type TorrentState =
	| 'metadata' // a magnet link without its info dictionary yet
	| 'checking'
	| 'queued'
	| 'downloading'
	| 'seeding' // every wanted file is here, and others may have it; also when some files are not wanted
	| 'finished' // it stands still by itself: everything wanted is here and its seeding goal is reached
	| 'pausing'
	| 'paused' // by hand
	| 'failed';

/** A file that is none of a torrent's, where one of the torrent's is to be; the first of several. */
export interface FileInTheWay {
	/** Whole. */
	readonly path: string;
	readonly size: Bytes;
	/** What the torrent's has. */
	readonly length: Bytes;
	/** How many there are. */
	readonly files: number;
}

/** A torrent in one line of the session screen, and the header of its own. */
export interface TorrentView {
	/** The info-hash in hex: v1 where there is one. */
	readonly id: string;
	readonly name: string;
	/** What its folder, or its only file, is called on the disk, once that was given another name. */
	readonly root?: string | undefined;
	readonly state: TorrentState;
	readonly reason?: Reason | undefined;
	/** It is to download, or to learn what it holds, and nothing has come for so long; left out while something does. */
	readonly stalledFor?: Seconds | undefined;
	/**
	 * Its files are known, and none is fetched before somebody has said which: `torrent.choose` does, `torrent.resume`
	 * takes what is wanted as it stands.
	 */
	readonly choosing?: boolean | undefined;
	/** What stopped it: files that are none of its own. `torrent.resume` may overwrite them. */
	readonly inTheWay?: FileInTheWay | undefined;
	/** All files. */
	readonly length: Bytes;
	/** What is wanted of it, and how much of that is verified and on disk. */
	readonly wanted: Bytes;
	readonly completed: Bytes;
	readonly pieceLength: Bytes;
	readonly pieces: number;
	readonly piecesHave: number;
	/** 0..1 while checking. */
	readonly checked?: number | undefined;
	/** Payload, over all sessions. */
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
	/** Bytes thrown away: duplicates, failed hashes. */
	readonly wasted: Bytes;
	/** Since the engine started: pieces that were wrong, and peers banned because of them. */
	readonly hashFailures?: number | undefined;
	readonly bans?: number | undefined;
	readonly downloadRate: BytesPerSecond;
	readonly uploadRate: BytesPerSecond;
	readonly eta?: Seconds | undefined;
	/** uploaded / downloaded (or / length when nothing was downloaded). */
	readonly ratio: number;
	readonly connected: number;
	readonly seedsConnected: number;
	/** Of those connected: who lets us have what we want of them, and whom we let have what they want of us. */
	readonly sending?: number | undefined;
	readonly receiving?: number | undefined;
	readonly known: number;
	/**
	 * Copies of the whole torrent among those connected, ours left out: whole ones, and in hundredths the part of the pieces
	 * that are there once more. Undefined while it does not run, and while nobody knows what it holds.
	 */
	readonly availability?: number | undefined;
	readonly files: number;
	readonly filesWanted: number;
	readonly dir: string;
	/** Another folder where some of its files may be: they are being moved there, or from there, or are about to be. */
	readonly otherDir?: string | undefined;
	readonly label?: string | undefined;
	/** Names or addresses of the machines its first trackers are on, each once; left out when there are none. */
	readonly trackerHosts?: readonly string[] | undefined;
	readonly queue: number;
	readonly sequential: boolean;
	readonly superSeeding: boolean;
	/** It is told to those who have a catalogue of what people share. */
	readonly publish?: boolean | undefined;
	readonly private: boolean;
	readonly maxDownload?: BytesPerSecond | undefined;
	readonly maxUpload?: BytesPerSecond | undefined;
	/** Connections it may have. */
	readonly maxPeers?: number | undefined;
	/** Until when it is seeded, and how it stands with that; left out when it has no end. */
	readonly goal?: GoalView | undefined;
	/** Milliseconds since 1970. */
	readonly addedAt: Millis;
	readonly completedAt?: Millis | undefined;
	readonly comment?: string | undefined;
	readonly createdBy?: string | undefined;
	readonly creationDate?: Seconds | undefined;
	/** The v1 hash, 40 hex digits, where `id` is another. */
	readonly infoHash?: string | undefined;
	readonly infoHashV2?: string | undefined;
	readonly magnet: string;
	/** HTTP servers that its .torrent or a link of it says have its files; left out when there are none. */
	readonly webSeeds?: readonly string[] | undefined;
	/** How many of these send; left out when none does. */
	readonly webSeedsSending?: number | undefined;
}

/** What was moved in some time. */
export interface MovedView {
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
}

/** The whole engine in a few numbers. */
export interface SessionView {
	/** The name its owner gave this client. */
	readonly name: string;
	readonly version: string;
	readonly pid: number;
	/** Whole minutes after the first. */
	readonly uptime: Seconds;
	readonly port: number;
	/** `open` when somebody has reached our port, `closed` when somebody tried and could not, else `unknown`. */
	readonly portState: 'open' | 'unknown' | 'closed';
	readonly downloadRate: BytesPerSecond;
	readonly uploadRate: BytesPerSecond;
	/** In all sessions, this one and those before. */
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
	/** What of these was before this session. */
	readonly earlier?: MovedView | undefined;
	/** What was moved today by the clock on the wall, in the last 7 days, and in the last 30, today among them. */
	readonly recent?:
		| {readonly today: MovedView; readonly week: MovedView; readonly month: MovedView}
		| undefined;
	readonly connected: number;
	readonly dhtNodes: number;
	/** How the DHT does, and why it is no better, in words; undefined when it is off. */
	readonly dht?:
		| {
				readonly state: DhtState;
				readonly why?: string | undefined;
		  }
		| undefined;
	/**
	 * How it stands with the gateway's opening the port: `port 6881 open through PCP until 14:20`; undefined when it is
	 * off. `port` is the one outside that peers are told; `none`: there is no gateway to ask.
	 */
	readonly portMapping?:
		| {
				readonly state: 'open' | 'asking' | 'failed' | 'none';
				readonly text: string;
				readonly port?: number | undefined;
		  }
		| undefined;
	/**
	 * The interface, or the address, that everything goes by; undefined when none was chosen. `gone` says that it is not
	 * there, and that nothing is sent until it is.
	 */
	readonly interface?:
		| {
				readonly name: string;
				readonly addresses: readonly string[];
				readonly gone?: string | undefined;
		  }
		| undefined;
	/**
	 * The proxy that everything goes through, without user and password, and whether it lets us through: `why` tells why it
	 * does not. `udp`: whether it passes on datagrams. Undefined when none is set.
	 */
	readonly proxy?:
		| {
				readonly url: string;
				readonly state: 'unknown' | 'up' | 'down';
				readonly why?: string | undefined;
				readonly udp: 'unknown' | 'yes' | 'no';
		  }
		| undefined;
	/** Addresses with which nothing is to do; undefined when there is no list. */
	readonly blocklist?:
		| {
				/** Its path or URL, without what is a secret. */
				readonly from: string;
				readonly ranges: number;
				/** In ms since 1970. */
				readonly readAt?: number | undefined;
				/** Why it could not be read the last time, in words. */
				readonly trouble?: string | undefined;
		  }
		| undefined;
	/** Where trackers and peers see this machine: at most one address a family, none while nobody said. */
	readonly externalAddresses?: readonly string[] | undefined;
	/** Free bytes where downloads go by default. */
	readonly freeSpace?: Bytes | undefined;
	/** Downloads that wait for room on their disks; left out when there are none. */
	readonly waitingForRoom?: number | undefined;
	readonly maxDownload?: BytesPerSecond | undefined;
	readonly maxUpload?: BytesPerSecond | undefined;
	/** Connections a torrent may have that is added without a number. */
	readonly maxPeers?: number | undefined;
	/** How many torrents download and seed at a time; undefined: all that want to. */
	readonly activeDownloads?: number | undefined;
	readonly activeSeeds?: number | undefined;
	readonly slowMode: boolean;
	/** When slow mode, which is on, ends by itself: `06:30`, or `Tue 06:30` when that is more than a day away. */
	readonly slowUntil?: string | undefined;
	/** By the schedule everything waits until then: `06:30`. */
	readonly haltedUntil?: string | undefined;
	/** The first of the torrents whose files are to be chosen; left out when there are none. */
	readonly choosing?: readonly TorrentView[] | undefined;
	/** The limits of the mode that does not hold now: of slow mode while it is off. */
	readonly otherMode?: {
		readonly maxDownload?: BytesPerSecond | undefined;
		readonly maxUpload?: BytesPerSecond | undefined;
	};
	readonly dir: string;
}

/**
 * The torrent's pieces, folded into as many cells as were asked for (or one a piece when there are fewer).
 * One character a cell:
 * `h` have · `c` being checked · `r` in flight · `p` partly had · `m` missing · `u` not wanted.
 */
export interface PiecesView {
	readonly pieces: number;
	readonly have: number;
	readonly inFlight: number;
	readonly checking: number;
	readonly cells: string;
	/** One character a cell, `0`-`9`: how many connected peers have its rarest missing piece, 9 for nine and more. */
	readonly availability: string;
	/** One character a cell, `0`-`9`: tenths of its pieces that are had, rounded down. */
	readonly filled?: string | undefined;
	/** Copies of the whole torrent among connected peers, ours left out. */
	readonly copies: number;
	/**
	 * Cell of each file's first piece, files without data left out; at most one entry a cell. None where more than every
	 * fourth cell has one.
	 */
	readonly fileStarts: ReadonlyArray<readonly [cell: number, fileIndex: number]>;
}

export interface PeerView {
	/** Stable while connected. */
	readonly id: number;
	/** `192.0.2.1:6881` or `[2001:db8::1]:6881` */
	readonly address: string;
	/** Made safe for a terminal; empty when not known. */
	readonly client: string;
	/**
	 * The usual letters: D downloading, d they choke us though we are interested, U uploading, u they want and we
	 * choke, K they unchoked us and we do not want, ? we unchoked them and they do not want, O optimistic unchoke,
	 * S snubbed, I incoming, X from PEX, H from DHT, L from LSD, E encrypted, e encrypted handshake alone, P uTP, T tracker.
	 */
	readonly flags: string;
	readonly transport: 'tcp' | 'utp';
	readonly encrypted: boolean;
	/** What of the connection is encrypted: all that is said, or the handshake alone; undefined for nothing. */
	readonly encryption?: 'rc4' | 'handshake' | undefined;
	readonly source: PeerSourceName;
	/** 0..1 of the torrent. */
	readonly progress: number;
	readonly downloadRate: BytesPerSecond;
	readonly uploadRate: BytesPerSecond;
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
	/** Blocks we have asked for, and they of us. */
	readonly requested: number;
	readonly queued: number;
	/** Where it has something, one character a part of the torrent, `0`-`9`: tenths of its pieces. Where asked for. */
	readonly map?: string | undefined;
}

/** A connected peer of any torrent. */
export interface AnyPeerView extends PeerView {
	/** The id of the torrent. */
	readonly torrent: string;
}

export interface TrackerView {
	/** 1 is tried first; 0 for sources that are not trackers. */
	readonly tier: number;
	/** `web`: a web seed, which screens show among them. */
	readonly kind: 'tracker' | 'web' | 'dht' | 'pex' | 'lsd';
	/** The announce URL, or that of a web seed; empty for other kinds. */
	readonly url: string;
	readonly state: 'idle' | 'announcing' | 'working' | 'retrying' | 'off';
	/** In words: `working`, `no answer`, the tracker's own message … made safe for a terminal. */
	readonly status: string;
	readonly seeders?: number | undefined;
	readonly leechers?: number | undefined;
	readonly completed?: number | undefined;
	/** Peers its last answer named. */
	readonly peers?: number | undefined;
	/** When it is asked again, in milliseconds since 1970. */
	readonly nextAt?: Millis | undefined;
	/** When it was asked last, and when it answered last, in milliseconds since 1970. */
	readonly askedAt?: Millis | undefined;
	readonly answeredAt?: Millis | undefined;
	/** It was asked so long ago and has not answered yet; undefined while that is no news. */
	readonly silentFor?: Seconds | undefined;
	/** What was wrong with its last answer: there was none, it refused, or it was of no use. */
	readonly trouble?: 'silent' | 'refused' | 'broken' | undefined;
	readonly warning?: string | undefined;
}

/** An HTTP server that is said to have the torrent's files. BEP 19. */
export interface WebSeedView {
	readonly url: string;
	/** As of trackers: `announcing` is connecting, or waiting for the first answer. */
	readonly state: TrackerView['state'];
	/** In words: `working`, `in reserve`, what went wrong … made safe for a terminal. */
	readonly status: string;
	readonly downloadRate: BytesPerSecond;
	/** Since the engine started. */
	readonly downloaded: Bytes;
	/** Files that it does not have as they should be; left out when there are none. */
	readonly lacking?: number | undefined;
	/** When it is asked again, in milliseconds since 1970. */
	readonly nextAt?: Millis | undefined;
}

/** One way in which a torrent finds peers. */
export interface SourceView {
	readonly kind: PeerSourceName;
	/** Why it names nobody, in words; undefined while it may. */
	readonly off?: string | undefined;
	/** Peers it was the first to name, since the engine started. */
	readonly peers: number;
	/** When it named somebody last, in milliseconds since 1970. */
	readonly heardAt?: Millis | undefined;
	/** About how many it knows to be in the swarm: those that have everything, and the others. */
	readonly swarm?: {readonly seeds: number; readonly peers: number} | undefined;
	/** When it looks for more by itself, in milliseconds since 1970; undefined when that is not planned. */
	readonly nextAt?: Millis | undefined;
}

/** 0 skip · 1 low · 2 normal · 3 high · 4 first */
export type FilePriority = 0 | 1 | 2 | 3 | 4;

/** The part of a file that never changes; pad files are left out, so `index` has gaps. */
export interface FileView {
	readonly index: number;
	/** Sanitised, below the download folder. */
	readonly path: readonly string[];
	readonly length: Bytes;
}

/** The part that does: arrays beside the list of `FileView`s. */
export interface FileProgressView {
	readonly completed: readonly Bytes[];
	readonly priority: readonly FilePriority[];
}

/** Evenly spaced means, oldest first; shorter than asked when the engine is younger. */
export interface SpeedView {
	readonly range: Seconds;
	readonly download: readonly BytesPerSecond[];
	readonly upload: readonly BytesPerSecond[];
	/** The fastest three seconds together in the range, and the mean of all of it. */
	readonly peakDownload: BytesPerSecond;
	readonly peakUpload: BytesPerSecond;
	readonly meanDownload: BytesPerSecond;
	readonly meanUpload: BytesPerSecond;
	/** Bytes a second that reach the disk now, and pieces waiting to. */
	readonly diskRate: BytesPerSecond;
	readonly diskQueue: number;
}

export interface LogView {
	/** Milliseconds since 1970. */
	readonly at: Millis;
	readonly level: 'debug' | 'info' | 'warn' | 'error';
	/** Made safe for a terminal. */
	readonly text: string;
	readonly torrent?: string | undefined;
	/** What that torrent is called, made safe for a terminal. */
	readonly name?: string | undefined;
	/** How often the same was said, the last time at `at`; once when left out. */
	readonly times?: number | undefined;
}

/** What a piece cell holds: the answer to `piece.inspect`, for its first piece. */
export interface PieceInspection {
	readonly piece: number;
	readonly pieces: number;
	readonly length: Bytes;
	readonly state: string;
	readonly priority?: FilePriority;
	/** Undefined when it has no deadline; below zero when that is over. */
	readonly dueIn?: Millis | undefined;
	readonly files: readonly string[];
	readonly holders: number;
	readonly blocks: number;
	readonly blocksHave: number;
	readonly requestedFrom: readonly string[];
	/** The first piece of the cell. */
	readonly first?: number;
	/** Who has it, the fastest first: no more than 20. */
	readonly heldBy?: readonly PieceHolder[];
	/** Every piece of the cell, neighbours alike told together; left out while a cell is only looked at in passing. */
	readonly runs?: readonly PieceRun[];
}

/** A connected peer that has a piece. */
export interface PieceHolder {
	readonly address: string;
	/** What it sends us. */
	readonly rate: BytesPerSecond;
}

/** Pieces beside each other that are alike. */
export interface PieceRun {
	readonly first: number;
	readonly last: number;
	readonly state: string;
	/** Connected peers that have each of them. */
	readonly holders: number;
	/** Where there are few: who. */
	readonly heldBy?: readonly string[];
}

/** What somebody looks at; nothing else is computed or sent. */
export interface Watch {
	/** No more than one update in this time. At least 50. */
	readonly interval: Millis;
	/** Of a watch that is changed: what was told before is still known, so only what is new or has changed is told. */
	readonly keeps?: boolean;
	/** Between processes: who was told of all torrents takes what has changed since, as `torrentChanges`. */
	readonly changes?: boolean;
	readonly session?: boolean;
	readonly torrents?: boolean;
	/** Torrents that are being made, and those that were a while ago. */
	readonly creations?: boolean;
	readonly torrent?: {
		readonly id: string;
		readonly overview?: boolean;
		/** The number of cells wanted. */
		readonly pieces?: number;
		/** The cell of these that somebody looks into. */
		readonly cell?: number;
		readonly peers?: boolean;
		/** Whether each peer is told with a map of what it has. */
		readonly peerMaps?: boolean;
		/** The id of a peer that somebody looks at. */
		readonly peer?: number;
		readonly trackers?: boolean;
		readonly files?: boolean;
		readonly speed?: {readonly range: Seconds; readonly samples: number};
	};
	/** Speed of all torrents together. */
	readonly speed?: {readonly range: Seconds; readonly samples: number};
	/** The newest lines: of one torrent when `torrent.id` is watched, else of all. */
	readonly log?: number;
	/** Who shares what through trackers with a catalogue; while it is watched they are asked. */
	readonly network?: boolean;
	/** The peers of all torrents, and the trackers of all. */
	readonly everyPeer?: boolean;
	readonly everyTracker?: boolean;
	/** Folders that are shared and watched. */
	readonly folders?: boolean;
	/** Feeds, and the first of their items. */
	readonly feeds?: boolean;
	/** Of these only lines of this level and of those above it; all when left out. */
	readonly logFrom?: LogView['level'];
}

/**
 * What has changed in a list of torrents since it was told last: those of these ids have gone, and each that is told takes
 * the place of the one of its id, or is at the end where there was none.
 */
export interface TorrentChanges {
	readonly gone?: readonly string[];
	readonly changed: readonly TorrentView[];
}

/** Only the sections that changed since the watcher's last update. Sections replace what came before, whole. */
export interface Update {
	readonly revision: number;
	readonly session?: SessionView;
	readonly torrents?: readonly TorrentView[];
	/** On its way between processes only, in the place of `torrents`. */
	readonly torrentChanges?: TorrentChanges;
	/** In the order in which they were begun. */
	readonly creations?: readonly CreationView[];
	readonly torrent?: {
		readonly id: string;
		/** Set alone when the engine has no such torrent (any more). */
		readonly gone?: boolean;
		readonly overview?: TorrentView;
		readonly pieces?: PiecesView;
		/** Comes with `pieces`: cells of which something was sent in the last two seconds, while all that is wanted is here. */
		readonly sent?: readonly number[];
		/** What the cell holds that is looked into. */
		readonly cell?: PieceInspection;
		readonly peers?: readonly PeerView[];
		/** The peer that is looked at; null when it is not connected any more. */
		readonly peer?: PeerDetails | null;
		readonly trackers?: readonly TrackerView[];
		/** Comes with `trackers`. */
		readonly sources?: readonly SourceView[];
		/** Likewise. */
		readonly webSeeds?: readonly WebSeedView[];
		readonly files?: readonly FileView[];
		readonly progress?: FileProgressView;
		readonly speed?: SpeedView;
	};
	readonly speed?: SpeedView;
	readonly log?: readonly LogView[];
	readonly network?: NetworkView;
	readonly everyPeer?: readonly AnyPeerView[];
	readonly everyTracker?: readonly CommonTrackerView[];
	/** Only where folders are looked after: in the engine that runs for all. */
	readonly folders?: FoldersView;
	/** Likewise. */
	readonly feeds?: FeedsView;
}
