import {memo, type ReactNode} from 'react';
import {everyPeerColumns, everyTrackerColumns, nextAsked} from '../columns/swarm-columns.js';
import {shownEveryPeer, shownEveryTracker} from '../model/swarm-lists.js';
import {count} from '../text/format.js';
import {ListPane} from './list-pane.js';
import type {PaneProps} from './pane-props.js';
import {sameList} from './same-list.js';

/** The peers of all torrents. */
export const EveryPeerPane = memo(
	function EveryPeerPane(props: PaneProps): ReactNode {
		const {state, area, look} = props;
		const shown = state.model.everyPeer?.length ?? 0;
		const all = Math.max(shown, state.model.session?.connected ?? 0);
		return (
			<ListPane
				props={props}
				list="everyPeer"
				title="Peers of all torrents"
				note={all > shown + 50 ? `the busiest ${shown} of ${all}` : count(shown, 'peer')}
				items={shownEveryPeer(state)}
				columns={everyPeerColumns}
				facts={{columns: area.columns, look}}
				empty="nobody is connected"
			/>
		);
	},
	sameList('everyPeer', ({state}) => [state.model.everyPeer, state.model.torrents]),
);

/** The trackers of all torrents, each once. */
export const EveryTrackerPane = memo(
	function EveryTrackerPane(props: PaneProps): ReactNode {
		const {state, area, look, wall} = props;
		const trackers = state.model.everyTracker ?? [];
		const failing = trackers.filter(tracker => tracker.failing > 0).length;
		return (
			<ListPane
				props={props}
				list="everyTracker"
				title="Trackers of all torrents"
				note={`${count(trackers.length, 'tracker')}${failing > 0 ? `, ${failing} in trouble` : ''}`}
				items={shownEveryTracker(state)}
				columns={everyTrackerColumns}
				facts={{columns: area.columns, look, wall}}
				empty="no torrent has a tracker"
			/>
		);
	},
	sameList('everyTracker', ({state, wall}) => [
		state.model.everyTracker,
		(state.model.everyTracker ?? []).map(tracker => nextAsked(tracker, wall)).join(),
	]),
);
