import {fuzzyPlaces, fuzzyWords} from '../../base/fuzzy.js';
import {windowTop} from '../columns/table.js';
import type {DialogRows} from '../dialogs/dialog-kind.js';
import {fieldRow} from '../forms/field-rows.js';
import type {Area, Look} from '../present/context.js';
import type {Hit} from '../present/hit.js';
import {pack, type Row, rowWidth, type Span, spread} from '../present/row.js';
import {cellWidth, fit, graphemes} from '../text/text.js';
import {fieldText} from '../text/text-field.js';
import type {FindDialog} from './find-form.js';
import type {Finding} from './findings.js';

const widest = 96;
const mostRows = 18;
const kindWidth = 8;

/** A text of so many cells with the letters that were found standing out. */
function lit(text: string, places: ReadonlySet<number>, isChosen: boolean): readonly Span[] {
	const tone = isChosen ? 'title' : 'text';
	let at = 0;
	return graphemes(text).map((part): Span => {
		const isFound = Array.from({length: part.length}, (_, index) => at + index).some(place =>
			places.has(place),
		);
		at += part.length;
		return [part, isFound ? 'accent' : tone];
	});
}

/** One thing that was found, in so many cells: its kind, its name, what is said of it, and its key. */
function findingRow(
	{kind, text, about, keys}: Finding,
	words: readonly string[],
	isChosen: boolean,
	columns: number,
	{glyphs}: Look,
): Row {
	const lead: Span[] = [
		[isChosen ? `${glyphs.cursor} ` : '  ', 'accent'],
		[kind.padEnd(kindWidth), 'faint'],
	];
	const right: Row = keys === '' ? [] : [[`  ${keys} `, 'key']];
	const room = columns - rowWidth(lead) - rowWidth(right);
	const shown = fit(text, Math.max(1, Math.min(room, cellWidth(text))), 'left', glyphs.ellipsis);
	const left = room - cellWidth(shown) - 2;
	const rest: Span[] =
		left >= 6 && about !== '' ? [[`  ${fit(about, left, 'left', glyphs.ellipsis)}`, 'dim']] : [];
	return spread([...lead, ...pack(lit(shown, fuzzyPlaces(words, shown), isChosen)), ...rest], right, columns);
}

/** The finder, in at most `room` cells: what is typed, and what that finds. */
export function findingRows(
	dialog: FindDialog,
	found: readonly Finding[],
	room: Area,
	look: Look,
): DialogRows {
	const columns = Math.min(widest, room.columns);
	const typed = fieldText(dialog.query);
	const words = fuzzyWords(typed);
	// It keeps its height while one types.
	// Where there is hardly any room all of it is for what is found.
	const isTight = room.rows < 12;
	const height = Math.max(1, Math.min(mostRows, room.rows - (isTight ? 4 : 7)));
	const at = Math.max(
		0,
		found.findIndex(({key}) => key === dialog.chosen),
	);
	const top = windowTop(found.length, height, at, Math.max(0, at - Math.floor(height / 2)));
	const shown = found.slice(top, top + height);
	const more = (dialog.answer?.found.more ?? 0) + found.length - top - shown.length;
	const rows: Row[] = shown.map((finding, index) =>
		findingRow(finding, words, top + index === at, columns, look),
	);
	if (found.length === 0) {
		const isAsked = dialog.answer?.words !== typed;
		rows.push([[isAsked ? `  ${look.glyphs.ellipsis}` : '  nothing is called so', 'dim']]);
	}
	while (rows.length < height) rows.push([]);
	const told: Row = [[more > 0 ? `  ${more} more: type more of the name` : '', 'faint']];
	const hits: Array<Hit | undefined> = [
		undefined,
		...(isTight ? [] : [undefined]),
		...shown.map((_, index): Hit => ({kind: 'part', at: top + index})),
	];
	return {
		title: 'Find anything',
		rows: [
			[[' find ', 'faint'], ...fieldRow(dialog.query, columns - 7, true)],
			...(isTight ? [] : [[]]),
			...rows,
			...(isTight ? [] : [told]),
		],
		hits,
		foot: 'Enter opens   ↑↓ choose   Esc leaves',
		columns,
	};
}
