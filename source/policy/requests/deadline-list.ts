import type {Millis} from '../../base/units.js';

/** A piece that is due. */
export interface Due {
	readonly piece: number;
	/** By the clock of the session. */
	readonly at: Millis;
	/** The one that is due next, or at the same time with a higher number. */
	readonly next: Due | undefined;
}

/** A quarter of the entries of one level are in the next. */
const mostLevels = 10;

class Entry implements Due {
	readonly piece: number;
	readonly at: Millis;
	/** The entry that follows, level by level. */
	readonly links: Array<Entry | undefined>;

	constructor(piece: number, at: Millis, levels: number) {
		this.piece = piece;
		this.at = at;
		this.links = new Array(levels).fill(undefined);
	}

	get next(): Entry | undefined {
		return this.links[0];
	}
}

/**
 * Which pieces are due when, in the order in which they are. A skip list: a change costs O(log n), the first one and
 * the one after each cost nothing to find.
 */
export class Deadlines {
	readonly #entries = new Map<number, Entry>();
	readonly #head = new Entry(-1, -Infinity, mostLevels);
	/** Those that nobody would send in time, as of the last look at who may be asked. `planDue` writes it. */
	readonly late = new Set<number>();

	get size(): number {
		return this.#entries.size;
	}

	/** The one that is due first. */
	get first(): Due | undefined {
		return this.#head.next;
	}

	has(piece: number): boolean {
		return this.#entries.has(piece);
	}

	/** The pieces that are due, in no order; some may be taken away meanwhile. */
	pieces(): IterableIterator<number> {
		return this.#entries.keys();
	}

	/** When a piece is due; undefined when it is not. */
	of(piece: number): Millis | undefined {
		return this.#entries.get(piece)?.at;
	}

	set(piece: number, at: Millis): void {
		if (this.of(piece) === at) return;
		this.delete(piece);
		const entry = new Entry(piece, at, levelsOf(piece));
		this.#entries.set(piece, entry);
		const before = this.#before(entry);
		for (let level = 0; level < entry.links.length; level++) {
			const links = before[level]!.links;
			entry.links[level] = links[level];
			links[level] = entry;
		}
	}

	/** Answers whether it was due. */
	delete(piece: number): boolean {
		const entry = this.#entries.get(piece);
		if (entry === undefined) return false;
		this.#entries.delete(piece);
		this.late.delete(piece);
		const before = this.#before(entry);
		for (let level = 0; level < entry.links.length; level++) {
			before[level]!.links[level] = entry.links[level];
		}
		return true;
	}

	/** The last entry of each level that comes before this one. */
	#before(entry: Entry): Entry[] {
		const before: Entry[] = new Array(mostLevels);
		let at = this.#head;
		for (let level = mostLevels - 1; level >= 0; level--) {
			for (let next = at.links[level]; next !== undefined && isBefore(next, entry); next = at.links[level]) {
				at = next;
			}
			before[level] = at;
		}
		return before;
	}
}

function isBefore(one: Entry, other: Entry): boolean {
	return one.at < other.at || (one.at === other.at && one.piece < other.piece);
}

/** As if drawn by lot, but the same each time. */
function levelsOf(piece: number): number {
	let mixed = Math.imul(piece ^ (piece >>> 16), 0x7feb352d);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
	mixed ^= mixed >>> 16;
	return Math.min(mostLevels, 1 + (Math.clz32(mixed) >> 1));
}
