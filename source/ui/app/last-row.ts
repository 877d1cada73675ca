import type {DialogDrawing} from '../dialogs/dialog-drawing.js';
import {feedRow} from '../headers/feeds-header.js';
import {searchRow} from '../headers/network-header.js';
import {oneLine} from '../headers/one-line.js';
import {swarmRow} from '../headers/swarms-header.js';
import type {Tone} from '../look/themes.js';
import {activeList, cursorRow, entries} from '../model/lists.js';
import type {Notice} from '../model/view.js';
import {footerRow, lastKeys} from '../present/footer.js';
import {nothingFound} from '../present/network.js';
import {fitRow, type Row, rowWidth, spread} from '../present/row.js';
import {wrapRow} from '../present/wrapped-row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {fit, terminalText} from '../text/text.js';

const noticeTones: Readonly<Record<Notice['level'], Tone>> = {
	info: 'text',
	good: 'good',
	warn: 'warn',
	error: 'bad',
};

function noticeRow({text, level}: Notice, margin: string): Row {
	return [[`${margin}${terminalText(text)}${margin}`, noticeTones[level]]];
}

/** What was just said in rows that end with the last of the screen, where that has no room for it; none where it has. */
export function noticeRows(screen: ScreenContext, drawing: DialogDrawing | undefined): readonly Row[] {
	const {columns, rows, view} = screen.state();
	const said = view.notice ?? (drawing ? undefined : view.gone);
	if (said === undefined || drawing?.kind === 'line') return [];
	const notice = noticeRow(said, ' ');
	if (rowWidth(notice) <= columns) return [];
	return wrapRow(noticeRow(said, ''), columns - 2)
		.slice(0, Math.max(1, rows - 3))
		.map(row => [[' '], ...row]);
}

/** The last row of the screen: the line that is typed, what was just said, or the keys that work here. */
export function lastRow(screen: ScreenContext, drawing: DialogDrawing | undefined): Row {
	const {columns, view} = screen.state();
	if (drawing?.kind === 'line') return fitRow(drawing.row, columns);
	const said = view.notice ?? (drawing ? undefined : view.gone);
	if (said) {
		const notice = noticeRow(said, ' ');
		const keys = lastKeys(screen.keys(), screen, screen.look);
		// What it says goes before the keys; these stay where they are looked for.
		return columns >= rowWidth(notice) + rowWidth(keys)
			? spread(notice, keys, columns)
			: fitRow(notice, columns);
	}
	// A dialog names its keys itself.
	if (drawing) return fitRow([], columns);
	return footerRow(screen.keys(), screen, columns, screen.look);
}

/** The Network view in two rows: what is looked for or was just said, and what is under the cursor. */
function smallNetwork(screen: ScreenContext, said: Row | undefined): readonly Row[] {
	const state = screen.state();
	const {columns, rows, view} = state;
	const list = activeList(view) ?? 'found';
	const shown = entries(state, list);
	const text = shown[cursorRow(shown, view.lists[list])]?.text ?? nothingFound(state);
	const row: Row = [[fit(terminalText(text), columns, 'left', screen.look.glyphs.ellipsis), 'text']];
	const first = said ?? searchRow(state, columns, screen.look);
	return rows > 1 ? [first, row] : [first];
}

/** The Feeds view in two rows: the feed or what was just said, and what is under the cursor. */
function smallFeeds(screen: ScreenContext, said: Row | undefined): readonly Row[] {
	const state = screen.state();
	const {columns, rows, view} = state;
	const {ellipsis} = screen.look.glyphs;
	const list = activeList(view) ?? 'items';
	const shown = entries(state, list);
	const text = shown[cursorRow(shown, view.lists[list])]?.text ?? 'nothing here';
	const row: Row = [[fit(terminalText(text), columns, 'left', ellipsis), 'text']];
	const first = said ?? feedRow(state, columns, screen.clock.wall(), ellipsis);
	return rows > 1 ? [first, row] : [first];
}

/** What somebody sees of a terminal that is too small for panes: what takes the keys or was just said, and a torrent. */
export function smallRows(screen: ScreenContext, drawing: DialogDrawing | undefined): readonly Row[] {
	const {columns, rows, view, model} = screen.state();
	const torrent = view.screen === 'torrent' ? model.torrent?.overview : undefined;
	const notice = view.notice ?? view.gone;
	const said = drawing?.kind === 'line' ? drawing.row : notice && noticeRow(notice, '');
	if (view.screen === 'network') return smallNetwork(screen, said);
	if (view.screen === 'feeds') return smallFeeds(screen, said);
	if (view.screen === 'swarms') {
		const row = swarmRow(screen.state(), columns, screen.look);
		return rows > 1 && said ? [said, row] : [said ?? row];
	}
	const line = oneLine(torrent, model.session, columns, screen.look);
	if (!said) return [line];
	return rows > 1 ? [line, said] : [said];
}
