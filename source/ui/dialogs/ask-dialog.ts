import type {Hit} from '../present/hit.js';
import {type Row, rowWidth, type Span} from '../present/row.js';
import {cellWidth, fitMiddle, terminalText} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';

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
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		ask: AskDialog;
	}
}

/** A line that is cut in its middle where it has no room. */
function shortened(line: string, columns: number): string {
	return cellWidth(line) > columns ? fitMiddle(line, columns) : line;
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
	key(screen, {choices, isFragile}, key) {
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
	rows: ({title, lines, choices}, {columns}) => ({
		title: terminalText(title),
		rows: [
			// A path's end says as much as its beginning.
			...lines.map((line): Row => [[` ${shortened(terminalText(line), columns)}`, 'text']]),
			[],
			...choices.map(
				({key, label}): Row => [
					[`  ${key} `, 'key'],
					[label, 'text'],
				],
			),
		],
		hits: [...lines.map(() => undefined), undefined, ...choices.map(({key}): Hit => ({kind: 'key', key}))],
		foot: 'Esc leaves',
		// What may be chosen is seen, whatever else has no room.
		selected: lines.length + choices.length,
		columns: Math.max(40, ...lines.map(line => cellWidth(line) + 3)),
	}),
};
