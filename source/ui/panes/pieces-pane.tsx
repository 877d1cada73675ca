import {memo, type ReactNode} from 'react';
import {inside} from '../look/layout.js';
import {drawsHalves} from '../look/themes.js';
import {peerInSight} from '../model/peer-in-sight.js';
import {piecesRows, piecesTitle} from '../present/pieces.js';
import {plainRows} from '../widgets/frame.js';
import {Pane} from './pane.js';
import type {PaneProps} from './pane-props.js';

/** The peer that is laid over the grid, and by cell what it has that is missing here. */
function overlay({state}: PaneProps): {readonly address: string; readonly offered: string} | undefined {
	const {torrent} = state.model;
	const peer = peerInSight(state);
	const told = torrent?.peer;
	if (peer === undefined || told?.id !== peer.id || torrent?.pieces === undefined) return undefined;
	// What came for another size of the grid says nothing of this one.
	if (told.offered.length !== torrent.pieces.cells.length) return undefined;
	return {address: peer.address, offered: told.offered};
}

/** The live grid of pieces. */
export const PiecesPane = memo(
	function PiecesPane(props: PaneProps): ReactNode {
		const {area, state, focused, look} = props;
		const torrent = state.model.torrent;
		const over = overlay(props);
		return (
			<Pane
				props={props}
				digit={1}
				title="Pieces"
				note={piecesTitle(torrent?.pieces, area.columns, over?.address)}
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
							sent: new Set(torrent?.sent),
							inspected: torrent?.cell,
							offered: over?.offered,
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
		overlay(before)?.offered === overlay(after)?.offered &&
		overlay(before)?.address === overlay(after)?.address &&
		before.state.model.torrent?.overview?.connected === after.state.model.torrent?.overview?.connected &&
		(['pieces', 'sent', 'cell', 'lit', 'files'] as const).every(
			name => before.state.model.torrent?.[name] === after.state.model.torrent?.[name],
		),
);
