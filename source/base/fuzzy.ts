/** What is looked for: words in lower case, all of which must be found, each as a whole or with letters left out. */
export type FuzzyWords = readonly string[];

/** A text with at least this score has each word as a whole, most where something begins. */
export const wholeWords = 70;
/** One with at least this has each word as a whole, or as the beginnings of several. */
export const nearWords = 44;

/** Longer texts are looked at so far. */
const longestText = 4096;
/** Words beyond these, and characters of a word, are not looked at: nobody types them to find something. */
const mostWords = 8;
const longestWord = 64;

/** The words of what somebody types to find something. */
export function fuzzyWords(typed: string): FuzzyWords {
	return typed
		.toLowerCase()
		.split(/\s+/)
		.filter(word => word !== '')
		.slice(0, mostWords)
		.map(word => word.slice(0, longestWord));
}

/** Whether there is a letter or a digit at a place of a text in lower case. */
function isWord(text: string, at: number): boolean {
	const code = text.charCodeAt(at);
	if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
	return /[\p{L}\p{N}]/u.test(text[at] ?? '');
}

/** Whether a word may begin at a place of a text: after what is no letter or digit. */
function begins(text: string, at: number): boolean {
	return at === 0 || !isWord(text, at - 1);
}

/** The places of a word's characters in a text, from `start` on, as few as can be between them; undefined when it is not in it. */
function placesOf(word: string, text: string, start = 0): readonly number[] | undefined {
	const whole = wholeAt(word, text, start);
	if (whole >= 0) return Array.from(word, (_, index) => whole + index).slice(0, word.length);
	let end = start - 1;
	for (const character of word) {
		end = text.indexOf(character, end + 1);
		if (end < 0) return undefined;
	}
	// From the end backwards the same letters stand nearer together.
	const places: number[] = [];
	let at = end + 1;
	for (const character of [...word].reverse()) {
		at = text.lastIndexOf(character, at - 1);
		places.unshift(at);
	}
	return places;
}

/** Where the word stands as a whole: where something begins, else anywhere; -1 where it does not. */
function wholeAt(word: string, text: string, start: number): number {
	const first = text.indexOf(word, start);
	for (let at = first, tries = 0; at >= 0 && tries < 8; at = text.indexOf(word, at + 1), tries++)
		if (begins(text, at)) return at;
	return first;
}

/** How well a word that was found at these places was meant: 0 to 100; undefined when its letters are too far from each other. */
function worth(word: string, text: string, places: readonly number[]): number | undefined {
	const [first = 0] = places;
	const last = places.at(-1) ?? first;
	const spread = last - first + 1 - word.length;
	if (spread <= 0) {
		const isBegun = begins(text, first);
		const isEnded = last + 1 >= text.length || !isWord(text, last + 1);
		return (isBegun ? 80 : 60) + (isBegun && isEnded ? 10 : 0) + (first === 0 ? 10 : 0);
	}
	const starts = places.filter(at => begins(text, at)).length;
	// One letter after the other somewhere in a long path is found in nearly every one; so are words that begin so.
	const most = word.length * (starts < word.length ? 2 : 8);
	if (word.length < 2 || spread > most) return undefined;
	return Math.max(1, Math.round(20 + (starts / word.length) * 30 - Math.min(19, spread)));
}

/**
 * How well a text is meant by words: higher is better, undefined when it is not. A text that begins like a word goes
 * before one in which it stands later, and that before one that only has its letters.
 *
 * @param text in lower case
 */
export function fuzzyScore(words: FuzzyWords, text: string): number | undefined {
	const looked = text.length > longestText ? text.slice(0, longestText) : text;
	let sum = 0;
	for (const word of words) {
		const places = placesOf(word, looked);
		const points = places && worth(word, looked, places);
		if (points === undefined) return undefined;
		sum += points;
	}
	// Of two that are meant alike the shorter one says less else.
	return words.length === 0 ? 0 : sum / words.length + 5 / (1 + looked.length / 20);
}

/** The characters of a text that made it be found, for showing them: positions in it. `text` as it is written. */
export function fuzzyPlaces(words: FuzzyWords, text: string): ReadonlySet<number> {
	const lower = text.toLowerCase();
	// Some letters are several in lower case: what stands where is not known then.
	if (lower.length !== text.length) return new Set();
	return new Set(words.flatMap(word => placesOf(word, lower) ?? []));
}
