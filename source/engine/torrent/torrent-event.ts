import type {CheckMode, Reannouncement} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Millis} from '../../base/units.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import type {FileChoices, OtherPlace, ResumeData} from '../../io/state/resume-data.js';
import type {PieceRange} from '../../policy/pieces/piece-priorities.js';
import type {SpeedHistory} from '../../policy/rates/speed-history.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Consent} from './file-ownership.js';
import type {SettingsChange} from './torrent-settings.js';

/** Everything that can happen to a torrent but the blocks themselves, which are too many for a mailbox. */
export type TorrentEvent =
	| {readonly type: 'start'; readonly check: CheckMode}
	/** `withAll`: not by itself, but because everything was to stop. */
	| {readonly type: 'pause'; readonly withAll?: boolean}
	/** Others go first. `wanted`: it is to run when its turn comes, whatever it has done before. */
	| {readonly type: 'queue'; readonly wanted?: true}
	/** Its files are looked at, and it waits for others then. */
	| {readonly type: 'look'; readonly check: CheckMode}
	/** It has not run yet, and is not to for now. `recalled`: it is of an earlier session, and may have reached its goal. */
	| {readonly type: 'rest'; readonly wanted: boolean; readonly recalled?: true}
	/** It can only be looked at. */
	| {readonly type: 'hold'; readonly held: Held}
	/** Somebody says where the data is of one that could only be looked at. */
	| {readonly type: 'release'; readonly dir: string}
	/** A person allows its next start to do more than it would; left out: what it was told to do when it failed. */
	| {readonly type: 'allow'; readonly consent?: Partial<Consent>}
	/** What an earlier session knew; to be told before the first start. */
	| {readonly type: 'remember'; readonly memory: ResumeData}
	/** The speeds of an earlier session. */
	| {readonly type: 'history'; readonly read: () => Promise<SpeedHistory | undefined>}
	| {readonly type: 'set'; readonly settings: SettingsChange}
	| {readonly type: 'verify'}
	/** What it holds has come, and has the hash that was asked for: from its peers, or in a .torrent, which is kept then. */
	| {readonly type: 'metadata'; readonly info: Metainfo; readonly torrent?: Uint8Array}
	/** What has the hash that was asked for cannot be used. */
	| {readonly type: 'unusable'; readonly why: string}
	/** Which files are wanted is said anew; kept until it is known which there are. */
	| {readonly type: 'select'; readonly choices: FileChoices}
	/** Once it is known which files there are, none is fetched before somebody has chosen. */
	| {readonly type: 'askForChoice'}
	/** Somebody has: it may start. Left out: those that are wanted as it stands. May throw a `UserError`. */
	| {readonly type: 'choose'; readonly choices?: FileChoices | undefined}
	| {readonly type: 'prioritise'; readonly files: readonly number[]; readonly priority: FilePriority}
	/** Null for the priority of their files. */
	| {
			readonly type: 'prioritisePieces';
			readonly pieces: readonly PieceRange[];
			readonly priority: FilePriority | null;
	  }
	/** They are due so long from now; null for no hurry. */
	| {
			readonly type: 'deadline';
			readonly pieces: readonly PieceRange[];
			readonly within: Millis | null;
			readonly step?: Millis | undefined;
	  }
	| {
			readonly type: 'peers';
			readonly addresses: readonly PeerAddress[];
			readonly source: PeerSourceName;
			/** Who of that kind names them: the address of a peer or node, the URL of a tracker. */
			readonly by?: string | undefined;
			/** Whoever names them was asked for the v2 hash. */
			readonly knowV2?: boolean | undefined;
	  }
	/** A peer is let go of; or for good, with everybody at its address. */
	| {readonly type: 'kick' | 'ban'; readonly peer: number}
	/** There is a way to others again, or another than before: who is known is dialled, and who gives peers is asked. */
	| {readonly type: 'reconnect'}
	/** Those who give peers are asked at once. */
	| {readonly type: 'announce'; readonly done: (outcome: Reannouncement) => void}
	/** A tracker a person names, in the tier of this number, or its own. May throw a `UserError`. */
	| {
			readonly type: 'addTracker';
			readonly url: string;
			readonly tier?: number | undefined;
			readonly done?: Added;
	  }
	/** Trackers that another account of it names. */
	| {
			readonly type: 'addTiers';
			readonly tiers: ReadonlyArray<readonly string[]>;
			readonly done?: Added;
	  }
	/** This tracker of its is asked whenever its time has come, not only when those before it fail. */
	| {readonly type: 'alwaysTracker'; readonly url: string}
	| {readonly type: 'removeTracker'; readonly url: string}
	/** HTTP servers that another account of it says have its files. */
	/** `isNamed`: a person names them; else a link or a .torrent does. */
	| {readonly type: 'addWebSeeds'; readonly urls: readonly string[]; readonly isNamed?: boolean}
	| {readonly type: 'removeWebSeed'; readonly url: string}
	/** Its files go to another folder. */
	| {readonly type: 'move'; readonly dir: string; readonly done: Moved}
	| {
			readonly type: 'rename';
			readonly file: number;
			readonly name: string;
			/** Which part of its path: the last when left out. */
			readonly depth?: number | undefined;
			readonly done: Moved;
	  }
	/** What was cut short in an earlier session begins anew. */
	| {readonly type: 'moveAgain'; readonly place: OtherPlace}
	| {readonly type: 'stored'; readonly piece: number}
	| {readonly type: 'wrong'; readonly piece: number; readonly digests: Uint8Array}
	| {readonly type: 'unstored'; readonly piece: number; readonly failure: StorageFailure}
	| {readonly type: 'failure'; readonly failure: StorageFailure}
	/** Takes account of what was moved since the last time. */
	| {readonly type: 'count'}
	/** A limit of all torrents was changed. */
	| {readonly type: 'limits'; readonly now: Millis}
	/** Tokens came: those who waited for them go on. */
	| {readonly type: 'resupply'; readonly now: Millis}
	| {readonly type: 'tick'; readonly now: Millis};

/** Told how many trackers were not there before. */
type Added = (count: number) => void;

/** Told why files are where they were; undefined when they have been moved. */
type Moved = (outcome: Promise<StorageFailure | undefined>) => void;

/** Why a torrent of an earlier session can only be looked at. */
export interface Held {
	/** What was known of it is lost; or a later version of the program knows it. */
	readonly why: 'lost' | 'later';
	/** The same in words, with what to do. */
	readonly text: string;
}
