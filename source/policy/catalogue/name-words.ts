const longestWord = 40;
const mostWords = 48;
const wordRuns = /[\p{L}\p{N}]+/gu;
const marks = /\p{M}+/gu;
/** Written without spaces between words: each letter is one. */
const unspaced =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const unspacedLetters = new RegExp(`${unspaced.source}|(?:(?!${unspaced.source})[^])+`, 'gu');
const plain = /^[\w .,'()[\]&+-]*$/;

/**
 * The words of a name or of what is looked for, each once: lower case, without accents. Of what is written without spaces
 * each letter is a word. At most 48, each cut after 40 characters.
 */
export function nameWords(text: string): string[] {
	const usual = (plain.test(text) ? text : text.normalize('NFKD').replace(marks, '')).toLowerCase();
	const words = new Set<string>();
	for (const [run] of usual.matchAll(wordRuns)) {
		for (const word of plain.test(run) || !unspaced.test(run)
			? run.split('_')
			: (run.match(unspacedLetters) ?? [])) {
			if (word !== '') words.add(word.slice(0, longestWord));
			if (words.size === mostWords) return [...words];
		}
	}
	return [...words];
}
