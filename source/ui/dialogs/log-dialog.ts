import type {LogView} from '../../api/snapshot.js';
import {logLineRows} from '../present/log.js';
import type {DialogKind} from './dialog-kind.js';
import {scrolled, topOf} from './scrolled.js';

/** One line of the log, told whole. */
export interface LogDialog {
	readonly kind: 'logLine';
	readonly line: LogView;
	/** The first row to show. */
	readonly top?: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		logLine: LogDialog;
	}
}

export const logDialog: DialogKind<LogDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		// From where it is seen to be: beyond the last page there is nothing to come back from.
		const {columns, rows} = screen.state();
		const from = logDialog.rows?.(dialog, {columns: columns - 6, rows}, screen).top ?? 0;
		const top = scrolled(from, key);
		if (top !== undefined) return screen.setDialog({...dialog, top});
		screen.setDialog(undefined);
		// Moving in the log looks at the next one.
		if (!['up', 'down', 'j', 'k'].includes(key)) return;
		screen.run(key === 'up' || key === 'k' ? 'up' : 'down', '', key);
		screen.run('log-line', '', key);
	},
	line: ({line}, columns, {look}) => logLineRows(line, columns, look).at(-1) ?? [],
	rows({line, top = 0}, room, {look}) {
		const rows = logLineRows(line, Math.min(72, room.columns) - 2, look);
		return {
			title: 'Log',
			rows,
			top: topOf(top, rows.length, room.rows),
			foot:
				rows.length > room.rows - 3
					? room.columns < 44
						? '↑↓ next   PgDn more   Esc leaves'
						: '↑↓ next line   PgUp PgDn more   Esc leaves'
					: '↑↓ next line   Esc leaves',
			columns: 72,
		};
	},
};
