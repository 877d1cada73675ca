import type {Tone} from '../look/themes.js';
import type {ChosenColumn} from '../model/chosen-columns.js';
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
	/** What it is called where columns are chosen, when its title does not say it. */
	readonly label?: string;
	/** Cells, in a list of so many columns; of one that is flexible the least it needs. */
	readonly width: number | ((columns: number, facts: Facts) => number);
	/** Whether it takes of what is left. */
	readonly flexible?: boolean | ((columns: number) => boolean);
	/** So much it takes of what is left before others appear; all of it when left out. */
	readonly most?: number;
	/** It appears, those with a low rank first, when those that take of what is left have as much as they want. */
	readonly extra?: true;
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

interface Measured<Item, Facts extends ListFacts> {
	readonly column: Column<Item, Facts>;
	readonly width: number;
	readonly flexible: boolean;
}

function measured<Item, Facts extends ListFacts>(
	column: Column<Item, Facts>,
	facts: Facts,
	wanted?: number,
): Measured<Item, Facts> {
	const {width, flexible = false} = column;
	return {
		column,
		width: wanted ?? (typeof width === 'function' ? width(facts.columns, facts) : width),
		// What somebody gave a width keeps it.
		flexible: wanted === undefined && (typeof flexible === 'function' ? flexible(facts.columns) : flexible),
	};
}

/** What the columns take with the gaps between them. */
function needed(kept: ReadonlyArray<{readonly width: number}>, gap: number): number {
	return kept.reduce((sum, {width}) => sum + width, 0) + gap * (kept.length - 1);
}

/** The columns as they come by themselves: the most useful ones for which there is room, in their order. */
function ownColumns<Item, Facts extends ListFacts>(
	columns: ReadonlyArray<Column<Item, Facts>>,
	facts: Facts,
	room: number,
	gap: number,
): ReadonlyArray<Measured<Item, Facts>> {
	const all = columns.filter(column => column.when?.(facts) ?? true).map(column => measured(column, facts));
	const kept = all.filter(({column}) => !column.extra);
	while (needed(kept, gap) > room && kept.length > 1) {
		let worst = 0;
		for (let index = 1; index < kept.length; index++) {
			if ((kept[index]?.column.rank ?? 0) >= (kept[worst]?.column.rank ?? 0)) worst = index;
		}
		kept.splice(worst, 1);
	}
	const wish = kept.reduce(
		(sum, {column, width, flexible}) => sum + (flexible ? (column.most ?? room) - width : 0),
		0,
	);
	let left = room - needed(kept, gap) - wish;
	const extras = all
		.filter(({column}) => column.extra)
		.toSorted((a, b) => a.column.rank - b.column.rank)
		.filter(({width}) => {
			if (width + gap > left) return false;
			left -= width + gap;
			return true;
		});
	return all.filter(one => kept.includes(one) || extras.includes(one));
}

/** The columns that somebody chose, in their order: from the end on those are left out for which there is no room. */
function chosenOf<Item, Facts extends ListFacts>(
	columns: ReadonlyArray<Column<Item, Facts>>,
	chosen: readonly ChosenColumn[],
	facts: Facts,
	room: number,
	gap: number,
): ReadonlyArray<Measured<Item, Facts>> {
	const kept = chosen.flatMap(({id, width}) => {
		const column = columns.find(each => each.id === id);
		return column === undefined ? [] : [measured(column, facts, width)];
	});
	while (needed(kept, gap) > room && kept.length > 1) kept.pop();
	return kept;
}

/** Gives what is left to those that take it: first what each wants, then the rest to those that want it all, or the first. */
function widen<Item, Facts extends ListFacts>(
	kept: ReadonlyArray<Measured<Item, Facts>>,
	room: number,
	gap: number,
): ReadonlyArray<ShownColumn<Item, Facts>> {
	let spare = Math.max(0, room - needed(kept, gap));
	const widths = kept.map(({width}) => Math.min(width, room));
	const takers = kept.flatMap(({flexible}, at) => (flexible ? [at] : []));
	const give = (at: number, share: number) => {
		widths[at] = (widths[at] ?? 0) + share;
		spare -= share;
	};
	const bounded = takers.filter(at => kept[at]?.column.most !== undefined);
	for (const at of bounded)
		give(at, Math.min(spare, Math.max(0, (kept[at]?.column.most ?? 0) - (widths[at] ?? 0))));
	const open = takers.filter(at => !bounded.includes(at));
	for (const [turn, at] of open.entries()) give(at, Math.floor(spare / (open.length - turn)));
	if (bounded[0] !== undefined) give(bounded[0], spare);
	return kept.map(({column}, at) => ({column, width: widths[at] ?? 0}));
}

/**
 * The columns that are shown, with their widths.
 *
 * @param room cells for them and the gaps between
 * @param chosen those that somebody chose
 */
export function chooseColumns<Item, Facts extends ListFacts>(
	columns: ReadonlyArray<Column<Item, Facts>>,
	facts: Facts,
	room: number,
	gap: number,
	chosen?: readonly ChosenColumn[],
): ReadonlyArray<ShownColumn<Item, Facts>> {
	const mine = chosen === undefined ? [] : chosenOf(columns, chosen, facts, room, gap);
	return widen(mine.length > 0 ? mine : ownColumns(columns, facts, room, gap), room, gap);
}
