/** Words that begin alike are found by so many first characters. */
const stemLength = 3;
const many = 5000;

/** Finds numbered things by the beginnings of their words. Room taken is about 60 bytes a word of a thing. */
export class WordIndex {
	/** The things that have a word; most words are one thing's alone. */
	readonly #holders = new Map<string, number | Set<number>>();
	/** All words by their first characters. */
	readonly #stems = new Map<string, Set<string>>();
	/** By thing, in which search it was seen last. */
	#seenIn = new Uint32Array(64);
	#round = 0;

	add(thing: number, words: readonly string[]): void {
		if (thing >= this.#seenIn.length) {
			const larger = new Uint32Array(thing * 2);
			larger.set(this.#seenIn);
			this.#seenIn = larger;
		}
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
	 * Calls `take` with each thing of which a word begins with this one, once. False, and nothing is called, for a single
	 * letter, unless that is a word of a script without spaces.
	 */
	find(beginning: string, take: (thing: number) => void): boolean {
		if (beginning.length < 2) {
			if (!/\p{Lo}/u.test(beginning)) return false;
			const holders = this.#holders.get(beginning);
			if (typeof holders === 'number') take(holders);
			else holders?.forEach(take);
			return true;
		}
		const found: Array<number | Set<number>> = [];
		let count = 0;
		for (const alike of this.#alike(beginning)) {
			for (const word of alike) {
				if (!word.startsWith(beginning)) continue;
				const holders = this.#holders.get(word)!;
				found.push(holders);
				count += typeof holders === 'number' ? 1 : holders.size;
			}
		}
		this.#takeOnce(found, count >= many, take);
		return true;
	}

	/** @param areMany they are taken in their order then: going to and fro in memory is what takes the time */
	#takeOnce(
		found: ReadonlyArray<number | ReadonlySet<number>>,
		areMany: boolean,
		take: (thing: number) => void,
	): void {
		const round = ++this.#round;
		const seenIn = this.#seenIn;
		const see = (thing: number): void => {
			if (!areMany && seenIn[thing] !== round) take(thing);
			seenIn[thing] = round;
		};
		for (const holders of found) {
			if (typeof holders === 'number') see(holders);
			else for (const thing of holders) see(thing);
		}
		if (!areMany) return;
		for (let thing = 0; thing < seenIn.length; thing++) if (seenIn[thing] === round) take(thing);
	}

	*#alike(beginning: string): Generator<ReadonlySet<string>, void, undefined> {
		if (beginning.length >= stemLength) {
			const words = this.#stems.get(beginning.slice(0, stemLength));
			if (words !== undefined) yield words;
			return;
		}
		for (const [stem, words] of this.#stems) if (stem.startsWith(beginning)) yield words;
	}
}
