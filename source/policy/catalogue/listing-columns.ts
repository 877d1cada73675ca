import type {SearchOrder} from '../../protocol/catalogue/search-query.js';
import type {Listing} from './listing.js';

const mostPeers = 1 << 20;
/** Characters of a name that are compared as one number. */
const comparedCharacters = 6;

/**
 * What is compared of every listing by its slot, side by side: all of them are looked at in a millisecond or two, where
 * going from one to the next in memory takes ten times as long.
 */
export class ListingColumns {
	#ranks: Readonly<Record<SearchOrder, Float64Array>> = makeRanks(64);
	#initials = new Uint32Array(64);
	#digits = new Uint16Array(64);

	/** Takes over one that is new. */
	set(listing: Listing): void {
		const {slot, size, since, text} = listing;
		if (slot >= this.#initials.length) this.#grow();
		this.#ranks.size[slot] = -size;
		this.#ranks.new[slot] = -since;
		this.#ranks.name[slot] = beginningOf(text);
		this.count(listing);
		let initials = 0;
		let digits = 0;
		for (let at = text.indexOf(' '); at !== -1; at = text.indexOf(' ', at + 1)) {
			const code = text.charCodeAt(at + 1);
			if (isDigit(code)) digits |= 1 << (code - zero);
			else initials |= initialBit(code);
		}
		this.#initials[slot] = initials;
		this.#digits[slot] = digits;
	}

	/** Its seeders and leechers are others than before. */
	count({slot, seeders, leechers}: Listing): void {
		this.#ranks.seeds[slot] = -(seeders * mostPeers + Math.min(leechers, mostPeers - 1));
	}

	/** By slot, what is smaller comes first. Of names only the beginnings are in it. */
	ranks(order: SearchOrder): Float64Array {
		return this.#ranks[order];
	}

	/** Says of slots whether there may be a word beginning with each of these in the name; true of all that have them. */
	mayHave(words: readonly string[]): (slot: number) => boolean {
		let initials = 0;
		let digits = 0;
		for (const word of words) {
			const code = word.charCodeAt(0);
			if (isDigit(code)) digits |= 1 << (code - zero);
			else initials |= initialBit(code);
		}
		const initialsOf = this.#initials;
		const digitsOf = this.#digits;
		return slot => (initialsOf[slot]! & initials) === initials && (digitsOf[slot]! & digits) === digits;
	}

	#grow(): void {
		const size = this.#initials.length * 2;
		const ranks = makeRanks(size);
		for (const order of ['seeds', 'size', 'new', 'name'] as const) ranks[order].set(this.#ranks[order]);
		this.#ranks = ranks;
		const [initials, digits] = [new Uint32Array(size), new Uint16Array(size)];
		initials.set(this.#initials);
		digits.set(this.#digits);
		this.#initials = initials;
		this.#digits = digits;
	}
}

/** Whether `mayHave` is never wrong about a word: one letter from a to z, or one digit. */
export function isPlainInitial(word: string): boolean {
	return /^[\da-z]$/.test(word);
}

const zero = 48;
const letterA = 97;

function isDigit(code: number): boolean {
	return code >= zero && code < zero + 10;
}

/** One of 26 for letters from a to z, one of six for all others. */
function initialBit(code: number): number {
	const letter = code - letterA;
	return letter >= 0 && letter < 26 ? 1 << letter : (1 << 26) << (code % 6);
}

function makeRanks(size: number): Readonly<Record<SearchOrder, Float64Array>> {
	return {
		seeds: new Float64Array(size),
		size: new Float64Array(size),
		new: new Float64Array(size),
		name: new Float64Array(size),
	};
}

function beginningOf(text: string): number {
	let number = 0;
	// The first is the space before the first word.
	for (let at = 1; at <= comparedCharacters; at++)
		number = number * 256 + Math.min(255, text.charCodeAt(at) || 0);
	return number;
}
