/** What stands in one item, by the names of its elements without their prefixes, in lower case. */
export class ItemElements {
	readonly #texts = new Map<string, string>();
	readonly #attributes: Array<{readonly element: string; readonly values: Readonly<Record<string, string>>}> =
		[];

	/** Keeps the text of an element; the first of a name holds, and one without a prefix before those that have one. */
	text(name: string, prefix: string, text: string): void {
		const key = prefix === '' ? name : `${prefix}:${name}`;
		if (text !== '' && !this.#texts.has(key) && this.#texts.size < 200) this.#texts.set(key, text);
	}

	/** Keeps an element's attributes. */
	element(element: string, values: Readonly<Record<string, string>>): void {
		if (this.#attributes.length < 200) this.#attributes.push({element, values});
	}

	/** The text of the first of these that is there: `title`, `dc:date`; `*:infohash` with any prefix. */
	first(...names: readonly string[]): string | undefined {
		for (const name of names) {
			const found = name.startsWith('*:') ? this.#anyPrefix(name.slice(2)) : this.#texts.get(name);
			if (found !== undefined) return found;
		}
		return undefined;
	}

	#anyPrefix(name: string): string | undefined {
		const plain = this.#texts.get(name);
		if (plain !== undefined) return plain;
		for (const [key, text] of this.#texts) if (key.endsWith(`:${name}`)) return text;
		return undefined;
	}

	/** Attributes of the elements of a name, in order. */
	all(element: string): ReadonlyArray<Readonly<Record<string, string>>> {
		return this.#attributes.filter(each => each.element === element).map(({values}) => values);
	}

	/** What `<torznab:attr name="…" value="…"/>` says, and newznab's alike. */
	attr(name: string): string | undefined {
		return this.all('attr').find(values => values['name']?.toLowerCase() === name)?.['value'];
	}
}
