/**
 * QR codes (ISO/IEC 18004) of bytes, with the lowest level of error correction and as small as they can be, up to version
 * 10: 271 bytes. Enough for a link; what is larger nobody scans from a terminal.
 */

/** By version from 1 on: all code words, those for error correction in a block, and the blocks. */
const versions: ReadonlyArray<readonly [words: number, correction: number, blocks: number]> = [
	[26, 7, 1],
	[44, 10, 1],
	[70, 15, 1],
	[100, 20, 1],
	[134, 26, 1],
	[172, 18, 2],
	[196, 20, 2],
	[242, 24, 2],
	[292, 30, 2],
	[346, 18, 4],
];

/** By version: where the alignment patterns are, in both directions. */
const alignments: ReadonlyArray<readonly number[]> = [
	[],
	[6, 18],
	[6, 22],
	[6, 26],
	[6, 30],
	[6, 34],
	[6, 22, 38],
	[6, 24, 42],
	[6, 26, 46],
	[6, 28, 50],
];

const masks: ReadonlyArray<(x: number, y: number) => boolean> = [
	(x, y) => (x + y) % 2 === 0,
	(_x, y) => y % 2 === 0,
	x => x % 3 === 0,
	(x, y) => (x + y) % 3 === 0,
	(x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
	(x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
	(x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
	(x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Multiplies in the field of 256 elements that the codes use. */
function multiply(a: number, b: number): number {
	let product = 0;
	for (let bit = 7; bit >= 0; bit--) {
		product = (product << 1) ^ ((product >> 7) * 0x11d);
		product ^= ((b >> bit) & 1) * a;
	}
	return product;
}

/** The divisor of a Reed-Solomon code, its leading 1 left out. */
function divisor(degree: number): number[] {
	const result = [...new Array<number>(degree - 1).fill(0), 1];
	let root = 1;
	for (let i = 0; i < degree; i++) {
		for (let j = 0; j < degree; j++)
			result[j] = multiply(result[j] ?? 0, root) ^ (j + 1 < degree ? (result[j + 1] ?? 0) : 0);
		root = multiply(root, 2);
	}
	return result;
}

/** The words that let errors in `data` be corrected. */
function correctionOf(data: readonly number[], by: readonly number[]): number[] {
	const rest = by.map(() => 0);
	for (const byte of data) {
		const factor = byte ^ (rest.shift() ?? 0);
		rest.push(0);
		by.forEach((coefficient, at) => {
			rest[at] = (rest[at] ?? 0) ^ multiply(coefficient, factor);
		});
	}
	return rest;
}

/** All words of a code: data in blocks, interleaved, then their correction, interleaved. */
function wordsOf(bytes: Uint8Array, version: number): number[] {
	const [all, correction, count] = versions[version - 1]!;
	const capacity = all - correction * count;
	const bits: number[] = [];
	const put = (value: number, length: number) => {
		for (let bit = length - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
	};
	put(4, 4);
	put(bytes.length, version < 10 ? 8 : 16);
	for (const byte of bytes) put(byte, 8);
	put(0, Math.min(4, capacity * 8 - bits.length));
	put(0, (8 - (bits.length % 8)) % 8);
	const data: number[] = [];
	for (let at = 0; at < bits.length; at += 8)
		data.push(bits.slice(at, at + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
	for (let pad = 0xec; data.length < capacity; pad ^= 0xec ^ 0x11) data.push(pad);

	const by = divisor(correction);
	const short = Math.floor(capacity / count);
	const longer = capacity % count;
	const blocks: number[][] = [];
	for (let block = 0, at = 0; block < count; block++) {
		const length = short + (block >= count - longer ? 1 : 0);
		blocks.push(data.slice(at, at + length));
		at += length;
	}
	const words: number[] = [];
	for (let at = 0; at <= short; at++)
		for (const block of blocks) if (at < block.length) words.push(block[at] ?? 0);
	const corrections = blocks.map(block => correctionOf(block, by));
	for (let at = 0; at < correction; at++) for (const words2 of corrections) words.push(words2[at] ?? 0);
	return words;
}

/** Remainder of a binary division, for the format and the version. */
function remainder(value: number, generator: number, degree: number): number {
	let rest = value;
	for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
	return rest & ((1 << degree) - 1);
}

/** The squares of a code while it is put together. */
class Modules {
	readonly size: number;
	readonly dark: boolean[][];
	/** Those that hold no data. */
	readonly #fixed: boolean[][];
	readonly #version: number;

	constructor(version: number) {
		this.#version = version;
		this.size = version * 4 + 17;
		const rows = () => Array.from({length: this.size}, () => new Array<boolean>(this.size).fill(false));
		this.dark = rows();
		this.#fixed = rows();
		this.#drawPatterns();
	}

	#fix(x: number, y: number, dark: boolean): void {
		if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
		this.dark[y]![x] = dark;
		this.#fixed[y]![x] = true;
	}

	#drawPatterns(): void {
		const {size} = this;
		for (let i = 0; i < size; i++) {
			this.#fix(6, i, i % 2 === 0);
			this.#fix(i, 6, i % 2 === 0);
		}
		for (const [x, y] of [
			[3, 3],
			[size - 4, 3],
			[3, size - 4],
		] as const)
			this.#square(x, y, 4, distance => distance !== 2 && distance !== 4);
		const places = alignments[this.#version - 1] ?? [];
		const last = places.length - 1;
		places.forEach((x, i) => {
			places.forEach((y, j) => {
				const isFinder = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
				if (!isFinder) this.#square(x, y, 2, distance => distance !== 1);
			});
		});
		this.drawFormat(0);
		if (this.#version < 7) return;
		const bits = (this.#version << 12) | remainder(this.#version, 0x1f25, 12);
		for (let i = 0; i < 18; i++) {
			const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
			this.#fix(a, b, ((bits >> i) & 1) === 1);
			this.#fix(b, a, ((bits >> i) & 1) === 1);
		}
	}

	#square(x: number, y: number, radius: number, dark: (distance: number) => boolean): void {
		for (let dy = -radius; dy <= radius; dy++)
			for (let dx = -radius; dx <= radius; dx++)
				this.#fix(x + dx, y + dy, dark(Math.max(Math.abs(dx), Math.abs(dy))));
	}

	/** Level L with a mask, twice, and the module that is always dark. */
	drawFormat(mask: number): void {
		const {size} = this;
		const data = (1 << 3) | mask;
		const bits = ((data << 10) | remainder(data, 0x537, 10)) ^ 0x5412;
		const bit = (i: number) => ((bits >> i) & 1) === 1;
		for (let i = 0; i <= 5; i++) this.#fix(8, i, bit(i));
		this.#fix(8, 7, bit(6));
		this.#fix(8, 8, bit(7));
		this.#fix(7, 8, bit(8));
		for (let i = 9; i < 15; i++) this.#fix(14 - i, 8, bit(i));
		for (let i = 0; i < 8; i++) this.#fix(size - 1 - i, 8, bit(i));
		for (let i = 8; i < 15; i++) this.#fix(8, size - 15 + i, bit(i));
		this.#fix(8, size - 8, true);
	}

	/** Fills the squares that are free, from the lower right, in pairs of columns up and down. */
	drawWords(words: readonly number[]): void {
		let at = 0;
		for (let right = this.size - 1; right >= 1; right -= 2) {
			if (right === 6) right = 5;
			const isUpwards = ((right + 1) & 2) === 0;
			for (let step = 0; step < this.size; step++) {
				const y = isUpwards ? this.size - 1 - step : step;
				for (const x of [right, right - 1]) {
					if (this.#fixed[y]![x] || at >= words.length * 8) continue;
					this.dark[y]![x] = (((words[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
					at++;
				}
			}
		}
	}

	/** Turns what a mask says; again, it turns it back. */
	turn(mask: (x: number, y: number) => boolean): void {
		for (let y = 0; y < this.size; y++)
			for (let x = 0; x < this.size; x++)
				if (!this.#fixed[y]![x] && mask(x, y)) this.dark[y]![x] = !this.dark[y]![x];
	}

	/** How hard it is to read: long runs, blocks, what looks like a finder, and too much of one kind. */
	penalty(): number {
		const {size, dark} = this;
		const lines = [
			...dark,
			...Array.from({length: size}, (_, x) => Array.from({length: size}, (_unused, y) => dark[y]![x]!)),
		].map(line => line.map(is => (is ? '1' : '0')).join(''));
		let sum = 0;
		for (const line of lines) {
			for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
			sum += 40 * [...line.matchAll(/(?=00001011101|10111010000)/g)].length;
		}
		for (let y = 1; y < size; y++)
			for (let x = 1; x < size; x++) {
				const is = dark[y]![x];
				if (is === dark[y - 1]![x] && is === dark[y]![x - 1] && is === dark[y - 1]![x - 1]) sum += 3;
			}
		const share = dark.flat().filter(Boolean).length / (size * size);
		return sum + 10 * Math.floor(Math.abs(share - 0.5) * 20);
	}
}

/** The code of some bytes, by rows, true where it is dark; undefined when they are too many. */
export function qrCode(bytes: Uint8Array): ReadonlyArray<readonly boolean[]> | undefined {
	const version =
		versions.findIndex(
			([words, correction, blocks], at) => bytes.length <= words - correction * blocks - (at < 9 ? 2 : 3),
		) + 1;
	if (version === 0) return undefined;
	const modules = new Modules(version);
	modules.drawWords(wordsOf(bytes, version));
	let best = {mask: 0, penalty: Number.POSITIVE_INFINITY};
	masks.forEach((is, mask) => {
		modules.turn(is);
		modules.drawFormat(mask);
		const penalty = modules.penalty();
		if (penalty < best.penalty) best = {mask, penalty};
		modules.turn(is);
	});
	modules.turn(masks[best.mask]!);
	modules.drawFormat(best.mask);
	return modules.dark;
}
