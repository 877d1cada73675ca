import {keepSectionText} from '../../api/section-text.js';

/** A list, and each of its items as JSON. */
export interface WrittenList {
	readonly items: readonly unknown[];
	readonly texts: readonly string[];
	/** The objects that were looked at last, at their places: of some an older one that reads the same is in `items`. */
	readonly seen: readonly unknown[];
}

/**
 * Writes a list item by item. One that is the same object as the one at its place before is not written again, and one
 * that reads the same is that object: items never change after they were made.
 *
 * @param before the list as it was
 */
export function writeList(items: readonly unknown[], before?: WrittenList): WrittenList {
	const texts: string[] = [];
	let kept = items;
	for (const [index, item] of items.entries()) {
		const isKnown = before !== undefined && index < before.seen.length && item === before.seen[index];
		const text = isKnown ? before.texts[index]! : (JSON.stringify(item) ?? 'null');
		texts.push(text);
		if (text !== before?.texts[index]) keepSectionText(item, text);
		else if (item !== before.items[index]) {
			if (kept === items) kept = [...items];
			(kept as unknown[])[index] = before.items[index];
		}
	}
	return {items: kept, texts, seen: items};
}

/** The list as JSON. */
export function listText({texts}: WrittenList): string {
	return `[${texts.join(',')}]`;
}

/** Whether two lists are the same as JSON. */
export function isSameText({texts: one}: WrittenList, {texts: other}: WrittenList): boolean {
	return one.length === other.length && one.every((text, index) => text === other[index]);
}
