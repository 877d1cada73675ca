import type {SeedGoal, SeedGoalChange, SeedRules} from '../base/seed-goal.js';
import type {SlowTime} from '../base/slow-time.js';
import type {Bytes, BytesPerSecond, Millis, Seconds} from '../base/units.js';
import type {CreationOptions} from './creation.js';
import type {DhtView} from './dht-view.js';
import type {FeedRule} from './feed-rules.js';
import type {FeedsView} from './feeds-view.js';
import type {FoldersView} from './folders-view.js';
import type {KnownTorrent} from './known-torrent.js';
import type {FoundTorrents, NetworkView} from './network-view.js';
import type {FilePriority, FileView, PieceInspection} from './snapshot.js';
import type {StreamView} from './stream-view.js';
import type {DetailName, TorrentDetails} from './torrent-details.js';

/** How data already on disk is treated when a torrent is added. */
export type CheckMode = 'full' | 'quick' | 'none';

/** What a torrent can be added with; what is left out takes the engine's defaults. */
export interface AddOptions {
	/** Absolute folder. */
	readonly dir?: string;
	readonly paused?: boolean;
	readonly sequential?: boolean;
	/** Selection rules as on the command line: `1,3-5`, `*.mkv`, `>100M`; see `selectFiles`. */
	readonly select?: string | readonly string[];
	readonly priorities?: ReadonlyArray<readonly [fileIndex: number, priority: FilePriority]>;
	readonly trackers?: readonly string[];
	/** HTTP servers that have its files: http or https URLs. BEP 19. */
	readonly webSeeds?: readonly string[];
	/** `host:port` */
	readonly peers?: readonly string[];
	readonly label?: string;
	/**
	 * Once its files are known none is fetched before somebody has chosen, by `torrent.choose`. What `select` and
	 * `priorities` say is what is proposed then.
	 */
	readonly choose?: boolean;
	readonly maxPeers?: number;
	readonly maxDownload?: BytesPerSecond;
	readonly maxUpload?: BytesPerSecond;
	readonly seedRatio?: number;
	readonly seedTime?: Seconds;
	/** Beside and before those two. */
	readonly goal?: SeedGoal;
	readonly check?: CheckMode;
	/** Files that are in the way and none of the torrent's are replaced; without it they stop it. */
	readonly overwrite?: boolean;
	/** What is there and differs is fetched again, over it. */
	readonly repair?: boolean;
	/** Nothing is written: what is missing or wrong stops it. */
	readonly seedOnly?: boolean;
	/** It is told to those who have a catalogue of what people share. */
	readonly publish?: boolean;
	/** Hash nothing, believe that everything is there: for data that was hashed a moment ago. */
	readonly trackersOff?: boolean;
	/**
	 * What another program knew of it, of a torrent that is new here; one that is here already stays as it is, whatever else
	 * the options say.
	 */
	readonly known?: KnownTorrent;
	/** Which of the above are what is usually wanted, not asked for this time: a torrent that is here keeps its own. */
	readonly usual?: readonly string[];
}

/** What a torrent that was here already got from being added again. */
export interface Merged {
	readonly trackers: number;
	readonly peers: number;
	/** Files that are wanted now and were not before. */
	readonly files: number;
	/** What else of it is another one now: `label`, `seeding goal`, `order`, `speed limits`. */
	readonly set?: readonly string[];
	/** Where it is and stays, when another folder was named. */
	readonly dir?: string;
}

/** Pieces by their numbers: single ones, and runs of which both ends belong to it. At most 10,000 of either. */
export type PieceSelection = ReadonlyArray<number | readonly [first: number, last: number]>;

/** Everything a person or script can ask the engine to do. `id` is a torrent's info-hash. */
export type Command =
	| {
			readonly type: 'torrent.add';
			/** The .torrent: its bytes for an engine in this process, base64 for one that is reached by messages. */
			readonly metainfo: string | Uint8Array;
			readonly options?: AddOptions;
	  }
	| {readonly type: 'torrent.addLink'; readonly link: string; readonly options?: AddOptions}
	/** Looks at what a link holds, or a torrent that is here, named by its link or info-hash; adds nothing: answers `preview`. */
	| {readonly type: 'torrent.preview'; readonly link: string}
	/**
	 * Makes a torrent of what is at a path, and writes it to `output`, over nothing that is there; with `seed` it is added
	 * then. Answers `creation`, its number in `Watch.creations`, when its files were found and are being hashed.
	 */
	| {
			readonly type: 'torrent.create';
			/** Absolute. */
			readonly path: string;
			/** Absolute; beside what it is made of, with its name, when left out. */
			readonly output?: string;
			readonly seed?: boolean;
			readonly options?: CreationOptions;
	  }
	/** Ends the making of a torrent; forgets one that is over. */
	| {readonly type: 'creation.end'; readonly creation: number}
	/** Answers `metainfo`: the .torrent of one of which it is known what it holds. */
	| {readonly type: 'torrent.export'; readonly id: string}
	| {readonly type: 'torrent.pause'; readonly id: string}
	/** With `overwrite` and `repair` as in `AddOptions`, for this once. */
	| {
			readonly type: 'torrent.resume';
			readonly id: string;
			readonly overwrite?: boolean;
			readonly repair?: boolean;
			/** It waits for no other, and takes nobody's place, until it is paused or the engine ends. */
			readonly now?: boolean;
	  }
	/** Says which files are wanted of one that waits for it (`TorrentView.choosing`): rules first, or all; it goes on then. */
	| {
			readonly type: 'torrent.choose';
			readonly id: string;
			readonly select?: string | readonly string[];
			readonly priorities?: ReadonlyArray<readonly [fileIndex: number, priority: FilePriority]>;
	  }
	| {readonly type: 'torrent.remove'; readonly id: string; readonly withData: boolean}
	| {readonly type: 'torrent.verify'; readonly id: string}
	/** With `find` its files are there already, and nothing is moved: one that is paused is looked at there. */
	| {readonly type: 'torrent.move'; readonly id: string; readonly dir: string; readonly find?: boolean}
	/** Gives a file another name; with `depth` the folder that is so far down its path, 0 for the first, for this file alone. */
	| {
			readonly type: 'torrent.rename';
			readonly id: string;
			readonly fileIndex: number;
			readonly name: string;
			readonly depth?: number;
	  }
	| {readonly type: 'torrent.reannounce'; readonly id: string}
	| {readonly type: 'torrent.sequential'; readonly id: string; readonly on: boolean}
	| {readonly type: 'torrent.superSeed'; readonly id: string; readonly on: boolean}
	| {readonly type: 'torrent.label'; readonly id: string; readonly label: string}
	| {readonly type: 'torrent.publish'; readonly id: string; readonly on: boolean}
	| {readonly type: 'torrent.queue'; readonly id: string; readonly position: number}
	| {
			readonly type: 'torrent.limits';
			readonly id: string;
			readonly maxDownload?: BytesPerSecond | null;
			readonly maxUpload?: BytesPerSecond | null;
			/** At least 1; who is connected beyond it is let go of. */
			readonly maxPeers?: number;
			readonly seedRatio?: number | null;
			readonly seedTime?: Seconds | null;
	  }
	/** Parts of its seeding goal that are to be others, for this torrent alone; null: as its label, trackers or all have it. */
	| {readonly type: 'torrent.goal'; readonly id: string; readonly goal: SeedGoalChange}
	| {
			readonly type: 'files.priority';
			readonly id: string;
			readonly files: readonly number[];
			readonly priority: FilePriority;
	  }
	/** Goes before the priorities of the pieces' files; null for these again. Kept over restarts. */
	| {
			readonly type: 'piece.priority';
			readonly id: string;
			readonly pieces: PieceSelection;
			readonly priority: FilePriority | null;
	  }
	/**
	 * The pieces are wanted within so long from now, before everything else: in the order in which they are due, each from
	 * whoever sends it soonest. Also a skipped piece is wanted then. Holds until the piece is here or is skipped; null
	 * takes it back. Not kept over restarts. At most 10,000 pieces of a torrent are due at a time. With `step` each of
	 * them, in the order of their numbers, is due so much later than the one before.
	 */
	| {
			readonly type: 'piece.deadline';
			readonly id: string;
			readonly pieces: PieceSelection;
			readonly within: Millis | null;
			readonly step?: Millis;
	  }
	| {readonly type: 'tracker.add'; readonly id: string; readonly url: string; readonly tier?: number}
	| {readonly type: 'tracker.remove'; readonly id: string; readonly url: string}
	/** An HTTP server that has its files. BEP 19. */
	| {readonly type: 'webSeed.add'; readonly id: string; readonly url: string}
	| {readonly type: 'webSeed.remove'; readonly id: string; readonly url: string}
	| {readonly type: 'peer.add'; readonly id: string; readonly address: string}
	| {readonly type: 'peer.kick'; readonly id: string; readonly peer: number}
	| {readonly type: 'peer.ban'; readonly id: string; readonly peer: number}
	| {
			readonly type: 'piece.inspect';
			readonly id: string;
			readonly cell: number;
			readonly cells: number;
	  }
	| {readonly type: 'session.pauseAll'}
	| {readonly type: 'session.resumeAll'}
	| {readonly type: 'session.slowMode'; readonly on: boolean}
	| {
			readonly type: 'session.limits';
			/** Which limits are meant: those that hold now when left out. */
			readonly mode?: 'normal' | 'slow';
			readonly maxDownload?: BytesPerSecond | null;
			readonly maxUpload?: BytesPerSecond | null;
	  }
	/** Changes what an engine was started with, as far as that can change while it runs. Answers `settings`. */
	| {readonly type: 'session.configure'; readonly settings: EngineSettings}
	/** Reads or fetches the blocklist now. Answers `blocklist`, the number of its ranges. */
	| {readonly type: 'session.blocklist'}
	/** The engine reads its config file anew, and goes by it. Answers `reloaded`. */
	| {readonly type: 'session.reload'}
	/** Answers `torrents`: all, or those of these ids that are there; and `details`, beside them, when some are asked for. */
	| {
			readonly type: 'session.list';
			readonly ids?: readonly string[];
			readonly details?: readonly DetailName[];
			/** False: why a torrent does not move is told of those only that have failed; a third of the work for thousands. */
			readonly reasons?: boolean;
	  }
	/**
	 * Looks for torrents, their files and labels by words whose letters are in their names, in that order; without words
	 * for the first torrents. Answers `findings`: the best ones, `limit` of each kind at most (1 to 200).
	 */
	| {readonly type: 'session.find'; readonly words: string; readonly limit: number}
	/** Writes a line into the engine's log, for those who work through it: at most 1,000 characters of it are kept. */
	| {
			readonly type: 'session.log';
			readonly level: 'info' | 'warn' | 'error';
			readonly text: string;
			readonly torrent?: string;
	  }
	/** What is directly in a folder is shared from now on, each entry as a torrent of its own. Answers `folders`. */
	| {
			readonly type: 'folders.share';
			/** Absolute. */
			readonly dir: string;
			/** Announce URLs for its torrents. */
			readonly trackers?: readonly string[];
			readonly label?: string;
			/** Whether its torrents are told to those who have a catalogue; they are when left out. */
			readonly publish?: boolean;
	  }
	/** Its torrents are taken out; its files stay. Answers `folders`. */
	| {readonly type: 'folders.unshare'; readonly dir: string}
	/** Answers `folders`. */
	| {readonly type: 'folders.list'}
	/** A feed is looked at from now on; one that is there already gets what is said. Looks at once; answers `feeds`. */
	| {
			readonly type: 'feeds.add';
			/** http:// or https:// */
			readonly url: string;
			readonly name?: string;
			/** How often it is looked at; as it asks for, and every 15 minutes at the most, when left out. */
			readonly interval?: Millis;
			/** Sent to its host alone, as are the headers; the torrents it has there are fetched with them. */
			readonly cookie?: string;
			readonly headers?: Readonly<Record<string, string>>;
			readonly rules?: readonly FeedRule[];
	  }
	/** `feed` is a feed's id, name or address. Its torrents stay. Answers `feeds`. */
	| {readonly type: 'feeds.remove'; readonly feed: string}
	/** Looks at a feed now, or at all. Answers `feeds` when that is done. */
	| {readonly type: 'feeds.check'; readonly feed?: string}
	/** Answers `feeds`, with at most so many items each, 200 when left out. */
	| {readonly type: 'feeds.list'; readonly items?: number}
	/** Adds what an item leads to, whatever was done with it before. Answers as `torrent.add`. */
	| {
			readonly type: 'feeds.get';
			readonly feed: string;
			/** Its id. */
			readonly item: string;
			readonly options?: AddOptions;
	  }
	/** What of a feed is taken by itself from now on; replaces a rule of that name. Answers `feeds`. */
	| {readonly type: 'feeds.rule'; readonly feed: string; readonly rule: FeedRule}
	/** Answers `feeds`. */
	| {readonly type: 'feeds.unrule'; readonly feed: string; readonly name: string}
	/** Answers `dht`. */
	| {readonly type: 'session.dht'}
	/** Looks for what people share: words that all begin a word of its name, none for everything. Answers `found`. */
	| {
			readonly type: 'network.search';
			readonly words: string;
			readonly min?: Bytes;
			readonly max?: Bytes;
			/** Most seeders when left out. */
			readonly sort?: 'seeds' | 'size' | 'new' | 'name';
			/** `next` of what was found: what follows that. */
			readonly after?: string;
			/** Only in the catalogue of this tracker, which may be one that the engine did not know. */
			readonly tracker?: string;
	  }
	/** What somebody shares. Answers `found`. */
	| {readonly type: 'network.browse'; readonly nick: string; readonly tracker?: string}
	/** Asks anew who is here. Answers `network`. */
	| {readonly type: 'network.look'; readonly tracker?: string}
	/**
	 * From now on this tracker's catalogue is one of those that are asked, and is told what is published, until the engine
	 * ends. Answers `network`; refuses one that has no catalogue or does not answer.
	 */
	| {readonly type: 'network.use'; readonly tracker: string}
	/** Looks at what a torrent holds that somebody shares, without asking peers where that is possible. Answers `preview`. */
	| {readonly type: 'network.preview'; readonly infoHash: string; readonly tracker?: string}
	/** Adds a torrent that somebody shares. Answers as `torrent.add`. */
	| {
			readonly type: 'network.get';
			readonly infoHash: string;
			readonly tracker?: string;
			readonly options?: AddOptions;
	  }
	/** From now on I am called this. What is published under the former name changes with it. */
	| {readonly type: 'network.nick'; readonly nick: string}
	/**
	 * Files of a torrent are to be played on this machine while they are downloaded: the torrent runs then, if it did not.
	 * Answers `stream`.
	 */
	| {readonly type: 'stream.open'; readonly id: string; readonly files: readonly number[]}
	/** A stream that was opened is not needed any more: whoever reads it is cut off. */
	| {readonly type: 'stream.close'; readonly stream: string}
	/**
	 * Ends the engine. With `handOver`, the number of a process of this machine that is to be the engine next, it leaves in
	 * haste: trackers get half a second to hear of it, and should that process not become the engine this one comes back. With
	 * 0 it starts that process itself, from its own program as it is now: for one that a service or a terminal runs.
	 */
	| {readonly type: 'session.stop'; readonly handOver?: number};

export type CommandType = Command['type'];

/** What is looked after beside the engine, in the process that runs for all: `folders.share` is about folders. */
const beside = ['folders', 'feeds', 'stream'] as const;

type Beside = (typeof beside)[number];

/** What is asked of those beside the engine; torrents know nothing of it. */
export type PartCommand = Extract<Command, {readonly type: `${Beside}.${string}`}>;

/** What streams are told. */
export type StreamCommand = Extract<Command, {readonly type: `stream.${string}`}>;

/** What folders are told. */
export type FolderCommand = Extract<Command, {readonly type: `folders.${string}`}>;

/** What feeds are told. */
export type FeedCommand = Extract<Command, {readonly type: `feeds.${string}`}>;

/** Whether a command is for those beside the engine. */
export function isForPart(command: Command): command is PartCommand {
	return (beside as readonly string[]).includes(partOf(command.type));
}

/** What a command is about: `folders` of `folders.share`. */
export function partOf(type: CommandType): string {
	return type.slice(0, type.indexOf('.'));
}

/** What of an engine can change while it runs. What is left out stays; null is what holds when nothing is said. */
export interface EngineSettings {
	/** Absolute; where data goes that is added without a folder, from now on. */
	readonly dir?: string;
	/** The listen port, 1 to 65535. */
	readonly port?: number;
	/** Connections a torrent, of those that are added from now on. */
	readonly maxPeers?: number;
	/** Connections of all torrents together; told is what there are places for. */
	readonly maxConnections?: number;
	/** What its owner calls it. */
	readonly name?: string | null;
	readonly maxDownload?: BytesPerSecond | null;
	readonly maxUpload?: BytesPerSecond | null;
	/** What holds in slow mode; null is no limit. */
	readonly slowDownload?: BytesPerSecond | null;
	readonly slowUpload?: BytesPerSecond | null;
	/** When slow mode comes and goes by itself. */
	readonly slowTimes?: readonly SlowTime[];
	/** How many torrents download at a time; null is no limit. */
	readonly activeDownloads?: number | null;
	readonly activeSeeds?: number | null;
	/** Where less is free nothing is downloaded; null is no such floor. */
	readonly minFreeSpace?: Bytes | null;
	/** What is wanted of seeds, all of it. */
	readonly seedRules?: SeedRules;
}

/** What came of reading the config file anew, by the names of its settings. */
export interface Reloaded {
	/** What holds now and did not before. */
	readonly changed: readonly string[];
	/** What will hold from the next start of the engine. */
	readonly later: readonly string[];
	/** Why something does not go by it, a line each. */
	readonly refused?: readonly string[];
}

/** What a torrent holds, before it is added. Texts are safe for a terminal but for those of the paths and the name. */
export interface TorrentPreview {
	/** The id it will have: its info-hash. */
	readonly id: string;
	readonly infoHashV2?: string | undefined;
	readonly name: string;
	/** All files. */
	readonly length: Bytes;
	readonly pieceLength: Bytes;
	readonly pieces: number;
	readonly private: boolean;
	/** Announce URLs it names. */
	readonly trackers: number;
	readonly comment?: string | undefined;
	/** Whether the engine has it already. */
	readonly already: boolean;
	/** The first of its `fileCount` files; pad files are left out. */
	readonly files: readonly FileView[];
	readonly fileCount: number;
	/** It is a link, and nobody knows yet which files that has, how long it is, and whether it is private. */
	readonly unknown?: boolean | undefined;
	/** Of one that is here: what was chosen for `files`, in their order. */
	readonly priorities?: readonly FilePriority[] | undefined;
	/** What of a link is ignored, and why: a line each, safe for a terminal. */
	readonly notes?: readonly string[] | undefined;
}

/** What deleting a torrent's files came to. */
export interface RemovedFiles {
	readonly deleted: number;
	/** How many are still there. */
	readonly kept: number;
	/** The first of those, and why. */
	readonly keptFiles: ReadonlyArray<{readonly path: string; readonly why: string}>;
}

/** What came of `torrent.reannounce`. Trackers are named by their hosts, safe for a terminal. */
export interface Reannouncement {
	/** Whether it runs: else nobody is asked. */
	readonly running: boolean;
	/** How many trackers it has. */
	readonly trackers: number;
	/** Those that are asked now. */
	readonly asked: readonly string[];
	/** Those that were asked before and have not answered yet. */
	readonly busy: readonly string[];
	/** Other sources that are asked now; none when it stands still. */
	readonly others?: ReadonlyArray<'dht' | 'lsd'> | undefined;
	/** Those that do not want to be asked again so soon; they are then. */
	readonly waits: ReadonlyArray<{readonly tracker: string; readonly allowedIn: Seconds}>;
}

/** Something that was found: the higher its score, the better. Names are as they are, not made safe for a terminal. */
export interface Findings {
	readonly torrents: ReadonlyArray<{
		readonly id: string;
		readonly name: string;
		readonly state: import('./snapshot.js').TorrentState;
		readonly score: number;
	}>;
	/** Of the torrent `id`: the number of the file in it, and its path there. */
	readonly files: ReadonlyArray<{
		readonly id: string;
		readonly index: number;
		readonly path: readonly string[];
		readonly score: number;
	}>;
	readonly labels: ReadonlyArray<{readonly label: string; readonly torrents: number; readonly score: number}>;
	/** How many more were found than are told. */
	readonly more: number;
}

/** What comes back when a command was done. Commands that have nothing to tell answer `{}`. */
export interface Reply {
	/** The torrent that was added, or was there already. */
	readonly id?: string;
	readonly already?: boolean;
	readonly merged?: Merged;
	readonly inspection?: PieceInspection;
	/** Ranges of addresses. */
	readonly blocklist?: number;
	readonly preview?: TorrentPreview;
	/** Of `torrent.remove` with its data. */
	readonly removed?: RemovedFiles;
	readonly reannouncement?: Reannouncement;
	readonly torrents?: readonly import('./snapshot.js').TorrentView[];
	/** One for each of `torrents`, in their order. */
	readonly details?: readonly TorrentDetails[];
	/** What holds after `session.configure`: all of it but the floor of free space. */
	readonly settings?: EngineSettings;
	readonly dht?: DhtView;
	readonly findings?: Findings;
	readonly found?: FoundTorrents;
	readonly network?: NetworkView;
	readonly folders?: FoldersView;
	readonly feeds?: FeedsView;
	readonly reloaded?: Reloaded;
	/** Base64. */
	readonly metainfo?: string;
	readonly creation?: number;
	readonly stream?: StreamView;
}
