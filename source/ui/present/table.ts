import type {Tone} from '../look/themes.js';
import {fit} from '../text/text.js';
import {type ListRow, pack, type Row, type Span} from './row.js';

/** A column of a list. */
export interface Column<Item> {
	/** Also the name of the order that sorts by it. */
	readonly id: string;
	readonly title: string;
	/** Cells; for the one column that takes what is left, the least it needs. */
	readonly width: number;
	readonly flexible?: boolean;
	readonly align?: 'left' | 'right';
	/** Columns with the highest rank are left out first when there is no room. */
	readonly rank: number;
	readonly cell: (item: Item, width: number) => Row | string;
	readonly tone?: Tone | ((item: Item) => Tone);
}

/** The columns for which there is room, with their widths. */
export function chooseColumns<Item>(
	columns: ReadonlyArray<Column<Item>>,
	room: number,
	gap: number,
): ReadonlyArray<{readonly column: Column<Item>; readonly width: number}> {
	const kept = [...columns];
	const needed = () => kept.reduce((sum, column) => sum + column.width, 0) + gap * (kept.length - 1);
	while (needed() > room && kept.length > 1) {
		let worst = 0;
		for (let index = 1; index < kept.length; index++) {
			if ((kept[index]?.rank ?? 0) >= (kept[worst]?.rank ?? 0)) worst = index;
		}
		kept.splice(worst, 1);
	}
	const spare = Math.max(0, room - needed());
	const flexible = kept.filter(column => column.flexible).length;
	let given = 0;
	let seen = 0;
	return kept.map(column => {
		if (!column.flexible) return {column, width: Math.min(column.width, room)};
		seen++;
		const share = seen === flexible ? spare - given : Math.floor(spare / flexible);
		given += share;
		return {column, width: Math.min(column.width + share, room)};
	});
}

/** The first row to show of a list, so that the cursor is in sight and there is no empty room below. */
export function windowTop(total: number, height: number, cursor: number, before: number): number {
	let top = before;
	if (cursor < top) top = Math.max(0, cursor);
	if (cursor >= top + height) top = cursor - height + 1;
	return Math.max(0, Math.min(top, total - height));
}

/** What a list looks like in a pane. */
export interface TableOptions {
	readonly columns: number;
	readonly rows: number;
	readonly header: boolean;
	readonly gap: number;
	/** Index of the row with the cursor; -1 for none. */
	readonly cursor: number;
	readonly active: boolean;
	readonly top: number;
	readonly sort: string;
	readonly reverse: boolean;
	readonly cursorGlyph: string;
	readonly ellipsis: '…' | '~';
	/** Said when there is nothing in the list. */
	readonly empty: string;
	readonly mark?: ((index: number) => string | undefined) | undefined;
	/** The group of an item, said above the first of each; the items come group by group. */
	readonly group?: ((index: number) => string) | undefined;
}

/** Rows that items `from` to `to` take with the names of their groups. */
function rowsBetween(from: number, to: number, group: (index: number) => string): number {
	let rows = 0;
	for (let at = from; at <= to; at++) rows += at === from || group(at) !== group(at - 1) ? 2 : 1;
	return rows;
}

function groupRow(group: (index: number) => string, at: number, total: number): Row {
	const name = group(at);
	let first = at;
	while (first > 0 && group(first - 1) === name) first--;
	let end = at + 1;
	while (end < total && group(end) === name) end++;
	return [
		[`  ${name}`, 'accent'],
		[`  ${end - first}`, 'faint'],
	];
}

/** Rows of a list: a header when asked for, then the items in sight, then blank rows. */
export function tableRows<Item>(
	columns: ReadonlyArray<Column<Item>>,
	items: readonly Item[],
	options: TableOptions,
): readonly ListRow[] {
	const lead = 2;
	const chosen = chooseColumns(columns, options.columns - lead - 1, options.gap);
	const gap = ' '.repeat(options.gap);
	const result: ListRow[] = [];
	if (options.header) {
		const row: Span[] = [['  ']];
		for (const [index, {column, width}] of chosen.entries()) {
			const sorted = column.id === options.sort;
			row.push([
				(index > 0 ? gap : '') + fit(column.title, width, column.align, options.ellipsis),
				sorted ? 'dim' : 'faint',
			]);
		}
		result.push({row: pack(row), selected: false});
	}
	const height = options.rows - result.length;
	if (items.length === 0 && height > 0) {
		result.push({row: [[`  ${options.empty}`, 'faint']], selected: false});
	}
	const {group} = options;
	let top = options.top;
	// The names of groups take rows too: the cursor must stay in sight.
	if (group) while (top < options.cursor && rowsBetween(top, options.cursor, group) > height) top++;
	for (let at = top; at < items.length && result.length < options.rows; at++) {
		const item = items[at] as Item;
		if (group && (at === top || group(at) !== group(at - 1))) {
			result.push({row: groupRow(group, at, items.length), selected: false});
			if (result.length >= options.rows) break;
		}
		const onCursor = at === options.cursor;
		const mark = options.mark?.(at);
		const row: Span[] = [
			onCursor ? [options.cursorGlyph, options.active ? 'accent' : 'dim'] : [' ', 'text'],
			mark === undefined ? [' '] : [mark, 'good'],
		];
		for (const [index, {column, width}] of chosen.entries()) {
			if (index > 0) row.push([gap]);
			const cell = column.cell(item, width);
			if (typeof cell === 'string') {
				const tone = typeof column.tone === 'function' ? column.tone(item) : column.tone;
				row.push([fit(cell, width, column.align, options.ellipsis), tone]);
			} else row.push(...cell);
		}
		result.push({row: pack(row), selected: onCursor && options.active});
	}
	return result;
}
