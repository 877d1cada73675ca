import type {PieceInspection, TorrentPreview} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import type {Seconds} from '../../base/units.js';
import type {Density, Grow, PaneName} from '../look/layout.js';
import type {TextField} from '../text/text-field.js';

/** Lists that have a cursor. */
export type ListName = 'torrents' | 'peers' | 'trackers' | 'files' | 'log';

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

/** A field of a form. */
export type FormField =
	| {
			readonly kind: 'text';
			readonly name: string;
			readonly label: string;
			readonly hint?: string;
			readonly value: TextField;
	  }
	| {
			readonly kind: 'choice';
			readonly name: string;
			readonly label: string;
			readonly hint?: string;
			readonly options: readonly string[];
			readonly at: number;
	  };

/** What is known of a torrent that may be added. */
export type AddPreview =
	| {readonly kind: 'none'}
	| {readonly kind: 'asked'; readonly link: string}
	| {readonly kind: 'refused'; readonly link: string; readonly why: string}
	| {
			readonly kind: 'known';
			readonly link: string;
			readonly torrent: TorrentPreview;
			/** By position in the preview's files. */
			readonly priorities: readonly FilePriority[];
			readonly folded: ReadonlySet<string>;
			/** The row of the tree that has the cursor. */
			readonly row: number;
	  };

/** What lies over the panes and takes the keys. `id` says which action the answer belongs to. */
export type Dialog =
	| {readonly kind: 'help'; readonly query: TextField; readonly top: number}
	| {readonly kind: 'quit'}
	| {
			readonly kind: 'ask';
			readonly title: string;
			readonly lines: readonly string[];
			readonly choices: ReadonlyArray<{
				readonly key: string;
				readonly label: string;
				readonly run: () => void;
			}>;
	  }
	| {
			readonly kind: 'form';
			readonly title: string;
			readonly fields: readonly FormField[];
			readonly at: number;
			readonly problem?: string | undefined;
			/** Said under the fields, from what they hold. */
			readonly preview?: ((values: Readonly<Record<string, string>>) => readonly string[]) | undefined;
			/** Answers a problem in words, or nothing when the form may close. */
			readonly submit: (values: Readonly<Record<string, string>>) => string | undefined;
	  }
	| {
			readonly kind: 'line';
			readonly prompt: '/' | ':' | 'filter';
			readonly value: TextField;
			readonly before: string;
			/** The folders that were folded when a search began: only those of what is found are opened. */
			readonly folded?: ReadonlySet<string>;
	  }
	| {
			readonly kind: 'add';
			readonly fields: readonly FormField[];
			/** The field that has the keys; after the last one the tree of files. */
			readonly at: number;
			readonly problem?: string | undefined;
			readonly preview: AddPreview;
	  }
	| {readonly kind: 'sort'; readonly list: ListName}
	| {readonly kind: 'details'}
	| {readonly kind: 'inspection'; readonly inspection: PieceInspection; readonly cell: number}
	| {readonly kind: 'settings'; readonly at: number};

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
	readonly screen: 'torrent' | 'session';
	readonly torrent: string | undefined;
	readonly pane: PaneName;
	readonly grow: Grow;
	readonly density: Density;
	readonly lists: Readonly<Record<ListName, ListState>>;
	/** What `/` last looked for, by list. */
	readonly query: string;
	readonly folded: ReadonlySet<string>;
	/** The piece cell with the cursor; -1 before anybody moved there. */
	readonly cell: number;
	/** What the speed graph spans; 0 for what fits its history. */
	readonly range: Seconds;
	/** Whether the log also shows details: what only matters when something is looked into. */
	readonly details: boolean;
	readonly dialog: Dialog | undefined;
	readonly notice: Notice | undefined;
	readonly removals: readonly PendingRemoval[];
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
		lists: {
			torrents: list('queue'),
			peers: list('down', true),
			trackers: list('tier'),
			files: list('path'),
			log: list('time'),
		},
		query: '',
		folded: new Set(),
		cell: -1,
		range: 0,
		details: false,
		dialog: undefined,
		notice: undefined,
		removals: [],
		focused: true,
	};
}
