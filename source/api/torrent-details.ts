import type {SeedGoal} from '../base/seed-goal.js';
import type {Bytes, Millis, Seconds} from '../base/units.js';
import type {FileProgressView, FileView, PeerView, TrackerView, WebSeedView} from './snapshot.js';

/** What of torrents can be asked for beside their views. */
export const detailNames = ['figures', 'files', 'peers', 'trackers', 'pieces'] as const;

/** One of them. */
export type DetailName = (typeof detailNames)[number];

/** What screens have no place for, and other programs ask for. */
export interface TorrentFigures {
	/** How much of it is verified and on disk, wanted or not. */
	readonly had: Bytes;
	/** How long it has run, and how long of that it had everything wanted: over all sessions. */
	readonly activeTime: Seconds;
	readonly seedingTime: Seconds;
	/** When it began to run; undefined while it does not. In ms since 1970, as the next. */
	readonly startedAt?: Millis | undefined;
	/** When a byte was last moved since the engine started. */
	readonly movedAt?: Millis | undefined;
	/** It runs, and nothing has moved for so long that others need not wait for it. */
	readonly stalled: boolean;
	/** The seeding goal of this torrent alone. */
	readonly ownGoal: SeedGoal;
	/** Peers connected, by how they were found. */
	readonly peersFrom: Readonly<Record<string, number>>;
	/** What the first tracker that refuses it says. */
	readonly refusal?: string | undefined;
	/** Where it was published first, as its .torrent says. */
	readonly source?: string | undefined;
}

/** Each piece of a torrent by itself. */
export interface PieceFigures {
	/** Base64 of a bit a piece, the first piece in the highest bit: those that are had. */
	readonly have: string;
	/** How many peers have each piece; -1 for those that are had. */
	readonly availability: readonly number[];
	/** Of what is wanted and not had: what somebody has who is connected. */
	readonly within: Bytes;
}

/** What was asked for of a torrent. */
export interface TorrentDetails {
	readonly id: string;
	readonly figures?: TorrentFigures;
	/** With `progress` and `offsets`, which go beside it. */
	readonly files?: readonly FileView[];
	readonly progress?: FileProgressView;
	/** Where each begins in the torrent. */
	readonly offsets?: readonly Bytes[];
	readonly peers?: readonly PeerView[];
	readonly trackers?: readonly TrackerView[];
	/** Comes with `trackers`. */
	readonly webSeeds?: readonly WebSeedView[];
	readonly pieces?: PieceFigures;
}
