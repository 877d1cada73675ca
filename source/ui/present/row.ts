import type {Tone} from '../look/themes.js';
import {cellWidth, fit} from '../text/text.js';

/** A piece of a row: text, what it means, and whether its colours are swapped. */
export type Span = readonly [text: string, tone?: Tone, inverse?: boolean];

/** One row of a pane, from left to right. */
export type Row = readonly Span[];

/** A row and whether the cursor is on it. */
export interface ListRow {
	readonly row: Row;
	readonly selected: boolean;
}

/** Cells a row takes. */
export function rowWidth(row: Row): number {
	let width = 0;
	for (const [text] of row) width += cellWidth(text);
	return width;
}

/** The row without tones. */
export function rowText(row: Row): string {
	return row.map(([text]) => text).join('');
}

/** Makes a row exactly `columns` wide: pads it, or cuts it. */
export function fitRow(row: Row, columns: number): Row {
	const result: Span[] = [];
	let left = columns;
	for (const span of row) {
		const width = cellWidth(span[0]);
		if (width <= left) {
			result.push(span);
			left -= width;
		} else {
			if (left > 0) result.push([fit(span[0], left), span[1], span[2]]);
			left = 0;
			break;
		}
	}
	if (left > 0) result.push([' '.repeat(left)]);
	return result;
}

/** Puts one row at the left and one at the right of `columns`; the left one gives way. */
export function spread(left: Row, right: Row, columns: number): Row {
	const rightWidth = rowWidth(right);
	if (rightWidth >= columns) return fitRow(right, columns);
	return [...fitRow(left, columns - rightWidth), ...right];
}

/** Joins neighbours of the same tone, so that a row takes as few escape sequences as it can. */
export function pack(row: Row): Row {
	const result: Span[] = [];
	for (const span of row) {
		const last = result.at(-1);
		if (last && last[1] === span[1] && (last[2] ?? false) === (span[2] ?? false)) {
			result[result.length - 1] = [last[0] + span[0], span[1], span[2]];
		} else result.push(span);
	}
	return result;
}
