import type {Millis} from '../../base/units.js';

/** Puts one before another; 0 for those that keep the order in which they came. */
export type Compare<Item> = (a: Item, b: Item) => number;

/** So many have changed of so many that all are put in order anew. */
const fewParts = 8;
/** What fits may depend on the time of day: all are looked at again after so long. */
const freshTime: Millis = 5000;

interface Kept<Item, Choice> {
	readonly items: readonly Item[];
	readonly compare: Compare<Item> | undefined;
	/** Places in `items`, in order. */
	readonly order: readonly number[];
	readonly choice: Choice;
	/** Which of `items` fit. */
	readonly fits: readonly boolean[];
	readonly lookedAt: Millis;
	readonly shown: readonly Item[];
}

/**
 * A long list in order, of which few items are others each time: these alone are compared and chosen again. Lists are
 * told apart by their objects, items by their ids.
 */
export class KeptOrder<Item extends {readonly id: string}, Choice> {
	readonly #choose: (choice: Choice) => (item: Item, now: Millis) => boolean;
	#kept: Kept<Item, Choice> | undefined;

	/** @param choose which items a choice is of */
	constructor(choose: (choice: Choice) => (item: Item, now: Millis) => boolean) {
		this.#choose = choose;
	}

	/**
	 * The items that fit, in order; the same object while the same is asked for.
	 *
	 * @param compare the same function for the same order; undefined for the order in which they come
	 * @param choice the same object for the same choice
	 */
	shown(
		items: readonly Item[],
		compare: Compare<Item> | undefined,
		choice: Choice,
		now: Millis,
	): readonly Item[] {
		const kept = this.#kept;
		const isSame = kept?.compare === compare && kept?.choice === choice;
		if (isSame && kept?.items === items) return kept.shown;
		const changed = kept && changedPlaces(kept.items, items);
		const order =
			kept === undefined || changed === undefined || kept.compare !== compare
				? inOrder(items, compare)
				: moved(kept.order, kept.items, items, changed, compare);
		const test = this.#choose(choice);
		const fresh = isSame && kept && changed && now - kept.lookedAt < freshTime ? {kept, changed} : undefined;
		const fits = fresh ? [...fresh.kept.fits] : items.map(item => test(item, now));
		for (const place of fresh?.changed ?? []) fits[place] = test(items[place]!, now);
		const lookedAt = fresh?.kept.lookedAt ?? now;
		const shown = order.filter(place => fits[place]).map(place => items[place]!);
		this.#kept = {items, compare, order, choice, fits, lookedAt, shown};
		return shown;
	}
}

/** Where the second list has another object than the first; undefined when it is not of the same items at the same places. */
function changedPlaces<Item extends {readonly id: string}>(
	before: readonly Item[],
	after: readonly Item[],
): readonly number[] | undefined {
	if (before.length !== after.length) return undefined;
	const changed: number[] = [];
	for (let place = 0; place < after.length; place++) {
		if (after[place] === before[place]) continue;
		if (after[place]!.id !== before[place]!.id) return undefined;
		changed.push(place);
	}
	return changed;
}

function inOrder<Item>(items: readonly Item[], compare: Compare<Item> | undefined): readonly number[] {
	const places = items.map((_, place) => place);
	return compare === undefined ? places : places.sort((a, b) => compare(items[a]!, items[b]!) || a - b);
}

/** The order after some items have changed: whoever is as great as before stays where it is. */
function moved<Item>(
	order: readonly number[],
	before: readonly Item[],
	after: readonly Item[],
	changed: readonly number[],
	compare: Compare<Item> | undefined,
): readonly number[] {
	if (compare === undefined) return order;
	const movers = changed.filter(place => compare(before[place]!, after[place]!) !== 0);
	if (movers.length === 0) return order;
	if (movers.length > after.length / fewParts) return inOrder(after, compare);
	const left = new Set(movers);
	const others = order.filter(place => !left.has(place));
	movers.sort((a, b) => compare(after[a]!, after[b]!) || a - b);
	const merged: number[] = [];
	let next = 0;
	for (const place of others) {
		while (next < movers.length) {
			const mover = movers[next]!;
			if ((compare(after[mover]!, after[place]!) || mover - place) > 0) break;
			merged.push(mover);
			next++;
		}
		merged.push(place);
	}
	for (; next < movers.length; next++) merged.push(movers[next]!);
	return merged;
}
