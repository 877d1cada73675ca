/** A binary heap: `before` says which of two comes out first. Adding and taking cost O(log n). */
export class Heap<Item> {
	readonly #items: Item[] = [];
	readonly #before: (one: Item, other: Item) => boolean;

	constructor(before: (one: Item, other: Item) => boolean) {
		this.#before = before;
	}

	get size(): number {
		return this.#items.length;
	}

	peek(): Item | undefined {
		return this.#items[0];
	}

	push(item: Item): void {
		const items = this.#items;
		let at = items.length;
		while (at > 0) {
			const parent = (at - 1) >> 1;
			if (!this.#before(item, items[parent]!)) break;
			items[at] = items[parent]!;
			at = parent;
		}
		items[at] = item;
	}

	pop(): Item | undefined {
		const items = this.#items;
		const first = items[0];
		const last = items.pop();
		if (items.length === 0 || last === undefined) return first;
		let at = 0;
		for (;;) {
			let child = at * 2 + 1;
			if (child >= items.length) break;
			if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++;
			if (!this.#before(items[child]!, last)) break;
			items[at] = items[child]!;
			at = child;
		}
		items[at] = last;
		return first;
	}

	clear(): void {
		this.#items.length = 0;
	}
}
