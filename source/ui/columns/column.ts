import type {Tone} from '../look/themes.js';
import type {Look} from '../present/context.js';
import type {Row} from '../present/row.js';

/** What the columns of a list are drawn by, besides its items. */
export interface ListFacts {
	/** Cells across the whole list. */
	readonly columns: number;
	readonly look: Look;
}

/** A column of a list: data, so that columns can be picked, ordered and told by their ids. */
export interface Column<Item, Facts extends ListFacts = ListFacts> {
	/** Also the name of the order that sorts by it. */
	readonly id: string;
	readonly title: string | ((look: Look) => string);
	/** Cells, in a list of so many columns; of one that is flexible the least it needs. */
	readonly width: number | ((columns: number) => number);
	/** Whether it takes of what is left. */
	readonly flexible?: boolean | ((columns: number) => boolean);
	readonly align?: 'left' | 'right';
	/** Columns with the highest rank are left out first when there is no room. */
	readonly rank: number;
	/** Whether the list has it now; always when left out. */
	readonly when?: (facts: Facts) => boolean;
	readonly cell: (item: Item, facts: Facts, width: number) => Row | string;
	readonly tone?: Tone | ((item: Item, facts: Facts) => Tone);
}

/** A column that is shown, and how wide. */
export interface ShownColumn<Item, Facts extends ListFacts> {
	readonly column: Column<Item, Facts>;
	readonly width: number;
}

/** The columns for which there is room, with their widths. `room`: cells for them and the gaps between. */
export function chooseColumns<Item, Facts extends ListFacts>(
	columns: ReadonlyArray<Column<Item, Facts>>,
	facts: Facts,
	room: number,
	gap: number,
): ReadonlyArray<ShownColumn<Item, Facts>> {
	const kept = columns
		.filter(column => column.when?.(facts) ?? true)
		.map(column => ({
			column,
			width: typeof column.width === 'function' ? column.width(facts.columns) : column.width,
			flexible:
				typeof column.flexible === 'function' ? column.flexible(facts.columns) : (column.flexible ?? false),
		}));
	const needed = () => kept.reduce((sum, {width}) => sum + width, 0) + gap * (kept.length - 1);
	while (needed() > room && kept.length > 1) {
		let worst = 0;
		for (let index = 1; index < kept.length; index++) {
			if ((kept[index]?.column.rank ?? 0) >= (kept[worst]?.column.rank ?? 0)) worst = index;
		}
		kept.splice(worst, 1);
	}
	const spare = Math.max(0, room - needed());
	const takers = kept.filter(({flexible}) => flexible).length;
	let given = 0;
	let seen = 0;
	return kept.map(({column, width, flexible}) => {
		if (!flexible) return {column, width: Math.min(width, room)};
		seen++;
		const share = seen === takers ? spare - given : Math.floor(spare / takers);
		given += share;
		return {column, width: Math.min(width + share, room)};
	});
}
