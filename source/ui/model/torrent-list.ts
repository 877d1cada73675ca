import {readFilterWords} from '../../api/filter-words.js';
import type {TorrentView} from '../../api/snapshot.js';
import {standingOf, type TorrentStanding} from '../../api/torrent-standing.js';
import {byText, type Entry, type SortOrder} from './arrange.js';
import {type Compare, KeptOrder} from './kept-order.js';
import {rateOrders} from './rate-orders.js';
import {remembered} from './remembered.js';
import type {ScreenState} from './store.js';
import {type Grouping, groupTorrents, isGroup, type TorrentGroup, type TorrentRow} from './torrent-groups.js';
import type {View} from './view.js';

/** By state: what somebody should look at first. */
const standingRanks: Readonly<Record<TorrentStanding, number>> = {
	failed: 0,
	stalled: 1,
	downloading: 2,
	metadata: 3,
	checking: 4,
	queued: 5,
	seeding: 6,
	pausing: 7,
	paused: 8,
	finished: 9,
};

/** The orders of the list of torrents. */
export const torrentOrders: ReadonlyArray<SortOrder<TorrentView>> = [
	{id: 'queue', letter: 'q', label: 'queue', compare: (a, b) => a.queue - b.queue},
	{id: 'name', letter: 'n', label: 'name', compare: (a, b) => byText(a.name, b.name)},
	{
		id: 'state',
		letter: 's',
		label: 'state',
		compare: (a, b) => standingRanks[standingOf(a)] - standingRanks[standingOf(b)],
	},
	{id: 'size', letter: 'z', label: 'size', descending: true, compare: (a, b) => a.length - b.length},
	{
		id: 'done',
		letter: 'p',
		label: 'progress',
		descending: true,
		compare: (a, b) => a.completed / Math.max(1, a.wanted) - b.completed / Math.max(1, b.wanted),
	},
	...rateOrders,
	{id: 'ratio', letter: 'r', label: 'ratio', descending: true, compare: (a, b) => a.ratio - b.ratio},
	{
		id: 'availability',
		letter: 'v',
		label: 'availability',
		// What nobody tells of comes last.
		compare: (a, b) => (a.availability ?? 1e12) - (b.availability ?? 1e12),
	},
	{
		id: 'goal',
		letter: 'g',
		label: 'goal',
		descending: true,
		compare: (a, b) => (a.goal?.share ?? -1) - (b.goal?.share ?? -1),
	},
	{id: 'eta', letter: 'e', label: 'ETA', compare: (a, b) => (a.eta ?? 1e12) - (b.eta ?? 1e12)},
	{id: 'added', letter: 'a', label: 'added', descending: true, compare: (a, b) => a.addedAt - b.addedAt},
	{id: 'label', letter: 'l', label: 'label', compare: (a, b) => byText(a.label ?? '', b.label ?? '')},
];

/** What is wrong is said with it to who cannot see its row. */
const torrentText = (torrent: TorrentView) => {
	const {name, label = '', reason} = torrent;
	const why = reason && reason.level !== 'info' ? ` ${reason.text}` : '';
	return `${name} ${label} ${standingOf(torrent)}${why}`;
};

/** How a torrent list is ordered. */
const compareBy = remembered((sort: string, reverse: boolean): Compare<TorrentView> | undefined => {
	const compare = torrentOrders.find(({id}) => id === sort)?.compare;
	if (compare === undefined || !reverse) return compare;
	return (a, b) => compare(b, a);
});

/** By an order that nobody knows, the other way round. */
const backwards = remembered((torrents: readonly TorrentView[]) => torrents.toReversed());

interface Choice {
	readonly filter: string;
	/** Those just removed are left out. */
	readonly removals: View['removals'];
}

const choiceOf = remembered((filter: string, removals: View['removals']): Choice => ({filter, removals}));

/** The torrents that fit the filter, in the order that was chosen; those just removed are left out. */
const order = new KeptOrder<TorrentView, Choice>(({filter, removals}) => {
	const removed = new Set(removals.flatMap(({ids}) => ids));
	const fits = readFilterWords(filter);
	return (torrent, now) => !removed.has(torrent.id) && (fits === undefined || fits(torrent, now));
});

const grouped = remembered(
	(torrents: readonly TorrentView[], grouping: Grouping): readonly TorrentGroup[] | undefined =>
		groupTorrents(torrents, grouping, standing => standingRanks[standing]),
);

const inGroups = remembered((groups: readonly TorrentGroup[]): readonly TorrentView[] =>
	groups.flatMap(({torrents}) => torrents),
);

const rowsOf = remembered(
	(groups: readonly TorrentGroup[], folded: ReadonlySet<string>): readonly TorrentRow[] =>
		groups.flatMap((group): readonly TorrentRow[] =>
			folded.has(group.key) ? [group] : [group, ...group.torrents],
		),
);

/** Whether any of the torrents has a goal. */
export const haveGoals = remembered((torrents: readonly TorrentView[] | undefined): boolean =>
	(torrents ?? none).some(({goal}) => goal?.share !== undefined),
);

/** The last place in the queue that any of them has; 0 without any. */
export const lastPlace = remembered((torrents: readonly TorrentView[] | undefined): number =>
	(torrents ?? none).reduce((last, {queue}) => Math.max(last, queue), 0),
);

const none: readonly never[] = [];

function arranged({model, view}: ScreenState): readonly TorrentView[] {
	const {sort, reverse, filter} = view.lists.torrents;
	const compare = compareBy(sort, reverse);
	const shown = order.shown(model.torrents ?? none, compare, choiceOf(filter, view.removals), Date.now());
	return compare === undefined && reverse ? backwards(shown) : shown;
}

/** The groups of the torrents that are shown; undefined where they are all in one list. */
export function shownGroups(state: ScreenState): readonly TorrentGroup[] | undefined {
	return grouped(arranged(state), state.preferences.group);
}

/** The torrents as the session screen shows them, group by group, those in folded groups too; those just removed are left out. */
export function shownTorrents(state: ScreenState): readonly TorrentView[] {
	const groups = shownGroups(state);
	return groups === undefined ? arranged(state) : inGroups(groups);
}

/** The rows of the list of torrents: torrents, and the groups they are in. */
export function shownTorrentRows(state: ScreenState): readonly TorrentRow[] {
	const groups = shownGroups(state);
	return groups === undefined ? arranged(state) : rowsOf(groups, state.view.foldedGroups);
}

/** An entry whose text is made when somebody looks for something: of thousands at each update nobody does. */
class TorrentEntry implements Entry {
	readonly key: string;
	readonly #torrent: TorrentView;

	constructor(torrent: TorrentView) {
		this.key = torrent.id;
		this.#torrent = torrent;
	}

	get text(): string {
		return torrentText(this.#torrent);
	}
}

/** A view stays the same object while nothing of it changes. */
const entries = new WeakMap<TorrentRow, Entry>();

function entryOf(row: TorrentRow): Entry {
	let entry = entries.get(row);
	if (entry === undefined) {
		entry = isGroup(row)
			? {key: row.key, text: `${row.name || 'no label'} ${row.torrents.length}`, group: true}
			: new TorrentEntry(row);
		entries.set(row, entry);
	}
	return entry;
}

const entriesOf = remembered((rows: readonly TorrentRow[]): readonly Entry[] => rows.map(entryOf));

/** The entries of the list of torrents. */
export function torrentEntries(state: ScreenState): readonly Entry[] {
	return entriesOf(shownTorrentRows(state));
}
