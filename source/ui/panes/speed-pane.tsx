import {memo, type ReactNode} from 'react';
import type {SpeedView} from '../../api/snapshot.js';
import {inside} from '../look/layout.js';
import {speedRows, speedTitle} from '../present/speed.js';
import {plainRows} from '../widgets/frame.js';
import {Pane} from './pane.js';
import type {PaneProps} from './pane-props.js';

/** What the pane shows: the speed of the torrent, or of all. */
function speedOf({state: {view, model}}: PaneProps): SpeedView | undefined {
	return view.screen === 'session' ? model.speed : model.torrent?.speed;
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
				note={speedTitle(speed, inside(props.area), props.look)}
				hit={{kind: 'pane', pane: 'speed'}}
				rows={plainRows(
					speedRows(
						speed,
						inside(props.area),
						props.look,
						session ? props.state.model.session?.recent : undefined,
					),
				)}
			/>
		);
	},
	(before, after) =>
		before.area === after.area &&
		before.focused === after.focused &&
		before.painter === after.painter &&
		speedOf(before) === speedOf(after) &&
		before.state.model.session?.recent === after.state.model.session?.recent &&
		before.state.preferences === after.state.preferences,
);
