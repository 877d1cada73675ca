import {memo, type ReactNode} from 'react';
import type {SpeedView} from '../../api/snapshot.js';
import {inside} from '../look/layout.js';
import {type MovedTotals, speedRows, speedTitle} from '../present/speed.js';
import {plainRows} from '../widgets/frame.js';
import {Pane} from './pane.js';
import type {PaneProps} from './pane-props.js';

/** What the pane shows: the speed of the torrent, or of all. */
function speedOf({state: {view, model}}: PaneProps): SpeedView | undefined {
	return view.screen === 'session' ? model.speed : model.torrent?.speed;
}

/** What all torrents have moved, where all are shown. */
function totalsOf({state: {view, model}}: PaneProps): MovedTotals | undefined {
	const {session} = model;
	return view.screen === 'session' && session?.recent ? {...session, recent: session.recent} : undefined;
}

/** Both speeds over time: of the torrent shown, or of all. */
export const SpeedPane = memo(
	function SpeedPane(props: PaneProps): ReactNode {
		const session = props.state.view.screen === 'session';
		const speed = speedOf(props);
		return (
			<Pane
				props={props}
				{...(!session && {digit: 2})}
				title={session ? 'Speed of all' : 'Speed'}
				note={speedTitle(speed, props.look)}
				hit={{kind: 'pane', pane: 'speed'}}
				rows={plainRows(speedRows(speed, inside(props.area), props.look, totalsOf(props)))}
			/>
		);
	},
	(before, after) =>
		before.area === after.area &&
		before.focused === after.focused &&
		before.painter === after.painter &&
		speedOf(before) === speedOf(after) &&
		totalsOf(before)?.downloaded === totalsOf(after)?.downloaded &&
		totalsOf(before)?.uploaded === totalsOf(after)?.uploaded &&
		before.state.preferences === after.state.preferences,
);
