/**
 * The lines, from 1 on, on which the names of a JSON object stand, by name; a name that is there twice has two. `text` is
 * valid JSON.
 */
export function lineOfEachName(text: string): ReadonlyMap<string, readonly number[]> {
	const lines = new Map<string, number[]>();
	let line = 1;
	let depth = 0;
	let mayBeName = false;
	for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],\n]/g)) {
		if (token === '\n') line++;
		else if (token === '{' || token === '[') mayBeName = ++depth === 1;
		else if (token === '}' || token === ']') depth--;
		else if (token === ',') mayBeName = depth === 1;
		else if (mayBeName) {
			const name = JSON.parse(token) as string;
			lines.set(name, [...(lines.get(name) ?? []), line]);
			mayBeName = false;
		}
	}
	return lines;
}

/** Why a text is not JSON, with the line, as far as `error` of `JSON.parse` tells. */
export function jsonFault(
	text: string,
	error: unknown,
): {readonly line: number | undefined; readonly reason: string} {
	const message = String((error as Error).message).split('\n')[0]!;
	const position = /at position (\d+)/.exec(message)?.[1];
	const atEnd = /end of JSON input|Unterminated/.test(message) ? text.trimEnd().length : undefined;
	const at = position === undefined ? atEnd : Number(position);
	return {
		line: at === undefined ? undefined : text.slice(0, at).split('\n').length,
		reason: message.replace(/,? ?(?:in JSON )?at position \d+.*$|, "[\s\S]*is not valid JSON$/, ''),
	};
}
