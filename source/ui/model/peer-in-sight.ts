import type {PeerView} from '../../api/snapshot.js';
import {cursorRow, entries, shownPeers} from './lists.js';
import type {ScreenState} from './store.js';

/** From so many columns on the table of peers has a map of what each has. */
const columnsForMaps = 110;

/** How many cells a peer's map has in a table of so many columns; 0 for none. */
export function mapCells(columns: number): number {
	return columns >= 140 ? 16 : columns >= columnsForMaps ? 8 : 0;
}

/** The peer that somebody looks at: the one a dialog tells about, else the one they have moved to in the list. */
export function peerInSight(state: ScreenState): PeerView | undefined {
	const {screen, pane, dialog, lists} = state.view;
	if (screen !== 'torrent' || pane !== 'peers') return undefined;
	if (dialog?.kind !== 'peer' && lists.peers.key === undefined) return undefined;
	return shownPeers(state)[cursorRow(entries(state, 'peers'), lists.peers)];
}
