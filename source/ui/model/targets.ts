import type {TorrentView} from '../../api/snapshot.js';
import {size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {cursorRow, entries} from './lists.js';
import {remembered} from './remembered.js';
import type {ScreenState} from './store.js';
import {isGroup, type TorrentRow} from './torrent-groups.js';
import {shownTorrentRows, shownTorrents} from './torrent-list.js';

/** The row of the list of torrents that has the cursor. */
export function rowUnder(state: ScreenState): TorrentRow | undefined {
	return shownTorrentRows(state)[cursorRow(entries(state, 'torrents'), state.view.lists.torrents)];
}

/** The torrent under the cursor of the list; undefined where a group is. */
function torrentUnder(state: ScreenState): TorrentView | undefined {
	const row = rowUnder(state);
	return row === undefined || isGroup(row) ? undefined : row;
}

/** The torrents that keys act on: the marked ones, else the one shown or under the cursor. */
export const targets = remembered((state: ScreenState): readonly TorrentView[] => {
	const {view, model} = state;
	if (view.screen === 'torrent') return model.torrent?.overview ? [model.torrent.overview] : [];
	if (view.screen !== 'session') return [];
	const {marks} = view.lists.torrents;
	const marked = marks.size > 0 ? shownTorrents(state).filter(torrent => marks.has(torrent.id)) : [];
	// Marks of torrents that are gone, or not shown now, leave the one under the cursor.
	if (marked.length > 0) return marked;
	const torrent = torrentUnder(state);
	return torrent ? [torrent] : [];
});

/** The torrent that the screen shows, or that has the cursor. */
export function torrentInSight(state: ScreenState): TorrentView | undefined {
	const {view, model} = state;
	if (view.screen === 'torrent') return model.torrent?.overview;
	if (view.screen !== 'session') return undefined;
	return torrentUnder(state);
}

/** The torrent of this id, while somebody is to choose among its files. */
export function choosingTorrent({model, view}: ScreenState, id: string): TorrentView | undefined {
	const shown = model.torrent?.overview;
	// What is not in sight is not told any more, and may be as it was long ago.
	const isShown = view.screen === 'torrent' && shown?.id === id;
	const others = view.screen === 'torrent' ? model.session?.choosing : model.torrents;
	const torrent = isShown ? shown : others?.find(other => other.id === id);
	return torrent?.choosing ? torrent : undefined;
}

/** Torrents of which somebody is to choose the files, the one that is open first; those just removed are left out. */
export function choosingNow({model, view}: ScreenState): readonly TorrentView[] {
	const shown = model.torrent?.overview;
	const others = model.session?.choosing?.filter(({id}) => id !== shown?.id) ?? [];
	const all = view.screen !== 'torrent' ? (model.torrents ?? []) : [...(shown ? [shown] : []), ...others];
	return all.filter(
		({id, choosing}) => choosing === true && !view.removals.some(({ids}) => ids.includes(id)),
	);
}

/** How several torrents are called in one line. Safe for a terminal. */
export function targetNames(torrents: readonly TorrentView[]): string {
	const [first] = torrents;
	return torrents.length === 1 && first ? nameText(first.name) : `${torrents.length} torrents`;
}

const mostNamed = 5;
const mostFolders = 3;

/** How much of a torrent is here: of one that is whole, its size. */
function bytesHere({completed, wanted}: Pick<TorrentView, 'completed' | 'wanted'>): string {
	return completed >= wanted ? size(wanted) : `${size(completed)} of ${size(wanted)}`;
}

/** What torrents come to together. */
function sumOf(torrents: readonly TorrentView[]): Pick<TorrentView, 'completed' | 'wanted'> {
	return {
		completed: torrents.reduce((sum, {completed}) => sum + completed, 0),
		wanted: torrents.reduce((sum, {wanted}) => sum + wanted, 0),
	};
}

/** Where their data is: a folder once, however many of them are in it. `lead` is said before it. */
function folderLines(torrents: readonly TorrentView[], lead: string): readonly string[] {
	const folders = new Map<string, number>();
	for (const {dir} of torrents) folders.set(dir, (folders.get(dir) ?? 0) + 1);
	const shown = [...folders].slice(0, mostFolders);
	const rest = folders.size - shown.length;
	return [
		...shown.map(([dir, count]) => `${lead}in ${terminalText(dir)}${folders.size > 1 ? ` (${count})` : ''}`),
		...(rest > 0 ? [`and in ${rest} more folders`] : []),
	];
}

/**
 * What a dialog will touch: the first torrents by their names, how much of each is here, and in which folder. Safe for a
 * terminal.
 *
 * @param lead said before a folder: `its data stays `
 */
export function targetLines(torrents: readonly TorrentView[], lead = ''): readonly string[] {
	const [first] = torrents;
	if (torrents.length === 1 && first)
		return [nameText(first.name), `${bytesHere(first)} here`, ...folderLines(torrents, lead)];
	const shown = torrents.length > mostNamed + 1 ? torrents.slice(0, mostNamed) : torrents;
	const rest = torrents.slice(shown.length);
	return [
		`${torrents.length} torrents, ${bytesHere(sumOf(torrents))} here:`,
		...shown.map(torrent => `  ${nameText(torrent.name)}  ${bytesHere(torrent)}`),
		...(rest.length > 0 ? [`  and ${rest.length} more, ${bytesHere(sumOf(rest))}`] : []),
		...folderLines(torrents, lead),
	];
}
