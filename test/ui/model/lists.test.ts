import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {LogView, PeerView, TorrentView, TrackerView} from '../../../source/api/snapshot.ts';
import type {Entry} from '../../../source/ui/model/arrange.ts';
import {
	activeList,
	cursorRow,
	entries,
	shownFiles,
	shownLog,
	shownPeers,
	shownTrackers,
} from '../../../source/ui/model/lists.ts';
import {emptyTorrent, type TorrentModel} from '../../../source/ui/model/model.ts';
import {defaultPreferences, type FullPreferences} from '../../../source/ui/model/preferences.ts';
import type {ScreenState} from '../../../source/ui/model/store.ts';
import {shownTorrents} from '../../../source/ui/model/torrent-list.ts';
import {type ListName, type ListState, openingView, type View} from '../../../source/ui/model/view.ts';

interface Wish {
	readonly torrents?: ReadonlyArray<Partial<TorrentView>>;
	readonly torrent?: Partial<TorrentModel>;
	readonly log?: ReadonlyArray<Partial<LogView>>;
	readonly list?: Partial<ListState>;
	readonly view?: Partial<View>;
	readonly preferences?: Partial<FullPreferences>;
}

/** A screen whose lists are all as `list` says. */
function state({torrents, torrent, log, list, view, preferences}: Wish): ScreenState {
	const opening = openingView('x');
	const lists = Object.fromEntries(
		Object.entries(opening.lists).map(([name, before]) => [name, {...before, reverse: false, ...list}]),
	) as unknown as View['lists'];
	return {
		model: {
			torrents: torrents as TorrentView[] | undefined,
			torrent: torrent && {...emptyTorrent('x'), ...torrent},
			log: log as LogView[] | undefined,
		},
		view: {...opening, lists, ...view},
		preferences: {...defaultPreferences, ...preferences},
		columns: 80,
		rows: 24,
	};
}

const torrents: ReadonlyArray<Partial<TorrentView>> = [
	{id: 'a', name: 'film 10', state: 'seeding', length: 5, completed: 5, wanted: 5, queue: 3, label: 'b'},
	{id: 'b', name: 'film 9', state: 'paused', length: 9, completed: 1, wanted: 9, queue: 1, eta: 7},
	{
		id: 'c',
		name: 'Book',
		state: 'downloading',
		length: 7,
		completed: 6,
		wanted: 7,
		queue: 2,
		label: 'a',
		eta: 3,
	},
];

const sorted = (sort: string, reverse = false, more: Wish = {}): string =>
	shownTorrents(state({torrents, list: {sort, reverse}, ...more}))
		.map(({id}) => id)
		.join('');

test('torrents are ordered by what was chosen, numbers in names as numbers, and the other way round', () => {
	assert.equal(sorted('queue'), 'bca');
	assert.equal(sorted('queue', true), 'acb');
	assert.equal(sorted('name'), 'cba');
	assert.equal(sorted('size'), 'acb');
	assert.equal(sorted('size', true), 'bca');
	assert.equal(sorted('done'), 'bca');
	assert.equal(sorted('eta'), 'cba');
	assert.equal(sorted('label'), 'bca');
	assert.equal(sorted('no such order'), 'abc');
	assert.equal(sorted('no such order', true), 'cba');
});

test('in groups they go by label, those without one last, each group in the order chosen', () => {
	const more = [...torrents, {id: 'd', name: 'aaa', queue: 9, label: 'b'}];
	assert.equal(sorted('queue', false, {torrents: more, preferences: {group: 'label'}}), 'cadb');
	assert.equal(sorted('queue', true, {torrents: more, preferences: {group: 'label'}}), 'cdab');
});

test('a filter looks at names, labels and states, in either case; what is being removed is not shown', () => {
	assert.equal(sorted('queue', false, {list: {sort: 'queue', filter: 'FILM'}}), 'ba');
	assert.equal(sorted('queue', false, {list: {sort: 'queue', filter: 'seed'}}), 'a');
	assert.equal(sorted('queue', false, {list: {sort: 'queue', filter: 'nowhere'}}), '');
	const removals = [{ids: ['b', 'x'], running: [], names: '', withData: false}];
	assert.equal(sorted('queue', false, {view: {removals}}), 'ca');
});

const peers = [
	{id: 1, address: '192.0.2.1:1', client: 'b', flags: 'D', source: 'tracker', downloadRate: 5, progress: 0.1},
	{id: 2, address: '192.0.2.2:1', client: 'a', flags: 'U', source: 'pex', downloadRate: 9, progress: 0.5},
	{id: 3, address: '192.0.2.10:1', client: 'c', flags: 'K', source: 'dht', downloadRate: 7, progress: 0.3},
] as unknown as PeerView[];

test('peers, trackers and lines of the log are ordered and filtered alike', () => {
	const ids = (list: Partial<ListState>) =>
		shownPeers(state({torrent: {peers}, list}))
			.map(({id}) => id)
			.join('');
	assert.equal(ids({sort: 'down', reverse: true}), '231');
	assert.equal(ids({sort: 'client'}), '213');
	assert.equal(ids({sort: 'address'}), '123');
	assert.equal(ids({sort: 'down', filter: 'dht'}), '3');
	const trackers = [
		{url: 'udp://b', kind: 'tracker', status: 'ok', seeders: 3, nextAt: 60_000},
		{url: '', kind: 'dht', status: 'ok'},
		{url: 'udp://a', kind: 'tracker', status: 'no answer', nextAt: 5000},
	] as unknown as TrackerView[];
	const urls = (list: Partial<ListState>) =>
		shownTrackers(state({torrent: {trackers}, list}))
			.map(({url}) => url.at(-1) ?? '-')
			.join('');
	assert.equal(urls({sort: 'tier'}), 'b-a');
	assert.equal(urls({sort: 'url'}), '-ab');
	assert.equal(urls({sort: 'seeds'}), '-ab', 'none known is fewer than none');
	assert.equal(urls({sort: 'next'}), 'ab-');
	assert.equal(urls({filter: 'no answer'}), 'a');
	const log = [
		{at: 1, level: 'warn', text: 'one'},
		{at: 2, level: 'info', text: 'two'},
	] as const;
	const lines = (list: Partial<ListState>) =>
		shownLog(state({log, list}))
			.map(({text}) => text)
			.join();
	assert.equal(lines({sort: 'time'}), 'one,two');
	assert.equal(lines({sort: 'level'}), 'two,one');
	assert.equal(lines({sort: 'time', filter: 'warn'}), 'one');
});

test('with nothing known every list is empty', () => {
	const nothing = state({});
	for (const shown of [shownPeers, shownTrackers, shownTorrents, shownFiles, shownLog])
		assert.deepEqual(shown(nothing), []);
});

test('what has not changed is not made anew', () => {
	const one = state({torrents, torrent: {peers}, list: {sort: 'name'}});
	const other = {...one, model: {...one.model, log: []}, columns: 100};
	for (const shown of [shownPeers, shownTorrents, shownFiles] as const)
		assert.equal(shown(one), shown(other));
	assert.equal(entries(one, 'torrents'), entries(other, 'torrents'));
	assert.notEqual(shownTorrents(one), shownTorrents(state({torrents: [...torrents], list: {sort: 'name'}})));
});

test('entries keep their keys however the list is ordered', () => {
	for (const [sort, keys] of [
		['down', ['1', '3', '2']],
		['client', ['2', '1', '3']],
	] as const) {
		assert.deepEqual(
			entries(state({torrent: {peers}, list: {sort}}), 'peers').map(({key}) => key),
			keys,
		);
	}
});

const list = (...keys: string[]): Entry[] => keys.map(key => ({key, text: key}));
const cursor = (key: string | undefined, index = 0): ListState => ({
	...{key, index, sort: '', reverse: false, filter: ''},
	marks: new Set(),
});

test('the cursor follows its entry, and when that has left stays in its row, but never past the end', () => {
	assert.equal(cursorRow(list('a', 'b', 'c'), cursor('c', 0)), 2);
	assert.equal(cursorRow(list('c', 'b', 'a'), cursor('c', 2)), 0);
	assert.equal(cursorRow(list('a', 'b', 'd'), cursor('c', 1)), 1);
	assert.equal(cursorRow(list('a', 'b'), cursor('c', 2)), 1);
	assert.equal(cursorRow(list('a'), cursor('c', 40)), 0);
	assert.equal(cursorRow([], cursor('c', 3)), -1);
	assert.equal(cursorRow([], cursor(undefined)), -1);
});

test('where nobody has moved the cursor is in the first row, of the log in the newest', () => {
	assert.equal(cursorRow(list('a', 'b', 'c'), cursor(undefined, 1)), 0);
	assert.equal(cursorRow(list('a', 'b', 'c'), cursor(undefined, 1), 'log'), 2);
	assert.equal(cursorRow(list('a', 'b', 'c'), cursor('b', 1), 'log'), 1);
});

test('the list that has the keys is that of the pane, or of all torrents', () => {
	const active = (view: Partial<View>) => activeList({...openingView('x'), ...view});
	assert.equal(active({screen: 'session', pane: 'peers'}), 'torrents');
	for (const pane of ['peers', 'trackers', 'files', 'log'] satisfies ListName[])
		assert.equal(active({screen: 'torrent', pane}), pane);
	for (const pane of ['pieces', 'speed'] as const) assert.equal(active({screen: 'torrent', pane}), undefined);
});
