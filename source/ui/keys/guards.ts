import type {PeerView, PiecesView, TorrentView, TrackerView} from '../../api/snapshot.js';
import {chosenFiles, fileUnderCursor} from '../model/chosen-files.js';
import type {TreeNode} from '../model/file-tree.js';
import {cursorRow, entries, shownPeers, shownTrackers} from '../model/lists.js';
import {rowUnder, targets} from '../model/targets.js';
import {after, type Guard} from './key-record.js';

const noFile = 'There is no file here.';

/** The torrents that keys act on: at least one. */
export const needTorrents: Guard<{readonly torrents: readonly TorrentView[]}> = ({state}) => {
	const torrents = targets(state());
	if (torrents.length > 0) return {torrents};
	const isOnGroup = state().view.screen === 'session' && rowUnder(state()) !== undefined;
	return isOnGroup
		? 'This is a group: Space marks its torrents, Enter folds it.'
		: 'There is no torrent here: press a to add one.';
};

/** The torrent that is shown, for what is done in its panes. */
export const needShown = after(needTorrents, (_, {state}) => ({id: state().view.torrent ?? ''}));

/** The files of the torrent that is shown: known. */
export const needFiles: Guard<{readonly marks: ReadonlySet<string>}> = ({state}) => {
	const {model, view} = state();
	const isKnown = (model.torrent?.files?.length ?? 0) > 0;
	return isKnown ? {marks: view.lists.files.marks} : 'The files are not known yet.';
};

/** The file or folder under the cursor. */
export const needFile: Guard<{readonly node: TreeNode}> = after(needFiles, (_, {state}) => {
	const {screen, pane} = state().view;
	const node = screen === 'torrent' && pane === 'files' ? fileUnderCursor(state()) : undefined;
	return node ? {node} : noFile;
});

/** Positions of the files that keys act on: the marked ones, else those under the cursor. */
export const needChosenFiles: Guard<{readonly positions: readonly number[]}> = after(
	needFiles,
	({marks}, situation) => {
		if (marks.size === 0 && typeof needFile(situation) === 'string') return noFile;
		return {positions: chosenFiles(situation.state())};
	},
);

/** The peer under the cursor. */
export const needPeer: Guard<{readonly id: string; readonly peer: PeerView}> = ({state}) => {
	const now = state();
	const peer = shownPeers(now)[cursorRow(entries(now, 'peers'), now.view.lists.peers)];
	return peer ? {id: now.view.torrent ?? '', peer} : 'There is no peer here.';
};

/** What has the cursor among trackers and other sources of peers. */
export const needSource: Guard<{readonly source: TrackerView}> = ({state}) => {
	const now = state();
	const source = shownTrackers(now)[cursorRow(entries(now, 'trackers'), now.view.lists.trackers)];
	return source ? {source} : 'There is no tracker here.';
};

/** The tracker or web seed under the cursor, which is no other source of peers. */
export const needTracker: Guard<{readonly id: string; readonly tracker: TrackerView}> = ({state}) => {
	const now = state();
	const tracker = shownTrackers(now)[cursorRow(entries(now, 'trackers'), now.view.lists.trackers)];
	if (!tracker) return 'There is no tracker here.';
	return tracker.kind === 'tracker' || tracker.kind === 'web'
		? {id: now.view.torrent ?? '', tracker}
		: 'Only trackers and web seeds can be removed here.';
};

/** The pieces of the torrent that is shown: known. */
export const needCells: Guard<{readonly pieces: PiecesView}> = ({state}) => {
	const pieces = state().model.torrent?.pieces;
	return pieces === undefined || pieces.cells === '' ? 'The pieces are not known yet.' : {pieces};
};
