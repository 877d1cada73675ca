import type {TorrentView} from '../../api/snapshot.js';
import {cursorRow, entries, shownTorrents} from '../lists.js';
import type {ScreenState} from '../store.js';

/** The torrents that keys act on: the marked ones, else the one shown or under the cursor. */
export function targets(state: ScreenState): readonly TorrentView[] {
	const {view, model} = state;
	if (view.screen === 'torrent') return model.torrent?.overview ? [model.torrent.overview] : [];
	const {marks} = view.lists.torrents;
	if (marks.size > 0) return shownTorrents(state).filter(torrent => marks.has(torrent.id));
	const row = cursorRow(entries(state, 'torrents'), view.lists.torrents);
	const torrent = shownTorrents(state)[row];
	return torrent ? [torrent] : [];
}

/** How several torrents are called in one line. */
export function targetNames(torrents: readonly TorrentView[]): string {
	const [first] = torrents;
	return torrents.length === 1 && first ? first.name : `${torrents.length} torrents`;
}
