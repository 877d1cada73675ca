import type {Area} from '../present/context.js';
import type {Hit} from '../present/hit.js';
import {type Row, rowWidth, type Span} from '../present/row.js';
import {cellWidth} from '../text/text.js';
import type {RowsAbove} from './dialog-kind.js';

/** What can be chosen by a letter. */
export interface LetterChoice {
	readonly letter: string;
	readonly label: string;
	/** Whether it holds now. */
	readonly isOn: boolean;
}

/** A letter and what it chooses, in so many cells at least. */
function choiceSpans({letter, label, isOn}: LetterChoice, columns: number): Span[] {
	const hit: Hit = {kind: 'key', key: letter};
	return [
		[letter, 'key', false, hit],
		[` ${label}`.padEnd(columns - letter.length), isOn ? 'accent' : 'text', false, hit],
	];
}

const widthOf = ({letter, label}: LetterChoice): number => cellWidth(letter) + 1 + cellWidth(label);

/** All of them in one row, whatever room there is. */
function wholeLine(lead: string, choices: readonly LetterChoice[]): Row {
	return [[` ${lead} `, 'dim'], ...choices.flatMap(choice => choiceSpans(choice, widthOf(choice) + 2))];
}

/** Whether a row has room for all of them. */
function fitsLine(lead: string, choices: readonly LetterChoice[], columns: number): boolean {
	return rowWidth(wholeLine(lead, choices)) <= columns + 2;
}

/**
 * What a letter chooses, in the footer's row: all of it where that has room, else only what is asked.
 *
 * @param hint what else keys do
 */
export function letterLine(
	lead: string,
	choices: readonly LetterChoice[],
	hint: string,
	columns: number,
): Row {
	const said: Span[] = hint === '' ? [] : [[hint, 'faint']];
	if (fitsLine(lead, choices, columns)) return [...wholeLine(lead, choices), ...said];
	return [[` ${lead}   `, 'dim'], ...said];
}

/** The same in rows above the footer's, where that has no room for it: it has `whole` cells, they have `room`. */
export function letterRows(
	lead: string,
	choices: readonly LetterChoice[],
	whole: number,
	{columns, rows: most}: Area,
): RowsAbove | undefined {
	if (fitsLine(lead, choices, whole)) return undefined;
	const width = Math.max(...choices.map(widthOf)) + 3;
	const perRow = Math.max(1, Math.floor((columns - 2) / width));
	const rows: Span[][] = [];
	if (Math.ceil(choices.length / perRow) <= most) {
		for (let at = 0; at < choices.length; at += perRow)
			rows.push([['  '], ...choices.slice(at, at + perRow).flatMap(choice => choiceSpans(choice, width))]);
		return {title: lead, rows, hits: []};
	}
	// One behind the other: more of them have room.
	for (const choice of choices) {
		const last = rows.at(-1);
		if (last !== undefined && rowWidth(last) + widthOf(choice) <= columns)
			last.push(...choiceSpans(choice, widthOf(choice) + 2));
		else rows.push([[' '], ...choiceSpans(choice, widthOf(choice) + 2)]);
	}
	return {title: lead, rows: rows.slice(0, most), hits: []};
}
