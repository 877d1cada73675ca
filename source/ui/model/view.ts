import type {FilePriority} from '../../api/snapshot.js';
import type {Millis, Seconds} from '../../base/units.js';
import type {Moved} from '../look/boundaries.js';
import type {Density, Grow, PaneName} from '../look/layout.js';
import type {Dialog} from './dialog.js';
import type {FeedPart} from './feeds-place.js';
import {type NetworkPlace, openingPlace} from './network-place.js';
import type {SwarmPart} from './swarms-place.js';

/** Lists that have a cursor. */
export type ListName =
	| 'torrents'
	| 'peers'
	| 'trackers'
	| 'files'
	| 'log'
	| 'found'
	| 'people'
	| 'shared'
	| FeedPart
	| SwarmPart;

/** Where somebody is in a list. */
export interface ListState {
	/** What the cursor is on, so that it stays there when the list is sorted anew. */
	readonly key: string | undefined;
	/** Row of the cursor when last seen: where it goes when its entry has left. */
	readonly index: number;
	readonly sort: string;
	readonly reverse: boolean;
	/** Only entries that hold this; empty for all. */
	readonly filter: string;
	readonly marks: ReadonlySet<string>;
}

/** One line that says what just happened. */
export interface Notice {
	readonly level: 'info' | 'good' | 'warn' | 'error';
	readonly text: string;
}

/** A removal that can still be taken back. */
export interface PendingRemoval {
	readonly ids: readonly string[];
	/** Those that were not paused before. */
	readonly running: readonly string[];
	readonly names: string;
	readonly withData: boolean;
}

/** Everything about the screen that is not the engine's: where somebody is and what they have open. */
export interface View {
	readonly screen: 'torrent' | 'session' | 'network' | 'feeds' | 'swarms';
	readonly torrent: string | undefined;
	readonly pane: PaneName;
	readonly grow: Grow;
	readonly density: Density;
	/** How far boundaries between panes are moved, by their names. */
	readonly moved: Moved;
	/** Where somebody is among what people share. */
	readonly network: NetworkPlace;
	/** The part of the Feeds view that has the keys. */
	readonly feedPart: FeedPart;
	/** The part of the list of all torrents that has the keys. */
	readonly sessionPart: 'torrents' | 'log';
	/** The torrents whose lines alone the log below the list shows, and what they are called; undefined for all. */
	readonly logOf: {readonly ids: ReadonlySet<string>; readonly name: string} | undefined;
	/** The part of the Swarms view that has the keys. */
	readonly swarmPart: SwarmPart;
	readonly lists: Readonly<Record<ListName, ListState>>;
	/** What `/` last looked for, by list. */
	readonly query: string;
	readonly folded: ReadonlySet<string>;
	/** Keys of the groups of torrents that are folded. */
	readonly foldedGroups: ReadonlySet<string>;
	/** The piece cell with the cursor; -1 before anybody moved there. */
	readonly cell: number;
	/** What the speed graph spans; 0 for what fits its history. */
	readonly range: Seconds;
	/** Whether the log also shows details: what only matters when something is looked into. */
	readonly details: boolean;
	readonly dialog: Dialog | undefined;
	/** The dialog that takes no keys but these until then, by the screen's time. */
	readonly unasked:
		| {readonly dialog: Dialog; readonly until: Millis; readonly takes: readonly string[]}
		| undefined;
	readonly notice: Notice | undefined;
	/** Why nothing that is shown changes: the engine is not there. Stays in the last row while nothing else is said. */
	readonly gone: Notice | undefined;
	readonly removals: readonly PendingRemoval[];
	/** What was wanted of a torrent's files, by their positions, before somebody chose something else. */
	readonly filesBefore: {readonly id: string; readonly priority: readonly FilePriority[]} | undefined;
	/** Ids of torrents whose files are to be chosen later: no question comes by itself. */
	readonly putOff: ReadonlySet<string>;
	readonly focused: boolean;
}

const list = (sort: string, reverse = false): ListState => ({
	key: undefined,
	index: 0,
	sort,
	reverse,
	filter: '',
	marks: new Set(),
});

/** How the screen opens: on one torrent, or on the list of all. */
export function openingView(torrent: string | undefined): View {
	return {
		screen: torrent === undefined ? 'session' : 'torrent',
		torrent,
		pane: 'pieces',
		grow: 'share',
		density: 'all',
		moved: {},
		network: openingPlace,
		feedPart: 'items',
		sessionPart: 'torrents',
		logOf: undefined,
		swarmPart: 'everyPeer',
		lists: {
			torrents: list('queue'),
			peers: list('down', true),
			trackers: list('tier'),
			files: list('path'),
			log: list('time'),
			found: list('seeds', true),
			people: list('name'),
			shared: list('name'),
			feeds: list('order'),
			items: list('order'),
			rules: list('order'),
			everyPeer: list('down', true),
			everyTracker: list('failing', true),
		},
		query: '',
		folded: new Set(),
		foldedGroups: new Set(),
		cell: -1,
		range: 0,
		details: false,
		dialog: undefined,
		unasked: undefined,
		notice: undefined,
		gone: undefined,
		removals: [],
		filesBefore: undefined,
		putOff: new Set(),
		focused: true,
	};
}
