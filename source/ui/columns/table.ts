import type {ChosenColumn} from '../model/chosen-columns.js';
import type {Hit} from '../present/hit.js';
import {type ListRow, pack, type Row, type Span} from '../present/row.js';
import {fit} from '../text/text.js';
import {type Column, chooseColumns, type ListFacts, type ShownColumn} from './column.js';

/** The first row to show of a list, so that the cursor is in sight and there is no empty room below. */
export function windowTop(total: number, height: number, cursor: number, before: number): number {
	let top = before;
	if (cursor < top) top = Math.max(0, cursor);
	if (cursor >= top + height) top = cursor - height + 1;
	return Math.max(0, Math.min(top, total - height));
}

/** What a list looks like in a pane. */
export interface TableOptions<Facts extends ListFacts> {
	/** What its columns are drawn by. */
	readonly facts: Facts;
	/** Cells that it has across. */
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
	/** Said when there is nothing in the list. */
	readonly empty: string;
	readonly mark?: ((index: number) => string | undefined) | undefined;
	/** What a click on an item does. */
	readonly hit?: ((index: number) => Hit | undefined) | undefined;
	/** What a click on the title of a column does. */
	readonly sortHit?: ((column: string) => Hit) | undefined;
	/** Those of its columns that somebody chose. */
	readonly chosen?: readonly ChosenColumn[] | undefined;
}

/** The titles of the columns; that of the one the list is sorted by stands out. */
function headerRow<Item, Facts extends ListFacts>(
	chosen: ReadonlyArray<ShownColumn<Item, Facts>>,
	{look}: ListFacts,
	gap: string,
	{sort, sortHit}: Pick<TableOptions<Facts>, 'sort' | 'sortHit'>,
): Row {
	const row: Span[] = [['  ']];
	for (const [index, {column, width}] of chosen.entries()) {
		const title = typeof column.title === 'function' ? column.title(look) : column.title;
		const text = fit(title, width, column.align, look.glyphs.ellipsis);
		const tone = column.id === sort ? 'dim' : 'faint';
		row.push([(index > 0 ? gap : '') + text, tone, false, sortHit?.(column.id)]);
	}
	return pack(row);
}

/** The cells of one item, after `lead`. */
function itemRow<Item, Facts extends ListFacts>(
	lead: readonly Span[],
	item: Item,
	chosen: ReadonlyArray<ShownColumn<Item, Facts>>,
	facts: Facts,
	gap: string,
): Row {
	const row: Span[] = [...lead];
	for (const [index, {column, width}] of chosen.entries()) {
		if (index > 0) row.push([gap]);
		const cell = column.cell(item, facts, width);
		if (typeof cell === 'string') {
			const tone = typeof column.tone === 'function' ? column.tone(item, facts) : column.tone;
			row.push([fit(cell, width, column.align, facts.look.glyphs.ellipsis), tone]);
		} else row.push(...cell);
	}
	return pack(row);
}

/** Rows of a list: a header when asked for, then the items in sight, then blank rows. */
export function tableRows<Item, Facts extends ListFacts>(
	columns: ReadonlyArray<Column<Item, Facts>>,
	items: readonly Item[],
	options: TableOptions<Facts>,
): readonly ListRow[] {
	const {facts, cursor, active} = options;
	const lead = 2;
	const chosen = chooseColumns(columns, facts, options.columns - lead - 1, options.gap, options.chosen);
	const gap = ' '.repeat(options.gap);
	const result: ListRow[] = [];
	if (options.header) result.push({row: headerRow(chosen, facts, gap, options), selected: false});
	const height = options.rows - result.length;
	if (items.length === 0 && height > 0)
		result.push({row: [[`  ${options.empty}`, 'faint']], selected: false});
	for (let at = options.top; at < items.length && result.length < options.rows; at++) {
		const onCursor = at === cursor;
		const mark = options.mark?.(at);
		const start: Span[] = [
			onCursor ? [facts.look.glyphs.cursor, active ? 'accent' : 'dim'] : [' ', 'text'],
			mark === undefined ? [' '] : [mark, 'good'],
		];
		const row = itemRow(start, items[at] as Item, chosen, facts, gap);
		result.push({row, selected: onCursor && active, hit: options.hit?.(at)});
	}
	return result;
}
