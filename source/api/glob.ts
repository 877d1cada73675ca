const star = Symbol('any run of items');

/** Stands for one item, or for a run of any. */
type Pattern<Test> = readonly (Test | typeof star)[];
type CharTest = (char: string) => boolean;

const mostAlternatives = 256;

/**
 * A test for file paths from a pattern: `*` and `?` stay inside a path element, `**` as an element crosses folders,
 * `[a-z]`, `[!a-z]`, `{one,other}`, `\` takes the next character as it is. Upper and lower case are the same.
 * A pattern without `/` is matched with the file's name, others with the path, with or without the first folder;
 * one that ends in `/` means everything below, of any folder of that name when it has no other `/`. Undefined when `{}` gives more than 256 patterns.
 * Takes at most pattern times path steps for each of them, whatever the names.
 */
export function compileGlob(pattern: string): ((path: readonly string[]) => boolean) | undefined {
	const alternatives = expand(fold(below(pattern)));
	if (!alternatives) return undefined;
	const tests = alternatives.map(compilePath);
	return path => {
		const folded = path.map(element => [...fold(element)]);
		return tests.some(test => test(folded));
	};
}

function below(pattern: string): string {
	if (!pattern.endsWith('/')) return pattern;
	return `${pattern.indexOf('/') === pattern.length - 1 ? '**/' : ''}${pattern}**`;
}

type Path = readonly (readonly string[])[];

function compilePath(pattern: string): (path: Path) => boolean {
	const elements = pattern.split('/').map(element => (element === '**' ? star : compileElement(element)));
	if (elements.length === 1) return path => path.length > 0 && matches(elements, path.slice(-1), inElement);
	return path => matches(elements, path, inElement) || matches(elements, path.slice(1), inElement);
}

function inElement(pattern: Pattern<CharTest>, element: readonly string[]): boolean {
	return matches(pattern, element, (test, char) => test(char));
}

/** Matches from the left and falls back to the last star alone: an earlier one could give nothing better. */
function matches<Test, Item>(
	pattern: Pattern<Test>,
	items: readonly Item[],
	fits: (test: Test, item: Item) => boolean,
): boolean {
	let [at, item] = [0, 0];
	let [starAt, starItem] = [-1, 0];
	while (item < items.length) {
		const test = pattern[at];
		if (test === star) {
			[starAt, starItem] = [at, item];
			at++;
		} else if (test !== undefined && fits(test, items[item]!)) {
			at++;
			item++;
		} else if (starAt >= 0) {
			starItem++;
			[at, item] = [starAt + 1, starItem];
		} else return false;
	}
	while (pattern[at] === star) at++;
	return at === pattern.length;
}

function compileElement(text: string): Pattern<CharTest> {
	const pattern: (CharTest | typeof star)[] = [];
	const chars = [...text];
	for (let at = 0; at < chars.length; at++) {
		const char = chars[at]!;
		const close = char === '[' ? chars.indexOf(']', at + (chars[at + 1] === '!' ? 3 : 2)) : -1;
		if (char === '*') {
			if (pattern.at(-1) !== star) pattern.push(star);
		} else if (char === '?') pattern.push(() => true);
		else if (close !== -1) {
			pattern.push(compileClass(chars.slice(at + 1, close)));
			at = close;
		} else {
			const literal = char === '\\' && at + 1 < chars.length ? chars[++at]! : char;
			pattern.push(other => other === literal);
		}
	}
	return pattern;
}

function compileClass(chars: readonly string[]): CharTest {
	const negated = chars[0] === '!';
	const ranges: (readonly [low: string, high: string])[] = [];
	for (let at = negated ? 1 : 0; at < chars.length; at++) {
		const low = chars[at]!;
		const isRange = chars[at + 1] === '-' && at + 2 < chars.length;
		ranges.push([low, isRange ? chars[at + 2]! : low]);
		if (isRange) at += 2;
	}
	return char => ranges.some(([low, high]) => low <= char && char <= high) !== negated;
}

/** All patterns that `{one,other}` stands for. */
function expand(pattern: string): string[] | undefined {
	let results = [''];
	for (let at = 0; at < pattern.length; at++) {
		const group = pattern[at] === '{' ? readGroup(pattern, at) : undefined;
		if (group) {
			const inner: string[] = [];
			for (const choice of group.choices) {
				const expanded = expand(choice);
				if (!expanded) return undefined;
				inner.push(...expanded);
			}
			if (inner.length * results.length > mostAlternatives) return undefined;
			results = results.flatMap(left => inner.map(right => left + right));
			at = group.end;
		} else {
			const taken = pattern[at] === '\\' ? pattern.slice(at, at + 2) : pattern[at]!;
			results = results.map(left => left + taken);
			at += taken.length - 1;
		}
	}
	return results;
}

function readGroup(pattern: string, start: number): {choices: string[]; end: number} | undefined {
	const choices: string[] = [];
	let depth = 0;
	let from = start + 1;
	for (let at = start; at < pattern.length; at++) {
		const char = pattern[at];
		if (char === '\\') at++;
		else if (char === '{') depth++;
		else if (char === ',' && depth === 1) {
			choices.push(pattern.slice(from, at));
			from = at + 1;
		} else if (char === '}' && --depth === 0) {
			choices.push(pattern.slice(from, at));
			return choices.length > 1 ? {choices, end: at} : undefined;
		}
	}
	return undefined;
}

/** A name as it is compared: letter case and the way an accent is written do not matter. */
export function fold(text: string): string {
	return text.normalize('NFC').toLowerCase();
}
