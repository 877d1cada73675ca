/** Ranges of IP addresses, both ends included: a table to look addresses up in. 8 bytes a range of IPv4, 32 of IPv6. */
export interface RangeTable {
	/** Starts of ranges of IPv4, ascending; none touches another. */
	readonly starts4: Uint32Array;
	readonly ends4: Uint32Array;
	/** The same of IPv6: four words an address, the highest first. */
	readonly starts6: Uint32Array;
	readonly ends6: Uint32Array;
}

const words = 4;

/** The four bytes of an IPv4 address as a number. */
export function wordAt(bytes: Uint8Array, at: number): number {
	return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Knows of any IP address whether it is in one of many ranges: 400,000 of IPv4 take 3.5 MB. */
export class AddressRanges {
	readonly #table: RangeTable;
	/** How many of IPv4 start before each value of the first 16 bits: where to look, so that little memory is touched. */
	readonly #before = new Uint32Array(2 ** 16 + 1);

	constructor(table: RangeTable) {
		this.#table = table;
		for (const start of table.starts4) this.#before[(start >>> 16) + 1]!++;
		for (let top = 0; top < 2 ** 16; top++) this.#before[top + 1]! += this.#before[top]!;
	}

	/** Those of IPv4 and IPv6 together. */
	get size(): number {
		return this.#table.starts4.length + this.#table.starts6.length / words;
	}

	/** @param ip 4 or 16 bytes; what NAT64 and 6to4 lead to counts as well */
	has(ip: Uint8Array): boolean {
		if (ip.length === 4) return this.#has4(wordAt(ip, 0));
		if (this.#has6(ip)) return true;
		if (wordAt(ip, 0) === 0x0064_ff9b && wordAt(ip, 4) === 0 && wordAt(ip, 8) === 0)
			return this.#has4(wordAt(ip, 12));
		return ip[0] === 0x20 && ip[1] === 0x02 && this.#has4(wordAt(ip, 2));
	}

	#has4(address: number): boolean {
		const {starts4, ends4} = this.#table;
		let low = this.#before[address >>> 16]!;
		let high = this.#before[(address >>> 16) + 1]!;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (starts4[middle]! <= address) low = middle + 1;
			else high = middle;
		}
		return low > 0 && address <= ends4[low - 1]!;
	}

	#has6(ip: Uint8Array): boolean {
		const {starts6, ends6} = this.#table;
		if (starts6.length === 0) return false;
		let low = 0;
		let high = starts6.length / words;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (compareAt(starts6, middle, ip) <= 0) low = middle + 1;
			else high = middle;
		}
		return low > 0 && compareAt(ends6, low - 1, ip) >= 0;
	}
}

/** How the address of this number in a table compares to 16 bytes: below 0 when it comes before them. */
function compareAt(table: Uint32Array, index: number, ip: Uint8Array): number {
	for (let word = 0; word < words; word++) {
		const difference = table[index * words + word]! - wordAt(ip, word * words);
		if (difference !== 0) return difference;
	}
	return 0;
}

/** Numbers that come one after the other, and are not known to be how many. */
class GrowingWords {
	#words = new Uint32Array(1024);
	length = 0;

	push(word: number): void {
		if (this.length === this.#words.length) {
			const larger = new Uint32Array(this.length * 2);
			larger.set(this.#words);
			this.#words = larger;
		}
		this.#words[this.length++] = word;
	}

	get all(): Uint32Array {
		return this.#words.subarray(0, this.length);
	}
}

/** Takes ranges in any order, and makes a table of them in which none touches another. */
export class RangeTableBuilder {
	/** Start and end after each other. */
	readonly #four = new GrowingWords();
	readonly #six = new GrowingWords();

	/** Ranges taken. */
	get count(): number {
		return this.#four.length / 2 + this.#six.length / (2 * words);
	}

	/** @param start the first address, 4 or 16 bytes. @param end the last, as many. Answers whether it is a range. */
	add(start: Uint8Array, end: Uint8Array): boolean {
		if (start.length !== end.length) return false;
		if (start.length === 4) return this.add4(wordAt(start, 0), wordAt(end, 0));
		for (let at = 0; at < 16; at++) {
			if (start[at] === end[at]) continue;
			if (start[at]! > end[at]!) return false;
			break;
		}
		for (const ip of [start, end]) for (let at = 0; at < 16; at += words) this.#six.push(wordAt(ip, at));
		return true;
	}

	/** The same for IPv4 addresses as numbers. */
	add4(start: number, end: number): boolean {
		if (start > end) return false;
		this.#four.push(start);
		this.#four.push(end);
		return true;
	}

	build(): RangeTable {
		return {...this.#build4(), ...this.#build6()};
	}

	#build4(): Pick<RangeTable, 'starts4' | 'ends4'> {
		const all = this.#four.all;
		const count = all.length / 2;
		// Numbers sort faster than what is compared by a function: start and place in one, 32 and 21 bits.
		const keys = new Float64Array(count);
		for (let index = 0; index < count; index++) keys[index] = all[index * 2]! * mostRanges + index;
		keys.sort();
		const starts = new Uint32Array(count);
		const ends = new Uint32Array(count);
		let made = 0;
		for (const key of keys) {
			const index = key % mostRanges;
			const start = all[index * 2]!;
			const end = all[index * 2 + 1]!;
			if (made > 0 && start <= ends[made - 1]! + 1) ends[made - 1] = Math.max(ends[made - 1]!, end);
			else {
				starts[made] = start;
				ends[made++] = end;
			}
		}
		return {starts4: starts.slice(0, made), ends4: ends.slice(0, made)};
	}

	#build6(): Pick<RangeTable, 'starts6' | 'ends6'> {
		const all = this.#six.all;
		const step = 2 * words;
		const compare = (one: number, other: number): number => {
			for (let word = 0; word < words; word++) {
				const difference = all[one + word]! - all[other + word]!;
				if (difference !== 0) return difference;
			}
			return 0;
		};
		const order = Array.from({length: all.length / step}, (_, index) => index * step).sort(compare);
		const starts = new Uint32Array(order.length * words);
		const ends = new Uint32Array(order.length * words);
		let made = -1;
		for (const at of order) {
			const last = made * words;
			let within = -1;
			if (made >= 0) {
				within = 0;
				for (let word = 0; word < words && within === 0; word++)
					within = ends[last + word]! - all[at + word]!;
			}
			if (made >= 0 && within >= 0) {
				let longer = 0;
				for (let word = 0; word < words && longer === 0; word++)
					longer = all[at + words + word]! - ends[last + word]!;
				if (longer > 0) ends.set(all.subarray(at + words, at + step), last);
			} else {
				made++;
				starts.set(all.subarray(at, at + words), made * words);
				ends.set(all.subarray(at + words, at + step), made * words);
			}
		}
		return {starts6: starts.slice(0, (made + 1) * words), ends6: ends.slice(0, (made + 1) * words)};
	}
}

/** More ranges than this no builder may take. */
export const mostRanges = 2 ** 21;
