import type {ScreenState} from '../model/store.js';
import {torrentInSight} from '../model/targets.js';
import type {Look} from '../present/context.js';
import type {Row} from '../present/row.js';
import {reasonRow} from './reason-row.js';

/** The row below the list of torrents: how the one under the cursor stands, and why. */
export function standingRow(state: ScreenState, columns: number, look: Look): Row {
	const torrent = torrentInSight(state);
	return torrent ? reasonRow(torrent, columns, look) : [];
}
