import {memo, type ReactNode} from 'react';
import type {ListFacts} from '../columns/column.js';
import {fileColumns} from '../columns/file-columns.js';
import {peerColumns} from '../columns/peer-columns.js';
import {windowTop} from '../columns/table.js';
import {torrentColumns} from '../columns/torrent-columns.js';
import {trackerColumns} from '../columns/tracker-columns.js';
import {inside} from '../look/layout.js';
import {cursorRow, entries, shownFiles, shownLog, shownPeers, shownTrackers} from '../model/lists.js';
import {trackersAndSources} from '../model/source-rows.js';
import {haveGoals, lastPlace, shownTorrentRows, shownTorrents} from '../model/torrent-list.js';
import {filesTitle} from '../present/files.js';
import {logRows} from '../present/log.js';
import {nobodyHere} from '../present/peers.js';
import {nextText, trackersTitle} from '../present/trackers.js';
import {ListPane} from './list-pane.js';
import {Pane} from './pane.js';
import type {PaneProps} from './pane-props.js';
import {sameList} from './same-list.js';

/** What the columns of any list are drawn by. */
const factsOf = ({area, look}: PaneProps): ListFacts => ({columns: area.columns, look});

/** The peers of the torrent. */
export const PeersPane = memo(
	function PeersPane(props: PaneProps): ReactNode {
		const overview = props.state.model.torrent?.overview;
		return (
			<ListPane
				props={props}
				list="peers"
				digit={3}
				title="Peers"
				note={overview ? `${overview.connected} of ${overview.known}` : ''}
				items={shownPeers(props.state)}
				columns={peerColumns}
				facts={factsOf(props)}
				empty={nobodyHere(overview?.state)}
			/>
		);
	},
	sameList('peers', ({state}) => [
		state.model.torrent?.overview?.state,
		state.model.torrent?.peers,
		state.model.torrent?.overview?.connected,
		state.model.torrent?.overview?.known,
	]),
);

/** The trackers and the other sources of peers. */
export const TrackersPane = memo(
	function TrackersPane(props: PaneProps): ReactNode {
		const torrent = props.state.model.torrent;
		return (
			<ListPane
				props={props}
				list="trackers"
				digit={4}
				title="Trackers"
				note={trackersTitle(torrent?.trackers)}
				items={shownTrackers(props.state)}
				columns={trackerColumns}
				facts={{...factsOf(props), wall: props.wall}}
				empty="no trackers: A adds one"
				headerFrom={5}
			/>
		);
	},
	sameList('trackers', ({state, wall}) => [
		trackersAndSources(state),
		trackersAndSources(state)
			.map(tracker => nextText(tracker, wall))
			.join(),
	]),
);

/** The files of the torrent, as a tree. */
export const FilesPane = memo(
	function FilesPane(props: PaneProps): ReactNode {
		const {state} = props;
		const torrent = state.model.torrent;
		const overview = torrent?.overview;
		return (
			<ListPane
				props={props}
				list="files"
				digit={5}
				title="Files"
				note={
					overview ? filesTitle(overview.filesWanted, overview.files, state.view.lists.files.marks.size) : ''
				}
				items={shownFiles(state)}
				columns={fileColumns}
				facts={{...factsOf(props), progress: torrent?.progress, folded: state.view.folded}}
				empty="known once a peer tells them"
				headerFrom={8}
			/>
		);
	},
	sameList('files', ({state}) => [
		state.model.torrent?.files,
		state.model.torrent?.progress,
		state.view.folded,
		state.model.torrent?.overview?.filesWanted,
	]),
);

/** Of which torrents the lines are, and how many of all they are. */
function logNote({view, model}: PaneProps['state']): string {
	if (view.logOf === undefined) return 'all torrents';
	const lines = model.log ?? [];
	const own = lines.filter(({torrent}) => torrent !== undefined && view.logOf?.ids.has(torrent)).length;
	return `${own} of ${lines.length} · ${view.logOf.name}`;
}

/** What happened, newest last. */
export const LogPane = memo(
	function LogPane(props: PaneProps): ReactNode {
		const {area, state, focused, look} = props;
		const room = inside(area);
		const lines = shownLog(state);
		const listState = state.view.lists.log;
		const shown = entries(state, 'log');
		const cursor = cursorRow(shown, listState, 'log');
		const follow = listState.key === undefined || !focused;
		const top = follow
			? Math.max(0, lines.length - room.rows)
			: windowTop(lines.length, room.rows, cursor, Math.max(0, cursor - Math.floor(room.rows / 2)));
		const isOfAll = state.view.screen === 'session';
		// Of one torrent's lines each would say the same name.
		const isNamed = isOfAll && state.view.logOf?.ids.size !== 1;
		const filtered = listState.filter === '' ? '' : `filter “${listState.filter}” ${lines.length}`;
		const note = isOfAll
			? [filtered, logNote(state)].filter(part => part !== '').join(' · ')
			: filtered || props.cost;
		return (
			<Pane
				props={props}
				{...(!isOfAll && {digit: 6})}
				title="Log"
				note={note}
				hit={{kind: 'list', list: 'log'}}
				scroll={{total: lines.length, top, height: room.rows, above: 0, cursor}}
				rows={logRows(lines, room, top, cursor, focused, look, isNamed).map((row, at) => {
					const entry = shown[top + at];
					return entry ? {...row, hit: {kind: 'row', list: 'log', key: entry.key}} : row;
				})}
			/>
		);
	},
	sameList('log', ({state, cost}) => [state.model.log, cost, state.view.logOf, state.view.screen]),
);

/** How many of all torrents are shown, and how they are put in groups. */
function torrentsNote(state: PaneProps['state']): string {
	const {group} = state.preferences;
	const all = state.model.torrents?.length ?? 0;
	const shown = shownTorrents(state).length;
	return [shown < all ? `${shown} of ${all}` : '', group === 'none' ? '' : `by ${group}`]
		.filter(part => part !== '')
		.join(' · ');
}

/** All torrents, one line each. */
export const TorrentsPane = memo(
	function TorrentsPane(props: PaneProps): ReactNode {
		return (
			<ListPane
				props={props}
				list="torrents"
				title="Torrents"
				note={torrentsNote(props.state)}
				items={shownTorrentRows(props.state)}
				columns={torrentColumns}
				facts={{
					...factsOf(props),
					group: props.state.preferences.group,
					goals: haveGoals(props.state.model.torrents),
					lastPlace: lastPlace(props.state.model.torrents),
					folded: props.state.view.foldedGroups,
				}}
				empty={
					props.state.model.torrents === undefined
						? props.look.glyphs.ellipsis
						: 'nothing here yet: press a, or paste a magnet link or a .torrent’s path or URL'
				}
			/>
		);
	},
	sameList('torrents', ({state}) => [state.model.torrents, state.view.removals, state.view.foldedGroups]),
);
