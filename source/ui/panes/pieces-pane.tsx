import {memo, type ReactNode} from 'react';
import {inside} from '../look/layout.js';
import {drawsHalves} from '../look/themes.js';
import {piecesRows, piecesTitle} from '../present/pieces.js';
import {plainRows} from '../widgets/frame.js';
import {Pane} from './pane.js';
import type {PaneProps} from './pane-props.js';

/** The live grid of pieces. */
export const PiecesPane = memo(
	function PiecesPane(props: PaneProps): ReactNode {
		const {area, state, focused, look} = props;
		const torrent = state.model.torrent;
		return (
			<Pane
				props={props}
				digit={1}
				title="Pieces"
				note={piecesTitle(torrent?.pieces, area.columns)}
				hit={{kind: 'pane', pane: 'pieces'}}
				body={{kind: 'grid'}}
				rows={plainRows(
					piecesRows(
						torrent?.pieces,
						inside(area),
						{
							lit: torrent?.lit ?? new Map(),
							cursor: focused && state.view.cell >= 0 ? state.view.cell : undefined,
							files: torrent?.files,
							peers: torrent?.overview?.connected ?? 0,
							halves: drawsHalves(look, state.preferences),
						},
						look,
					),
				)}
			/>
		);
	},
	(before, after) =>
		before.area === after.area &&
		before.focused === after.focused &&
		before.painter === after.painter &&
		before.state.preferences === after.state.preferences &&
		before.state.view.cell === after.state.view.cell &&
		before.state.model.torrent?.pieces === after.state.model.torrent?.pieces &&
		before.state.model.torrent?.lit === after.state.model.torrent?.lit &&
		before.state.model.torrent?.overview?.connected === after.state.model.torrent?.overview?.connected &&
		before.state.model.torrent?.files === after.state.model.torrent?.files,
);
