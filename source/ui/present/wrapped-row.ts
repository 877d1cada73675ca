import {cellWidth} from '../text/text.js';
import {wrapped} from '../text/wrapped.js';
import {type Row, rowWidth, type Span} from './row.js';

/** Blanks at which a row may be broken: not between a number and its unit. */
const blanksBetween = /((?<!\d) +| +(?![KMGTP%](?:\W|$)))/;
/** Cells that a value has at least: beside a name that leaves it less it begins under the name. */
const leastValue = 12;

function tail([, tone, inverse, hit, behind]: Span, text: string): Span {
	return [text, tone, inverse, hit, behind];
}

/**
 * A row in as many rows of at most `columns` cells as it takes: broken between words where there is such a place. What
 * comes after the first row stands under the value, where the row begins with a name, else under the first letter.
 */
export function wrapRow(row: Row, columns: number): readonly Row[] {
	if (rowWidth(row) <= columns) return [row];
	const [first, ...values] = row;
	if (first === undefined) return [row];
	const blanks = /^ */.exec(first[0])![0].length;
	const named = values.length > 0 && columns - cellWidth(first[0]) >= leastValue;
	const margin = named ? cellWidth(first[0]) : Math.min(blanks, Math.max(0, columns - leastValue));
	const lead: Row = named ? [first] : [[' '.repeat(margin)]];
	const room = Math.max(1, columns - margin);
	const rows: Span[][] = [[]];
	let left = room;
	for (const span of named ? values : [tail(first, first[0].slice(blanks)), ...values]) {
		// Blanks between spans are kept where both stand in one row, and needed nowhere else.
		for (const part of span[0].split(blanksBetween)) {
			const width = cellWidth(part);
			if (part === '') continue;
			if (width <= left) {
				rows.at(-1)!.push(tail(span, part));
				left -= width;
			} else if (/^ +$/.test(part)) left = 0;
			else {
				for (const line of wrapped(part, room)) {
					if (left < room) rows.push([]);
					rows.at(-1)!.push(tail(span, line));
					left = room - cellWidth(line);
				}
			}
		}
	}
	return rows.map((spans, at): Row => [...(at === 0 ? lead : [[' '.repeat(margin)] as Span]), ...spans]);
}

/** Rows, each in as many as it takes. */
export function wrapRows(rows: readonly Row[], columns: number): readonly Row[] {
	return rows.flatMap(row => wrapRow(row, columns));
}
