import type {LogView} from '../../api/snapshot.js';
import {logLineRows} from '../present/log.js';
import type {DialogKind} from './dialog-kind.js';
import {oneOfListKey, oneOfListPage} from './one-of-list.js';

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
		const show = (top: number) => screen.setDialog({...dialog, top});
		oneOfListKey(logDialog, screen, dialog, key, {command: 'log-line', show});
	},
	line: ({line}, columns, {look}) => logLineRows(line, columns, look).at(-1) ?? [],
	rows(dialog, room, {look}) {
		const rows = logLineRows(dialog.line, Math.min(72, room.columns) - 2, look);
		return {
			title: 'Log',
			rows,
			...oneOfListPage(dialog, rows.length, room, 'line'),
			columns: 72,
		};
	},
};
