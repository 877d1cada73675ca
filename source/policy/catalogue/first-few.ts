/** Keeps the first few of many, in order, without sorting all of them. */
export class FirstFew<Item> {
	readonly #most: number;
	readonly #isBefore: (a: Item, b: Item) => boolean;
	readonly #items: Item[] = [];

	/** @param isBefore no two are each before the other, and of two that differ one is */
	constructor(most: number, isBefore: (a: Item, b: Item) => boolean) {
		this.#most = most;
		this.#isBefore = isBefore;
	}

	offer(item: Item): void {
		const items = this.#items;
		if (items.length === this.#most) {
			if (!this.#isBefore(item, items[items.length - 1]!)) return;
			items.pop();
		}
		let low = 0;
		let high = items.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#isBefore(item, items[middle]!)) high = middle;
			else low = middle + 1;
		}
		items.splice(low, 0, item);
	}

	get items(): readonly Item[] {
		return this.#items;
	}
}
