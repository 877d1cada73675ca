import type {Moved} from '../look/boundaries.js';
import type {FrameName} from '../look/glyphs.js';
import type {Density, Grow, PaneName, SizeClass} from '../look/layout.js';
import type {ChosenColumns} from './chosen-columns.js';
import {type Grouping, groupings} from './torrent-groups.js';

/** What the screen remembers of one class of sizes. */
export interface SizePreferences {
	readonly pane: PaneName;
	readonly grow: Grow;
	readonly density: Density;
	/** How far boundaries between panes were moved, by their names. */
	readonly moved?: Moved;
}

/** Whether the files of a magnet link are chosen before any is fetched, or all are. */
export type MagnetStart = 'ask' | 'all';

/** What the screen remembers, and the config file may say. All of it may be missing. */
export interface Preferences {
	readonly theme?: string;
	readonly frames?: FrameName;
	/** Ring the bell, and notify the desktop, when a torrent is done or fails. */
	readonly bell?: boolean;
	readonly notify?: boolean;
	/** Show progress in the window's title. */
	readonly title?: boolean;
	/** Have the terminal tell of the mouse. */
	readonly mouse?: boolean;
	/** Seconds that the speed graph spans; 0 for what fits its history. */
	readonly graphRange?: number;
	readonly sizes?: Readonly<Partial<Record<SizeClass, SizePreferences>>>;
	/** List name to column and direction. */
	readonly sort?: Readonly<Record<string, {readonly column: string; readonly reverse: boolean}>>;
	/** What the list of torrents is put in groups by. */
	readonly group?: Grouping;
	/** The columns of lists, by class of sizes and list: those shown, in their order. */
	readonly columns?: ChosenColumns;
	/** What becomes of a magnet link added here when its files are known: `ask` which to take, or take `all`. */
	readonly 'magnet-start'?: MagnetStart;
	/** Folders that data was sent to last, the latest first. */
	readonly folders?: {readonly paths: readonly string[]};
	/** Command to its keys, instead of those of the key table: `{"pause": ["p", "ctrl-p"]}`. */
	readonly keys?: Readonly<Record<string, readonly string[]>>;
}

/** Where preferences are kept: `save` may be called often, and fails by throwing. */
export interface PreferenceStore {
	load(): Preferences | undefined;
	save(preferences: Preferences): void;
	/** The person's own config file; absent where what is chosen lasts as long as the screen. */
	readonly config?: ConfigFile;
}

/** The config file as the screen sees it: settings by the names they have there. Both fail by throwing. */
export interface ConfigFile {
	/** Where it is, for people. */
	readonly path: string;
	read(): Readonly<Record<string, unknown>>;
	/** Sets what is given and keeps all else; undefined takes a setting out. */
	write(changes: Readonly<Record<string, unknown>>): void;
}

/** Preferences that are settings: chosen by a person, kept in the config file. The others are only remembered. */
export const configured: ReadonlySet<string> = new Set([
	'theme',
	'frames',
	'bell',
	'notify',
	'title',
	'mouse',
	'magnet-start',
]);

/** Preferences with everything filled in that has a default. */
export type FullPreferences = Required<Preferences>;

export const defaultPreferences: FullPreferences = {
	theme: 'tortui',
	frames: 'rounded',
	bell: true,
	notify: true,
	title: true,
	mouse: true,
	graphRange: 0,
	sizes: {},
	sort: {},
	group: 'none',
	columns: {},
	'magnet-start': 'ask',
	folders: {paths: []},
	keys: {},
};

/** The preferences of a file, wrong parts left out: a bad config never keeps the screen from opening. */
function readPreferences(loaded: unknown): FullPreferences {
	if (typeof loaded !== 'object' || loaded === null) return defaultPreferences;
	const result: Record<string, unknown> = {...defaultPreferences};
	for (const [name, fallback] of Object.entries(defaultPreferences)) {
		const value = (loaded as Record<string, unknown>)[name];
		if (typeof value === typeof fallback && value !== null && !Array.isArray(value)) result[name] = value;
	}
	// Before there were several ways to group, they were grouped by label or not at all.
	const {groups} = loaded as {readonly groups?: unknown};
	if (groups === true && !('group' in loaded)) result['group'] = 'label';
	if (!groupings.includes(result['group'] as Grouping)) result['group'] = 'none';
	return result as unknown as FullPreferences;
}

/** The preferences that are kept, or the defaults where they cannot be read. */
export function loadPreferences(prefs: PreferenceStore | undefined): FullPreferences {
	try {
		return readPreferences(prefs?.load());
	} catch {
		// A config that cannot be read is the caller's to report.
		return defaultPreferences;
	}
}
