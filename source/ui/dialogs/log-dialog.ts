import type {LogView} from '../../api/snapshot.js';
import {logLineRows} from '../present/log.js';
import type {DialogKind} from './dialog-kind.js';

/** One line of the log, told whole. */
export interface LogDialog {
	readonly kind: 'logLine';
	readonly line: LogView;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		logLine: LogDialog;
	}
}

export const logDialog: DialogKind<LogDialog> = {
	shape: 'box',
	key(screen, _dialog, key) {
		screen.setDialog(undefined);
		// Moving in the log looks at the next one.
		if (!['up', 'down', 'j', 'k'].includes(key)) return;
		screen.run(key === 'up' || key === 'k' ? 'up' : 'down', '', key);
		screen.run('log-line', '', key);
	},
	line: ({line}, columns, {look}) => logLineRows(line, columns, look).at(-1) ?? [],
	rows: ({line}, {columns}, {look}) => ({
		title: 'Log',
		rows: logLineRows(line, Math.min(72, columns) - 2, look),
		foot: '↑↓ next line   Esc leaves',
		columns: 72,
	}),
};
