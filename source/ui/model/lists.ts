import type {LogView, PeerView, TrackerView} from '../../api/snapshot.js';
import {arrange, byText, type Entry, type SortOrder} from './arrange.js';
import {feedListOrders, feedViewEntries} from './feed-lists.js';
import {fileTree, type TreeNode, treeRows} from './file-tree.js';
import type {Model} from './model.js';
import {networkEntries, networkOrders} from './network-lists.js';
import {rateOrders} from './rate-orders.js';
import {remembered} from './remembered.js';
import {trackersAndSources} from './source-rows.js';
import type {ScreenState} from './store.js';
import {swarmEntries, swarmListOrders} from './swarm-lists.js';
import {torrentEntries, torrentOrders} from './torrent-list.js';
import type {ListName, ListState, View} from './view.js';

const peerOrders: ReadonlyArray<SortOrder<PeerView>> = [
	...rateOrders,
	{id: 'done', letter: 'p', label: 'progress', descending: true, compare: (a, b) => a.progress - b.progress},
	{
		id: 'requests',
		letter: 'r',
		label: 'requests',
		descending: true,
		compare: (a, b) => a.requested - b.requested,
	},
	{id: 'client', letter: 'c', label: 'client', compare: (a, b) => byText(a.client, b.client)},
	{id: 'address', letter: 'a', label: 'address', compare: (a, b) => byText(a.address, b.address)},
	{id: 'flags', letter: 'f', label: 'flags', compare: (a, b) => byText(a.flags, b.flags)},
	{id: 'source', letter: 's', label: 'source', compare: (a, b) => byText(a.source, b.source)},
	{
		id: 'downloaded',
		letter: 't',
		label: 'total down',
		descending: true,
		compare: (a, b) => a.downloaded - b.downloaded,
	},
];

const trackerOrders: ReadonlyArray<SortOrder<TrackerView>> = [
	{id: 'tier', letter: 't', label: 'tier'},
	{id: 'url', letter: 'u', label: 'address', compare: (a, b) => byText(a.url, b.url)},
	{
		id: 'seeds',
		letter: 's',
		label: 'seeds',
		descending: true,
		compare: (a, b) => (a.seeders ?? -1) - (b.seeders ?? -1),
	},
	{
		id: 'next',
		letter: 'n',
		label: 'next announce',
		compare: (a, b) => (a.nextAt ?? 1e15) - (b.nextAt ?? 1e15),
	},
];

const fileOrders: ReadonlyArray<SortOrder<TreeNode>> = [
	{id: 'path', letter: 'o', label: 'torrent order'},
	{id: 'name', letter: 'n', label: 'name'},
	{id: 'size', letter: 'z', label: 'size', descending: true},
	{id: 'done', letter: 'p', label: 'progress', descending: true},
	{id: 'priority', letter: 'r', label: 'priority', descending: true},
];

const logOrders: ReadonlyArray<SortOrder<LogView>> = [
	{id: 'time', letter: 't', label: 'time'},
	{id: 'level', letter: 'l', label: 'level', compare: (a, b) => byText(a.level, b.level)},
];

/** The orders of each list, without their comparing. */
export const orders: Readonly<Record<ListName, ReadonlyArray<SortOrder<never>>>> = {
	peers: peerOrders,
	trackers: trackerOrders,
	torrents: torrentOrders,
	files: fileOrders,
	log: logOrders,
	...networkOrders,
	...feedListOrders,
	...swarmListOrders,
};

const peerText = (peer: PeerView) => `${peer.address} ${peer.client} ${peer.source} ${peer.flags}`;
const trackerText = (tracker: TrackerView) => `${tracker.url || tracker.kind} ${tracker.status}`;
const logText = (line: LogView) => `${line.level} ${line.name ?? ''} ${line.text}`;

const arrangePeers = remembered(
	(peers: readonly PeerView[], sort: string, reverse: boolean, filter: string) =>
		arrange(peers, {sort, reverse, filter}, peerOrders, peerText),
);
const arrangeTrackers = remembered(
	(trackers: readonly TrackerView[], sort: string, reverse: boolean, filter: string) =>
		arrange(trackers, {sort, reverse, filter}, trackerOrders, trackerText),
);
const linesOf = remembered((log: readonly LogView[], ids: ReadonlySet<string>) =>
	log.filter(({torrent}) => torrent !== undefined && ids.has(torrent)),
);
const arrangeLog = remembered((log: readonly LogView[], sort: string, reverse: boolean, filter: string) =>
	arrange(log, {sort, reverse, filter}, logOrders, logText),
);
const tree = remembered(fileTree);
const arrangeFiles = remembered(treeRows0);

function treeRows0(
	files: NonNullable<NonNullable<Model['torrent']>['files']>,
	progress: NonNullable<Model['torrent']>['progress'],
	folded: ReadonlySet<string>,
	sort: string,
	reverse: boolean,
	filter: string,
): readonly TreeNode[] {
	return treeRows(tree(files), progress, {folded, sort, reverse, filter});
}

const none: readonly never[] = [];

/** The peers as the pane shows them. */
export function shownPeers({model, view}: ScreenState): readonly PeerView[] {
	const {sort, reverse, filter} = view.lists.peers;
	return arrangePeers(model.torrent?.peers ?? none, sort, reverse, filter);
}

/** The trackers and other sources as the pane shows them. */
export function shownTrackers(state: ScreenState): readonly TrackerView[] {
	const {sort, reverse, filter} = state.view.lists.trackers;
	return arrangeTrackers(trackersAndSources(state), sort, reverse, filter);
}

/** The rows of the file tree as the pane shows them. */
export function shownFiles({model, view}: ScreenState): readonly TreeNode[] {
	const {sort, reverse, filter} = view.lists.files;
	// Only orders that look at progress need to be made anew when it changes.
	const progress = sort === 'done' || sort === 'priority' ? model.torrent?.progress : undefined;
	return arrangeFiles(model.torrent?.files ?? none, progress, view.folded, sort, reverse, filter);
}

/** The lines of the log as the pane shows them. */
export function shownLog({model, view}: ScreenState): readonly LogView[] {
	const {sort, reverse, filter} = view.lists.log;
	const lines = model.log ?? none;
	const own = view.screen === 'session' && view.logOf ? linesOf(lines, view.logOf.ids) : lines;
	return arrangeLog(own, sort, reverse, filter);
}

const peerEntries = remembered((peers: readonly PeerView[]): readonly Entry[] =>
	peers.map(peer => ({key: String(peer.id), text: peerText(peer)})),
);
/** A server may be a tracker and a web seed. */
const keyOf = ({kind, url}: TrackerView): string => (kind === 'web' ? `web ${url}` : url || kind);
const trackerEntries = remembered((trackers: readonly TrackerView[]): readonly Entry[] =>
	trackers.map(tracker => ({key: keyOf(tracker), text: trackerText(tracker)})),
);
const fileEntries = remembered((nodes: readonly TreeNode[]): readonly Entry[] =>
	nodes.map(node => ({key: node.key, text: node.key})),
);
const logEntries = remembered((log: readonly LogView[]): readonly Entry[] =>
	log.map((line, index) => ({key: `${line.at}/${index}`, text: logText(line)})),
);

/** The entries of a list in the order shown. */
export function entries(state: ScreenState, list: ListName): readonly Entry[] {
	switch (list) {
		case 'peers':
			return peerEntries(shownPeers(state));
		case 'trackers':
			return trackerEntries(shownTrackers(state));
		case 'torrents':
			return torrentEntries(state);
		case 'files':
			return fileEntries(shownFiles(state));
		case 'log':
			return logEntries(shownLog(state));
		case 'feeds':
		case 'items':
		case 'rules':
			return feedViewEntries(state, list);
		case 'everyPeer':
		case 'everyTracker':
			return swarmEntries(state, list);
		default:
			return networkEntries(state, list);
	}
}

/** The row that has the cursor: where its entry is now, or where it was when the entry has left. */
export function cursorRow(shown: readonly Entry[], {key, index}: ListState, list?: ListName): number {
	if (shown.length === 0) return -1;
	// A log that nobody has moved in stays at its newest line.
	if (key === undefined) {
		if (list === 'log') return shown.length - 1;
		// What only names a group is not where one begins.
		return Math.max(
			0,
			shown.findIndex(({group}) => group !== true),
		);
	}
	const found = shown.findIndex(entry => entry.key === key);
	return found >= 0 ? found : Math.min(index, shown.length - 1);
}

/** The list that has the keys now, if a list has them. */
export function activeList({
	screen,
	pane,
	network,
	feedPart,
	swarmPart,
	sessionPart,
}: View): ListName | undefined {
	if (screen === 'session') return sessionPart;
	if (screen === 'feeds') return feedPart;
	if (screen === 'swarms') return swarmPart;
	// What is being typed is looked for in what was found.
	if (screen === 'network') return network.pane === 'search' ? 'found' : network.pane;
	return pane === 'pieces' || pane === 'speed' ? undefined : pane;
}
