import type {TorrentView} from '../../api/snapshot.js';
import {torrentInSight} from '../model/targets.js';
import {type Row, rowText} from '../present/row.js';
import type {DialogRows, DialogScreen, RowsAbove} from './dialog-kind.js';
import {kindOf} from './dialog-kinds.js';

/** How the open dialog looks: a row of its own, a box with rows, or the table of a torrent's details. */
export type DialogDrawing =
	| {
			readonly kind: 'line';
			readonly row: Row;
			readonly above?: RowsAbove | undefined;
	  }
	| {readonly kind: 'box'; readonly content: DialogRows}
	| {readonly kind: 'details'; readonly torrent: TorrentView; readonly top: number};

/**
 * The drawing of the dialog that is open. A dialog takes the keys if and only if this answers one: what cannot be drawn,
 * because what it is about has gone, is not open.
 */
export function drawDialog(screen: DialogScreen): DialogDrawing | undefined {
	const state = screen.state();
	const {columns, rows} = state;
	const {dialog} = state.view;
	if (!dialog) return undefined;
	const kind = kindOf(dialog);
	const torrent = torrentInSight(state);
	if (kind.shape === 'details' && !torrent) return undefined;
	if (kind.shape === 'line' || screen.layout().kind === 'line')
		return {
			kind: 'line',
			row: kind.line(dialog, columns, screen),
			above:
				screen.layout().kind === 'line'
					? undefined
					: kind.above?.(dialog, {columns: Math.min(96, columns) - 2, rows: rows - 3}, screen),
		};
	if (kind.shape === 'details')
		return torrent && {kind: 'details', torrent, top: dialog.kind === 'details' ? (dialog.top ?? 0) : 0};
	const content = kind.rows?.(dialog, {columns: columns - 6, rows}, screen);
	return content && {kind: 'box', content};
}

/** What the open dialog says, as plain lines for a screen reader. */
export function dialogLines(screen: DialogScreen): readonly string[] {
	const {dialog} = screen.state().view;
	if (!dialog) return [];
	const kind = kindOf(dialog);
	// As much room as all of its choices take: who listens has no rows above it.
	if (kind.shape === 'line') return [rowText(kind.line(dialog, 240, screen)).trimEnd()];
	const content = kind.rows?.(dialog, {columns: 76, rows: 40}, screen);
	return content ? [content.title, ...content.rows.map(row => rowText(row).trimEnd()), content.foot] : [];
}
