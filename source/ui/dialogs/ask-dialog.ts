import type {Hit} from '../present/hit.js';
import {type Row, rowWidth, type Span} from '../present/row.js';
import {wrapRow, wrapRows} from '../present/wrapped-row.js';
import {cellWidth, terminalText} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';
import {scrolled, topOf} from './scrolled.js';

/** A question, and what may be answered. */
export interface AskDialog {
	readonly kind: 'ask';
	readonly title: string;
	readonly lines: readonly string[];
	readonly choices: ReadonlyArray<{
		readonly key: string;
		readonly label: string;
		readonly run: () => void;
	}>;
	/** Whether any other key answers no: the rest of a word that nobody meant for it must not choose. */
	readonly isFragile?: true;
	/** The first row to show, of what is too long; absent: so that the choices are seen. */
	readonly top?: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		ask: AskDialog;
	}
}

/** A question in one row: its title and what each key does, or where that has no room which keys there are. */
export function choicesLine(
	title: string,
	keys: ReadonlyArray<readonly [key: string, label: string]>,
	columns: number,
): Row {
	const whole: Row = [
		[`${title}  `, 'title'],
		...keys.flatMap(([key, label]): Span[] => {
			const hit: Hit = {kind: 'key', key};
			return [
				[key, 'key', false, hit],
				[` ${label}  `, 'text', false, hit],
			];
		}),
	];
	if (rowWidth(whole) <= columns + 2) return whole;
	return [
		[`${keys.map(([key]) => key).join('/')} `, 'key'],
		[title, 'title'],
	];
}

export const askDialog: DialogKind<AskDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		const {choices, isFragile} = dialog;
		const {columns, rows} = screen.state();
		const box = askDialog.rows?.(dialog, {columns: columns - 6, rows}, screen);
		const last = Math.max(0, (box?.rows.length ?? 0) - Math.max(1, rows - 3));
		const top = last > 0 ? scrolled(dialog.top ?? last, key) : undefined;
		if (top !== undefined) return screen.setDialog({...dialog, top: Math.min(top, last)});
		const choice = choices.find(candidate => candidate.key === key);
		if (choice) {
			screen.setDialog(undefined);
			choice.run();
		} else if (key === 'esc' || key === 'q' || isFragile) screen.setDialog(undefined);
	},
	line: ({title, choices}, columns) =>
		choicesLine(
			terminalText(title),
			choices.map(({key, label}) => [key, label]),
			columns,
		),
	rows({title, lines, choices, top}, room) {
		const wanted = Math.max(40, ...lines.map(line => cellWidth(line) + 3));
		// Up to the frame: what is asked goes before air at its side.
		const columns = Math.min(wanted, room.columns + 1);
		const told = wrapRows(
			lines.map((line): Row => [[` ${terminalText(line)}`, 'text']]),
			columns,
		);
		const offered = choices.map(({key, label}) =>
			wrapRow(
				[
					[`  ${key} `, 'key'],
					[label, 'text'],
				],
				columns,
			),
		);
		const rows = [...told, [], ...offered.flat()];
		return {
			title: terminalText(title),
			rows,
			hits: [
				...told.map(() => undefined),
				undefined,
				...choices.flatMap(({key}, at) => offered[at]?.map((): Hit => ({kind: 'key', key})) ?? []),
			],
			foot: rows.length > room.rows - 3 ? 'PgUp PgDn more   Esc leaves' : 'Esc leaves',
			// What may be chosen is seen, whatever else has no room.
			...(top === undefined ? {selected: rows.length - 1} : {top: topOf(top, rows.length, room.rows)}),
			columns: wanted,
		};
	},
};
