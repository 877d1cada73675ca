const token = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/gs;

/**
 * The value of a name in an object of JSON as it is written, for numbers that are too long for one here: undefined when
 * there is none. Of several of that name the last counts, as it does for `JSON.parse`.
 *
 * @param text an object that `JSON.parse` takes, or an array of objects
 * @param index which of the array's entries is meant
 */
export function writtenValue(text: string, name: string, index?: number): string | undefined {
	const level = index === undefined ? 1 : 2;
	let depth = 0;
	let entry = 0;
	let key: string | undefined;
	let isKey = false;
	let found: string | undefined;
	for (const [part] of text.matchAll(token)) {
		if (part === '{' || part === '[') {
			depth++;
			isKey = part === '{' && depth === level;
			key = undefined;
		} else if (part === '}' || part === ']') {
			depth--;
			isKey = false;
		} else if (part === ',') {
			if (depth === 1 && index !== undefined) entry++;
			isKey = depth === level;
		} else if (depth !== level || (index !== undefined && entry !== index)) {
			// Of something else.
		} else if (part === ':') {
			isKey = false;
		} else if (isKey) {
			key = JSON.parse(part) as string;
		} else if (key === name) found = part;
	}
	return found;
}
