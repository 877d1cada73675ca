import {safeText} from '../../base/safe-text.js';

/** What of one kind was passed over: how often, and the first. */
interface PassedOver {
	readonly first: string;
	readonly why: string;
	count: number;
}

const shown = 100;
const mostKeys = 6;

/** Collects what of a link is passed over, or read otherwise than it stands there: a line a kind, safe for a terminal. */
export class MagnetNotes {
	readonly #passedOver = new Map<string, PassedOver>();
	readonly #unknown = new Set<string>();
	readonly #lines: string[] = [];

	/** @param kind `tracker`, `peer` */
	passOver(kind: string, value: string, why: string): void {
		const known = this.#passedOver.get(kind);
		if (known) known.count++;
		else this.#passedOver.set(kind, {first: safeText(value, shown), why, count: 1});
	}

	/** A parameter that means nothing to us. */
	unknown(key: string): void {
		const name = safeText(key, 20);
		if (name !== '') this.#unknown.add(name);
	}

	say(line: string): void {
		this.#lines.push(line);
	}

	lines(): readonly string[] {
		const passedOver = [...this.#passedOver].map(([kind, {first, why, count}]) =>
			count === 1
				? `the link's ${kind} "${first}" is ignored: ${why}`
				: `${count} of the link's ${kind}${kind.endsWith('sh') ? 'es' : 's'} are ignored, the first is "${first}": ${why}`,
		);
		const keys = [...this.#unknown];
		const more = keys.length > mostKeys ? ` and ${keys.length - mostKeys} more` : '';
		const unknown =
			keys.length === 0
				? []
				: [`ignored in the link, for nothing is done with it: ${keys.slice(0, mostKeys).join(', ')}${more}`];
		return [...this.#lines, ...passedOver, ...unknown];
	}
}
