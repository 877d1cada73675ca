import type {Fact} from '../present/facts.js';
import type {Row} from '../present/row.js';
import {wrapRows} from '../present/wrapped-row.js';
import {cellWidth} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';
import {oneOfListKey, oneOfListPage} from './one-of-list.js';

/** All that a list knows of one of its rows, told whole: as it was when it was opened. */
export interface FactsDialog {
	readonly kind: 'facts';
	readonly title: string;
	readonly facts: readonly Fact[];
	/** The command that shows the same of the row that has the cursor. */
	readonly command: string;
	/** The first row to show. */
	readonly top?: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		facts: FactsDialog;
	}
}

function factRows(facts: readonly Fact[], columns: number): readonly Row[] {
	const lead = Math.max(...facts.map(([name]) => cellWidth(name))) + 2;
	return wrapRows(
		facts.map(
			([name, value], at): Row => [
				[` ${name.padEnd(lead)}`, 'faint'],
				[value, at === 0 ? 'title' : 'text'],
			],
		),
		columns,
	);
}

export const factsDialog: DialogKind<FactsDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		const show = (top: number) => screen.setDialog({...dialog, top});
		oneOfListKey(factsDialog, screen, dialog, key, {command: dialog.command, show});
	},
	line: ({title, facts}) => [[`${title} ${facts[0]?.[1] ?? ''}`, 'text']],
	rows(dialog, room) {
		const {title, facts} = dialog;
		const rows = factRows(facts, Math.min(72, room.columns));
		return {
			title,
			rows,
			...oneOfListPage(dialog, rows.length, room, 'one'),
			columns: 72,
		};
	},
};
