import type {TorrentView} from '../../api/snapshot.js';
import {torrentInSight} from '../model/targets.js';
import type {Row} from '../present/row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {addRows} from './add-dialog.js';
import {dialogLine} from './dialog-line.js';
import {type DialogRows, dialogRows, lineRow} from './dialog-rows.js';

/** How the open dialog looks: a row of its own, a box with rows, or the table of a torrent's details. */
export type DialogDrawing =
	| {readonly kind: 'line'; readonly row: Row}
	| {readonly kind: 'box'; readonly content: DialogRows; readonly top: number}
	| {readonly kind: 'details'; readonly torrent: TorrentView};

/**
 * The drawing of the dialog that is open. A dialog takes the keys if and only if this answers one: what cannot be drawn,
 * because what it is about has gone, is not open.
 */
export function drawDialog(
	screen: Pick<ScreenContext, 'state' | 'layout' | 'keys' | 'look' | 'detachable' | 'config'>,
): DialogDrawing | undefined {
	const state = screen.state();
	const {view, model, columns, rows, preferences} = state;
	const {dialog} = view;
	if (!dialog) return undefined;
	const torrent = torrentInSight(state);
	if (dialog.kind === 'details' && !torrent) return undefined;
	const line = lineRow(dialog, columns);
	if (line) return {kind: 'line', row: line};
	if (dialog.kind === 'line' || dialog.kind === 'sort') return undefined;
	if (screen.layout().kind === 'line')
		return {kind: 'line', row: dialogLine(dialog, columns, {torrent, preferences})};
	if (dialog.kind === 'details') return torrent && {kind: 'details', torrent};
	const content =
		dialog.kind === 'add'
			? addRows(dialog, {columns: columns - 6, rows}, model.session, screen.look)
			: dialogRows(
					dialog,
					columns - 6,
					{
						table: screen.keys(),
						torrent,
						session: model.session,
						preferences,
						detachable: screen.detachable,
						config: screen.config?.path,
					},
					screen.look,
				);
	return content && {kind: 'box', content, top: dialog.kind === 'help' ? dialog.top : 0};
}
