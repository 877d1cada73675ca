import type {TorrentView} from '../../api/snapshot.js';
import {chosenFiles, fileUnderCursor} from '../actions/chosen-files.js';
import {targets} from '../actions/target.js';
import {completedOf, priorityOf} from '../model/file-tree.js';
import {activeList, cursorRow, entries, shownPeers, shownTrackers} from '../model/lists.js';
import {standsStill} from '../model/stands-still.js';
import type {ScreenState} from '../model/store.js';
import type {KeyContext} from './keymap.js';

/** What Esc takes back, the nearest first. */
export type BackStep = 'filter' | 'marks' | 'cell' | 'grow' | 'list';

/** What Esc does now; undefined where there is nothing to go back from. */
export function backStep({view}: ScreenState): BackStep | undefined {
	const list = activeList(view);
	if (list && view.lists[list].filter !== '') return 'filter';
	if (list && view.lists[list].marks.size > 0) return 'marks';
	if (view.screen === 'session') return undefined;
	if (view.pane === 'pieces' && view.cell >= 0) return 'cell';
	return view.grow === 'share' ? 'list' : 'grow';
}

function whole(torrents: readonly TorrentView[], test: (torrent: TorrentView) => boolean): boolean {
	return torrents.length > 0 && torrents.every(test);
}

function fileFacts(state: ScreenState): Pick<KeyContext, 'wanted' | 'folder' | 'folded' | 'file' | 'marked'> {
	const node = fileUnderCursor(state);
	const progress = state.model.torrent?.progress;
	const wanted = chosenFiles(state).some(position => (progress?.priority[position] ?? 2) > 0);
	const openable = node && completedOf(node, progress) >= node.length && priorityOf(node, progress) !== 0;
	return {
		wanted,
		folder: node?.folder ?? false,
		folded: node !== undefined && state.view.folded.has(node.key),
		file: node === undefined ? 'none' : openable ? 'finished' : 'unfinished',
		marked: node !== undefined && state.view.lists.files.marks.has(node.key),
	};
}

/**
 * How everything stands that keys act on. The footer's label, the reason why a key does nothing and the action itself
 * all decide by this, over the same torrents and files: what a key says is what it does.
 */
export function keyContext(state: ScreenState, detachable: boolean): KeyContext {
	const {view, model, preferences} = state;
	const torrents = targets(state);
	const all = view.screen === 'session' ? (model.torrents ?? []) : torrents;
	const {screen, pane} = view;
	const inFiles = screen === 'torrent' && pane === 'files';
	const list = screen === 'session' ? view.lists.torrents : view.lists.files;
	const row = cursorRow(entries(state, 'torrents'), view.lists.torrents);
	const tracker = shownTrackers(state)[cursorRow(entries(state, 'trackers'), view.lists.trackers)];
	return {
		screen,
		pane,
		torrent: torrents.length > 0,
		paused: whole(torrents, standsStill),
		inTheWay: torrents.length === 1 && whole(torrents, standsStill) && torrents[0]?.inTheWay !== undefined,
		allPaused: whole(all, standsStill),
		sequential: whole(torrents, torrent => torrent.sequential),
		superSeeding: whole(torrents, torrent => torrent.superSeeding),
		...(inFiles
			? fileFacts(state)
			: {
					wanted: true,
					folder: false,
					folded: false,
					file: 'none' as const,
					marked: view.lists.torrents.marks.has(entries(state, 'torrents')[row]?.key ?? ''),
				}),
		marks: list.marks.size,
		foldedFolders: view.folded.size,
		files: (model.torrent?.files?.length ?? 0) > 0,
		peer: shownPeers(state).length > 0,
		tracker: tracker === undefined ? 'none' : tracker.kind === 'tracker' ? 'tracker' : 'other',
		cells: model.torrent?.pieces?.cells.length ?? 0,
		searched: view.query !== '',
		back: backStep(state),
		removals: view.removals.length,
		slow: model.session?.slowMode ?? false,
		groups: preferences.groups,
		grow: view.grow,
		details: view.details,
		detachable,
	};
}
