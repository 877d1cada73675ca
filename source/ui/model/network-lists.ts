import type {FoldersView} from '../../api/folders-view.js';
import type {FoundTorrent, NetworkView, PersonView, SharedTorrentView} from '../../api/network-view.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';
import {count, percent, size} from '../text/format.js';
import {arrange, byText, type Entry, type SortOrder} from './arrange.js';
import {remembered} from './remembered.js';
import type {ScreenState} from './store.js';
import type {ListState} from './view.js';

/** The lists of the Network view. */
type NetworkList = 'found' | 'people' | 'shared';

/** One row of what I share: a torrent, or what goes on in a shared folder. */
export interface SharedItem {
	readonly key: string;
	readonly name: string;
	readonly size: Bytes | undefined;
	/** Its id, where it is a torrent that can be opened. */
	readonly torrent?: string | undefined;
	readonly uploadRate?: BytesPerSecond | undefined;
	readonly connected?: number | undefined;
	/** Where it is told, or why it is not, or how far it is. */
	readonly note: string;
	readonly tone: 'dim' | 'warn' | 'accent';
}

const bySize: SortOrder<{readonly size?: Bytes | undefined}> = {
	id: 'size',
	letter: 'z',
	label: 'size',
	descending: true,
	compare: (a, b) => (a.size ?? 0) - (b.size ?? 0),
};

const byNewest: SortOrder<{readonly since: Millis}> = {
	id: 'new',
	letter: 'w',
	label: 'newest',
	descending: true,
	compare: (a, b) => a.since - b.since,
};

const foundOrders: ReadonlyArray<SortOrder<FoundTorrent>> = [
	{id: 'seeds', letter: 'e', label: 'seeds', descending: true, compare: (a, b) => a.seeders - b.seeders},
	bySize,
	byNewest,
	{id: 'name', letter: 'n', label: 'name', compare: (a, b) => byText(a.name, b.name)},
];

const peopleOrders: ReadonlyArray<SortOrder<PersonView>> = [
	{id: 'name', letter: 'n', label: 'name', compare: (a, b) => byText(a.nick, b.nick)},
	{
		id: 'torrents',
		letter: 't',
		label: 'torrents',
		descending: true,
		compare: (a, b) => a.torrents - b.torrents,
	},
	bySize,
	byNewest,
];

const sharedOrders: ReadonlyArray<SortOrder<SharedItem>> = [
	{id: 'name', letter: 'n', label: 'name', compare: (a, b) => byText(a.name, b.name)},
	bySize,
	{
		id: 'up',
		letter: 'u',
		label: 'up',
		descending: true,
		compare: (a, b) => (a.uploadRate ?? 0) - (b.uploadRate ?? 0),
	},
];

/** The orders of each list, without their comparing. */
export const networkOrders: Readonly<Record<NetworkList, ReadonlyArray<SortOrder<never>>>> = {
	found: foundOrders,
	people: peopleOrders,
	shared: sharedOrders,
};

const foundText = ({name, size: length, nicks}: FoundTorrent) =>
	`${name}, ${size(length)}, ${nicks.join(', ')}`;
const personText = ({nick, torrents, size: length, you}: PersonView) =>
	`${nick}${you ? ', you' : ''}, ${count(torrents, 'torrent')}, ${size(length)}`;
const sharedText = ({name, note}: SharedItem) => (note === '' ? name : `${name}, ${note}`);

/** What goes on in shared folders: what is being hashed, what is gone, what is left out. */
function folderItems(folders: FoldersView | undefined): SharedItem[] {
	return (folders?.shared ?? []).flatMap(({dir, state, why, hashing, faults, faultCount}) => {
		const items: SharedItem[] = [];
		if (hashing)
			items.push({
				key: `hashing ${dir}`,
				name: hashing.name,
				size: hashing.length,
				note: `hashing ${percent(hashing.done, hashing.length, 0)}`,
				tone: 'accent',
			});
		if (state === 'gone' || state === 'refused')
			items.push({key: `folder ${dir}`, name: dir, size: undefined, note: why ?? state, tone: 'warn'});
		for (const fault of faults)
			items.push({
				key: `fault ${dir}/${fault.name}`,
				name: fault.name,
				size: undefined,
				note: `left out: ${fault.why}`,
				tone: 'warn',
			});
		if (faultCount > faults.length)
			items.push({
				key: `faults ${dir}`,
				name: dir,
				size: undefined,
				note: `${faultCount - faults.length} more are left out`,
				tone: 'warn',
			});
		return items;
	});
}

function sharedItem(
	{id, name, size: length, catalogues, why}: SharedTorrentView,
	torrent: TorrentView | undefined,
	several: boolean,
): SharedItem {
	return {
		key: id,
		name,
		size: length,
		torrent: id,
		uploadRate: torrent?.uploadRate,
		connected: torrent?.connected,
		note: why ?? (several ? catalogues.join(', ') : ''),
		tone: why === undefined ? 'dim' : 'warn',
	};
}

const arrangeFound = remembered(
	(found: readonly FoundTorrent[], sort: string, reverse: boolean, filter: string) =>
		arrange(found, {sort, reverse, filter}, foundOrders, foundText),
);
const arrangePeople = remembered(
	(people: readonly PersonView[], sort: string, reverse: boolean, filter: string) =>
		arrange(people, {sort, reverse, filter}, peopleOrders, personText),
);
const arrangeShared = remembered(
	(
		network: NetworkView | undefined,
		folders: FoldersView | undefined,
		torrents: readonly TorrentView[] | undefined,
		sort: string,
		reverse: boolean,
		filter: string,
	) => {
		const byId = new Map(torrents?.map(torrent => [torrent.id, torrent]));
		const several = (network?.catalogues.length ?? 0) > 1;
		const items = (network?.shared ?? []).map(shared => sharedItem(shared, byId.get(shared.id), several));
		const chosen = {sort, reverse, filter};
		return [
			// What goes on now is seen first, however much is shared.
			...arrange(folderItems(folders), {...chosen, sort: '', reverse: false}, sharedOrders, sharedText),
			...arrange(items, chosen, sharedOrders, sharedText),
		];
	},
);

const none: readonly never[] = [];
const chosen = ({sort, reverse, filter}: ListState) => [sort, reverse, filter] as const;

/** What was found, as the pane shows it. */
export function shownFound({model, view}: ScreenState): readonly FoundTorrent[] {
	return arrangeFound(model.found?.torrents ?? none, ...chosen(view.lists.found));
}

const idText = remembered((torrents: readonly TorrentView[]) => torrents.map(({id}) => id).join(' '));
const idSet = remembered((ids: string): ReadonlySet<string> => new Set(ids.split(' ')));

/** Ids of the torrents that are here; the same object while they are the same ones. */
export function idsHere({model}: ScreenState): ReadonlySet<string> {
	return idSet(idText(model.torrents ?? none));
}

/** Who is here, as the pane shows it. */
export function shownPeople({model, view}: ScreenState): readonly PersonView[] {
	return arrangePeople(model.network?.people ?? none, ...chosen(view.lists.people));
}

/** What I share, as the pane shows it. */
export function shownShared({model, view}: ScreenState): readonly SharedItem[] {
	return arrangeShared(model.network, model.folders, model.torrents, ...chosen(view.lists.shared));
}

// Whoever tells another size or name for an info-hash is a second entry.
const foundEntries = remembered((found: readonly FoundTorrent[]): readonly Entry[] =>
	found.map((each, at) => {
		const isSecond = found.findIndex(({infoHash}) => infoHash === each.infoHash) < at;
		return {
			key: isSecond ? `${each.infoHash} ${each.size} ${each.name} ${each.nicks[0]}` : each.infoHash,
			text: foundText(each),
		};
	}),
);
const peopleEntries = remembered((people: readonly PersonView[]): readonly Entry[] =>
	people.map(person => ({key: `${person.nick} ${person.catalogue}`, text: personText(person)})),
);
const sharedEntries = remembered((items: readonly SharedItem[]): readonly Entry[] =>
	items.map(item => ({key: item.key, text: sharedText(item)})),
);

/** The entries of a list of the Network view in the order shown. */
export function networkEntries(state: ScreenState, list: NetworkList): readonly Entry[] {
	switch (list) {
		case 'found':
			return foundEntries(shownFound(state));
		case 'people':
			return peopleEntries(shownPeople(state));
		case 'shared':
			return sharedEntries(shownShared(state));
		default:
			return list satisfies never;
	}
}
