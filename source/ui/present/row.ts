import type {Tone} from '../look/themes.js';
import {cellWidth, fit} from '../text/text.js';
import type {Hit, Zone} from './hit.js';

/**
 * A piece of a row: text, what it means, whether its colours are swapped, what a click on it does, and what means
 * something behind it.
 */
export type Span = readonly [
	text: string,
	tone?: Tone,
	inverse?: boolean,
	hit?: Hit | undefined,
	behind?: Tone | undefined,
];

/** One row of a pane, from left to right. */
export type Row = readonly Span[];

/** A row and whether the cursor is on it. */
export interface ListRow {
	readonly row: Row;
	readonly selected: boolean;
	/** What a click on it does, where its spans say nothing else. */
	readonly hit?: Hit | undefined;
}

/** Cells a row takes. */
export function rowWidth(row: Row): number {
	let width = 0;
	for (const [text] of row) width += cellWidth(text);
	return width;
}

/** The row with a click on it doing something, wherever its spans say nothing else. */
export function withHit(row: Row, hit: Hit | undefined): Row {
	if (hit === undefined) return row;
	return row.map(([text, tone, inverse, own, behind]): Span => [text, tone, inverse, own ?? hit, behind]);
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
			if (left > 0) result.push([fit(span[0], left), span[1], span[2], span[3], span[4]]);
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
		const same = last && last[1] === span[1] && (last[2] ?? false) === (span[2] ?? false);
		if (same && last[3] === span[3] && last[4] === span[4]) {
			result[result.length - 1] = [last[0] + span[0], span[1], span[2], span[3], span[4]];
		} else result.push(span);
	}
	return result;
}

/** Where a row's spans may be clicked, when the row is drawn from `x`, `y` on. */
function spanZones(row: Row, x: number, y: number): readonly Zone[] {
	if (!row.some(([, , , hit]) => hit !== undefined)) return [];
	const zones: Zone[] = [];
	let at = x;
	for (const [text, , , hit] of row) {
		const columns = cellWidth(text);
		if (hit !== undefined && columns > 0) zones.push({x: at, y, columns, rows: 1, hit});
		at += columns;
	}
	return zones;
}

/** Where rows may be clicked that are drawn below one another from `x`, `y` on, `columns` wide. */
export function zonesOf(
	rows: ReadonlyArray<Pick<ListRow, 'row' | 'hit'>>,
	x: number,
	y: number,
	columns: number,
): readonly Zone[] {
	return rows.flatMap(({row, hit}, at): readonly Zone[] => [
		...(hit === undefined ? [] : [{x, y: y + at, columns, rows: 1, hit}]),
		...spanZones(row, x, y + at),
	]);
}
