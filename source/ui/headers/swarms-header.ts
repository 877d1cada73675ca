import {cursorRow} from '../model/lists.js';
import type {ScreenState} from '../model/store.js';
import {shownEveryPeer, shownEveryTracker, swarmEntries} from '../model/swarm-lists.js';
import type {Area, Look} from '../present/context.js';
import {fitRow, type Row, rowWidth, spread} from '../present/row.js';
import {count, rateWithUnit, size} from '../text/format.js';
import {fit, nameText, terminalText} from '../text/text.js';

/** What is under the cursor of the Swarms view, in words: a peer's torrent and totals, or what a tracker says. */
export function swarmRow(state: ScreenState, columns: number, {glyphs}: Look): Row {
	const list = state.view.swarmPart;
	const at = cursorRow(swarmEntries(state, list), state.view.lists[list]);
	const row = (text: string, isTrouble = false): Row => [
		[` ${fit(text, Math.max(1, columns - 2), 'left', glyphs.ellipsis)} `, isTrouble ? 'warn' : 'faint'],
	];
	if (list === 'everyPeer') {
		const peer = shownEveryPeer(state)[at];
		if (peer === undefined) return row('nobody is connected');
		const {address, torrentName, downloaded, uploaded, transport, encrypted} = peer;
		const way = `${transport === 'utp' ? 'uTP' : 'TCP'}${encrypted ? ', encrypted' : ''}`;
		return row(
			`${address} of ${nameText(torrentName)}   ${way}   ${glyphs.down} ${size(downloaded)} ${glyphs.up} ${size(uploaded)}`,
		);
	}
	const tracker = shownEveryTracker(state)[at];
	if (tracker === undefined) return row('no torrent has a tracker');
	const {torrents, working, failing, why, warning} = tracker;
	const answered = `answers ${working} of ${count(torrents, 'torrent')}`;
	if (failing > 0) return row(`${answered}, fails ${failing}: ${terminalText(why ?? '')}`, true);
	return row(
		warning === undefined ? answered : `${answered}: ${terminalText(warning)}`,
		warning !== undefined,
	);
}

/** The header of the Swarms view: rates of all, and what is under the cursor. */
export function swarmsHeader(state: ScreenState, {columns, rows}: Area, look: Look): readonly Row[] {
	const {session} = state.model;
	const {glyphs} = look;
	const rates: Row = [
		[`${glyphs.down} ${rateWithUnit(session?.downloadRate ?? 0)}`, session?.downloadRate ? 'down' : 'faint'],
		[`  ${glyphs.up} ${rateWithUnit(session?.uploadRate ?? 0)} `, session?.uploadRate ? 'up' : 'faint'],
	];
	const peers: Row = [[`   ${count(session?.connected ?? 0, 'peer')}`, 'dim']];
	const title: Row = [[` tortui ${glyphs.dot} Swarms`, 'title'], ...peers];
	const short: Row = [[' Swarms', 'title'], ...peers];
	const room = columns - rowWidth(rates) - 2;
	const said = [title, short].find(row => rowWidth(row) <= room) ?? short.slice(0, 1);
	return [spread(said, rates, columns), fitRow(swarmRow(state, columns, look), columns)].slice(0, rows);
}
