/** Words that begin alike are found by so many first characters. */
const stemLength = 3;
/** Things found one by one take longer than looking at all of them. */
const many = 20_000;

/** Finds numbered things by the beginnings of their words. Room taken is about 60 bytes a word of a thing. */
export class WordIndex {
	/** The things that have a word; most words are one thing's alone. */
	readonly #holders = new Map<string, number | Set<number>>();
	/** All words by their first characters. */
	readonly #stems = new Map<string, Set<string>>();

	add(thing: number, words: readonly string[]): void {
		for (const word of words) {
			const holders = this.#holders.get(word);
			if (holders === undefined) {
				this.#holders.set(word, thing);
				const stem = word.slice(0, stemLength);
				const alike = this.#stems.get(stem);
				if (alike === undefined) this.#stems.set(stem, new Set([word]));
				else alike.add(word);
			} else if (typeof holders === 'number') this.#holders.set(word, new Set([holders, thing]));
			else holders.add(thing);
		}
	}

	/** @param words as they were added */
	remove(thing: number, words: readonly string[]): void {
		for (const word of words) {
			const holders = this.#holders.get(word);
			if (holders === undefined) continue;
			if (typeof holders !== 'number') {
				holders.delete(thing);
				if (holders.size > 0) continue;
			}
			this.#holders.delete(word);
			const stem = word.slice(0, stemLength);
			const alike = this.#stems.get(stem);
			alike?.delete(word);
			if (alike?.size === 0) this.#stems.delete(stem);
		}
	}

	/**
	 * The things of which a word begins with this one, each once; undefined when they are so many, or found with so little,
	 * that looking at all things is as good.
	 */
	find(beginning: string): Iterable<number> | undefined {
		// A letter of a script without spaces is a whole word.
		if (beginning.length === 1 && /\p{Lo}/u.test(beginning))
			return this.#things(this.#holders.get(beginning));
		if (beginning.length < 2) return undefined;
		const words: string[] = [];
		let count = 0;
		for (const alike of this.#alike(beginning)) {
			for (const word of alike) {
				if (!word.startsWith(beginning)) continue;
				words.push(word);
				const holders = this.#holders.get(word)!;
				count += typeof holders === 'number' ? 1 : holders.size;
			}
			if (count > many) return undefined;
		}
		if (words.length === 1) return this.#things(this.#holders.get(words[0]!));
		const found = new Set<number>();
		for (const word of words) for (const thing of this.#things(this.#holders.get(word))) found.add(thing);
		return found;
	}

	*#alike(beginning: string): Generator<ReadonlySet<string>, void, undefined> {
		if (beginning.length >= stemLength) {
			const words = this.#stems.get(beginning.slice(0, stemLength));
			if (words !== undefined) yield words;
			return;
		}
		for (const [stem, words] of this.#stems) if (stem.startsWith(beginning)) yield words;
	}

	#things(holders: number | Set<number> | undefined): Iterable<number> {
		if (holders === undefined) return [];
		return typeof holders === 'number' ? [holders] : holders;
	}
}
