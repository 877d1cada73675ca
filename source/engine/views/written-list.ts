/** A list, and each of its items as JSON. */
export interface WrittenList {
	readonly items: readonly unknown[];
	readonly texts: readonly string[];
}

/**
 * Writes a list item by item. One that is the same object as the one at its place before is not written again: items
 * never change after they were made.
 *
 * @param before the list as it was
 */
export function writeList(items: readonly unknown[], before?: WrittenList): WrittenList {
	const texts = items.map((item, index) =>
		before !== undefined && index < before.items.length && item === before.items[index]
			? before.texts[index]!
			: (JSON.stringify(item) ?? 'null'),
	);
	return {items, texts};
}

/** The list as JSON. */
export function listText({texts}: WrittenList): string {
	return `[${texts.join(',')}]`;
}

/** Whether two lists are the same as JSON. */
export function isSameText({texts: one}: WrittenList, {texts: other}: WrittenList): boolean {
	return one.length === other.length && one.every((text, index) => text === other[index]);
}
