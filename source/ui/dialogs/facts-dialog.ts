import type {Fact} from '../present/facts.js';
import type {Row} from '../present/row.js';
import {wrapRows} from '../present/wrapped-row.js';
import {cellWidth} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';
import {scrolled, topOf} from './scrolled.js';

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
		// From where it is seen to be: beyond the last page there is nothing to come back from.
		const {columns, rows} = screen.state();
		const from = factsDialog.rows?.(dialog, {columns: columns - 6, rows}, screen).top ?? 0;
		const top = scrolled(from, key);
		if (top !== undefined) return screen.setDialog({...dialog, top});
		screen.setDialog(undefined);
		// Moving in the list looks at the next one.
		if (!['up', 'down', 'j', 'k'].includes(key)) return;
		screen.run(key === 'up' || key === 'k' ? 'up' : 'down', '', key);
		screen.run(dialog.command, '', key);
	},
	line: ({title, facts}) => [[`${title} ${facts[0]?.[1] ?? ''}`, 'text']],
	rows({title, facts, top = 0}, room) {
		const rows = factRows(facts, Math.min(72, room.columns));
		return {
			title,
			rows,
			top: topOf(top, rows.length, room.rows),
			foot:
				rows.length > room.rows - 3
					? room.columns < 44
						? '↑↓ next   PgDn more   Esc leaves'
						: '↑↓ next one   PgUp PgDn more   Esc leaves'
					: '↑↓ next one   Esc leaves',
			columns: 72,
		};
	},
};
