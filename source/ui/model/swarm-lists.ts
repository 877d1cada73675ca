import type {AnyPeerView, TorrentView} from '../../api/snapshot.js';
import type {CommonTrackerView} from '../../api/swarms-view.js';
import {arrange, byText, type Entry, type SortOrder} from './arrange.js';
import {rateOrders} from './rate-orders.js';
import {remembered} from './remembered.js';
import type {ScreenState} from './store.js';
import type {SwarmPart} from './swarms-place.js';
import type {ListState} from './view.js';

/** A peer and what its torrent is called. */
export interface NamedPeer extends AnyPeerView {
	readonly torrentName: string;
}

const peerOrders: ReadonlyArray<SortOrder<NamedPeer>> = [
	...rateOrders,
	{
		id: 'torrent',
		letter: 'n',
		label: 'torrent',
		compare: (a, b) => byText(a.torrentName, b.torrentName) || b.downloadRate - a.downloadRate,
	},
	{id: 'address', letter: 'a', label: 'address', compare: (a, b) => byText(a.address, b.address)},
	{id: 'client', letter: 'c', label: 'client', compare: (a, b) => byText(a.client, b.client)},
	{id: 'done', letter: 'p', label: 'progress', descending: true, compare: (a, b) => a.progress - b.progress},
	{
		id: 'downloaded',
		letter: 't',
		label: 'total down',
		descending: true,
		compare: (a, b) => a.downloaded - b.downloaded,
	},
];

const trackerOrders: ReadonlyArray<SortOrder<CommonTrackerView>> = [
	{
		id: 'torrents',
		letter: 't',
		label: 'torrents',
		descending: true,
		compare: (a, b) => a.torrents - b.torrents,
	},
	{
		id: 'failing',
		letter: 'f',
		label: 'failing',
		descending: true,
		compare: (a, b) => a.failing - b.failing,
	},
	{id: 'url', letter: 'a', label: 'address', compare: (a, b) => byText(a.url, b.url)},
	{id: 'seeds', letter: 'e', label: 'seeds', descending: true, compare: (a, b) => a.seeders - b.seeders},
	{
		id: 'next',
		letter: 'n',
		label: 'next announce',
		compare: (a, b) => (a.nextAt ?? 1e15) - (b.nextAt ?? 1e15),
	},
];

/** The orders of each list, without their comparing. */
export const swarmListOrders: Readonly<Record<SwarmPart, ReadonlyArray<SortOrder<never>>>> = {
	everyPeer: peerOrders,
	everyTracker: trackerOrders,
};

const none: readonly never[] = [];
const chosen = ({sort, reverse, filter}: ListState) => [sort, reverse, filter] as const;
const peerText = ({address, client, source, flags, torrentName}: NamedPeer) =>
	`${address} ${client} ${source} ${flags} ${torrentName}`;
const trackerText = ({url, why, failing}: CommonTrackerView) =>
	`${url} ${failing > 0 ? `fails: ${why ?? ''}` : 'works'}`;

const named = remembered((peers: readonly AnyPeerView[], torrents: readonly TorrentView[]) => {
	const names = new Map(torrents.map(({id, name}) => [id, name]));
	return peers.map((peer): NamedPeer => ({...peer, torrentName: names.get(peer.torrent) ?? ''}));
});
const arrangePeers = remembered(
	(peers: readonly NamedPeer[], sort: string, reverse: boolean, filter: string) =>
		arrange(peers, {sort, reverse, filter}, peerOrders, peerText),
);
const arrangeTrackers = remembered(
	(trackers: readonly CommonTrackerView[], sort: string, reverse: boolean, filter: string) =>
		arrange(trackers, {sort, reverse, filter}, trackerOrders, trackerText),
);

/** The peers of all torrents, as the pane shows them. */
export function shownEveryPeer({model, view}: ScreenState): readonly NamedPeer[] {
	return arrangePeers(
		named(model.everyPeer ?? none, model.torrents ?? none),
		...chosen(view.lists.everyPeer),
	);
}

/** The trackers of all torrents, as the pane shows them. */
export function shownEveryTracker({model, view}: ScreenState): readonly CommonTrackerView[] {
	return arrangeTrackers(model.everyTracker ?? none, ...chosen(view.lists.everyTracker));
}

// The engine numbers peers for each torrent.
const peerEntries = remembered((peers: readonly NamedPeer[]): readonly Entry[] =>
	peers.map(peer => ({key: `${peer.torrent}/${peer.id}`, text: peerText(peer)})),
);
const trackerEntries = remembered((trackers: readonly CommonTrackerView[]): readonly Entry[] =>
	trackers.map(tracker => ({key: tracker.url, text: trackerText(tracker)})),
);

/** The entries of a list of the Swarms view in the order shown. */
export function swarmEntries(state: ScreenState, list: SwarmPart): readonly Entry[] {
	return list === 'everyPeer' ? peerEntries(shownEveryPeer(state)) : trackerEntries(shownEveryTracker(state));
}
