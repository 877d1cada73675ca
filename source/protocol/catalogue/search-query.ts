import type {Bytes} from '../../base/units.js';

/** In which order what was found comes: most seeders, largest or newest first, or by name. */
export const searchOrders = ['seeds', 'size', 'new', 'name'] as const;

export type SearchOrder = (typeof searchOrders)[number];

/** What somebody looks for. */
export interface SearchQuery {
	/** Words that all begin a word of the name; empty for everything. */
	readonly words: string;
	readonly min?: Bytes | undefined;
	readonly max?: Bytes | undefined;
	readonly sort?: SearchOrder | undefined;
	/** Goes on behind what an answer called `next`. */
	readonly after?: string | undefined;
}

/** In characters. */
const longestWords = 200;
const longestCursor = 400;

/** The order of this name; undefined when there is none. */
export function asSearchOrder(value: unknown): SearchOrder | undefined {
	return searchOrders.find(order => order === value);
}

/** Writes the part of a URL behind `?`. */
export function searchQueryText({words, min, max, sort, after}: SearchQuery): string {
	const parts: Array<readonly [string, string | number | undefined]> = [
		['q', words.slice(0, longestWords).toWellFormed()],
		['min', min],
		['max', max],
		['sort', sort],
		['after', after],
	];
	return parts
		.filter(([, value]) => value !== undefined && value !== '')
		.map(([name, value]) => `${name}=${encodeURIComponent(value!)}`)
		.join('&');
}

/**
 * Reads the part of a URL behind `?`. What makes no sense counts as left out; of what comes twice the last holds.
 *
 * @param decode takes percent-encoding away
 */
export function readSearchQuery(query: string, decode: (text: string) => string): SearchQuery {
	const values = new Map<string, string>();
	for (const part of query.split('&', 20)) {
		const equals = part.indexOf('=');
		if (equals > 0) values.set(part.slice(0, equals), decode(part.slice(equals + 1)));
	}
	const bytes = (name: string): Bytes | undefined => {
		const value = values.get(name) ?? '';
		return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
	};
	const after = values.get('after');
	return {
		words: (values.get('q') ?? '').slice(0, longestWords),
		min: bytes('min'),
		max: bytes('max'),
		sort: asSearchOrder(values.get('sort')),
		...(after !== undefined && after.length <= longestCursor && {after}),
	};
}
