import type {ListState} from './view.js';

/** A way to order a list: the letter that picks it, what it is called, and whether large comes first. */
export interface SortOrder<Item> {
	readonly id: string;
	readonly letter: string;
	readonly label: string;
	readonly descending?: boolean;
	readonly compare?: (a: Item, b: Item) => number;
}

/** An entry of a list: what the cursor remembers, and what searching looks at. */
export interface Entry {
	readonly key: string;
	readonly text: string;
	/** It names those that follow, and is none of them. */
	readonly group?: true;
}

/** Made when it is first asked for: one for thousands of texts. */
let collator: Intl.Collator | undefined;

/** Orders texts as people do: numbers in them by what they are worth. */
export function byText(a: string, b: string): number {
	collator ??= new Intl.Collator(undefined, {numeric: true});
	return collator.compare(a, b);
}

/** The items that hold the filter, in the order that was chosen; in theirs where that is not known. */
export function arrange<Item>(
	items: readonly Item[],
	{sort, reverse, filter}: Pick<ListState, 'sort' | 'reverse' | 'filter'>,
	known: ReadonlyArray<SortOrder<Item>>,
	text: (item: Item) => string,
): readonly Item[] {
	const wanted = filter.toLowerCase();
	const kept = wanted === '' ? items : items.filter(item => text(item).toLowerCase().includes(wanted));
	const compare = known.find(order => order.id === sort)?.compare;
	if (!compare) return reverse ? [...kept].reverse() : kept;
	return [...kept].sort((a, b) => (reverse ? compare(b, a) : compare(a, b)));
}
