import {memo, type ReactNode} from 'react';
import type {SpeedView} from '../../api/snapshot.js';
import {inside} from '../look/layout.js';
import {speedRows, speedTitle} from '../present/speed.js';
import {plainRows} from '../widgets/frame.js';
import {Pane} from './pane.js';
import type {PaneProps} from './pane-props.js';

/** Both speeds over time: of the torrent shown, or of all. */
export const SpeedPane = memo(
	function SpeedPane(props: PaneProps & {readonly speed: SpeedView | undefined}): ReactNode {
		const session = props.state.view.screen === 'session';
		return (
			<Pane
				props={props}
				{...(!session && {digit: 2})}
				title={session ? 'Speed of all' : 'Speed'}
				note={speedTitle(props.speed)}
				rows={plainRows(speedRows(props.speed, inside(props.area), props.look))}
			/>
		);
	},
	(before, after) =>
		before.area === after.area &&
		before.focused === after.focused &&
		before.painter === after.painter &&
		before.speed === after.speed &&
		before.state.preferences === after.state.preferences,
);
