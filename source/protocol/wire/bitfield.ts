import {ProtocolError} from '../../base/errors.js';

const bitsIn = Uint8Array.from({length: 256}, (_, byte) => {
	let count = 0;
	for (let rest = byte; rest > 0; rest &= rest - 1) count++;
	return count;
});

/** Which pieces somebody has: bit 7 of byte 0 is piece 0. Keeps count of the bits that are set. BEP 3. */
export class Bitfield {
	readonly bytes: Uint8Array;
	/** The number of pieces. */
	readonly length: number;
	#count = 0;

	constructor(length: number) {
		this.length = length;
		this.bytes = new Uint8Array(Math.ceil(length / 8));
	}

	/** Copies a bitfield from the wire. Throws a ProtocolError on a wrong size or spare bits that are set. */
	static fromWire(bytes: Uint8Array, length: number): Bitfield {
		const field = new Bitfield(length);
		if (bytes.length !== field.bytes.length) {
			throw new ProtocolError('bad-bitfield', `bitfield of ${bytes.length} bytes for ${length} pieces`, 3);
		}
		const spare = bytes.length * 8 - length;
		if (spare > 0 && (bytes.at(-1)! & ((1 << spare) - 1)) !== 0) {
			throw new ProtocolError('bad-bitfield', 'bitfield with spare bits set', 3);
		}
		field.bytes.set(bytes);
		for (const byte of bytes) field.#count += bitsIn[byte]!;
		return field;
	}

	get count(): number {
		return this.#count;
	}

	get full(): boolean {
		return this.#count === this.length;
	}

	has(piece: number): boolean {
		return (this.bytes[piece >> 3]! & (128 >> (piece & 7))) !== 0;
	}

	/** Answers whether the bit was clear before. */
	set(piece: number): boolean {
		const mask = 128 >> (piece & 7);
		if ((this.bytes[piece >> 3]! & mask) !== 0) return false;
		this.bytes[piece >> 3]! |= mask;
		this.#count++;
		return true;
	}

	/** Answers whether the bit was set before. */
	clear(piece: number): boolean {
		const mask = 128 >> (piece & 7);
		if ((this.bytes[piece >> 3]! & mask) === 0) return false;
		this.bytes[piece >> 3]! &= ~mask;
		this.#count--;
		return true;
	}

	fill(): void {
		this.bytes.fill(255);
		const spare = this.bytes.length * 8 - this.length;
		if (spare > 0) this.bytes[this.bytes.length - 1] = (255 << spare) & 255;
		this.#count = this.length;
	}

	/** How many bits are set from `from` to `to`, that not included; with `without`, of those that are not set there. */
	countIn(from: number, to: number, without?: Bitfield): number {
		if (to <= from) return 0;
		const {bytes} = this;
		const other = without?.bytes;
		const [first, last] = [from >> 3, (to - 1) >> 3];
		const at = (index: number) => bytes[index]! & (other === undefined ? 255 : ~other[index]!);
		const ends = [255 >> (from & 7), (255 << (7 - ((to - 1) & 7))) & 255] as const;
		if (first === last) return bitsIn[at(first) & ends[0] & ends[1]]!;
		let count = bitsIn[at(first) & ends[0]]! + bitsIn[at(last) & ends[1]]!;
		// Nothing but sums between them: there may be hundreds of thousands.
		if (other === undefined)
			for (let index = first + 1; index < last; index++) count += bitsIn[bytes[index]!]!;
		else for (let index = first + 1; index < last; index++) count += bitsIn[bytes[index]! & ~other[index]!]!;
		return count;
	}

	/** How many bits are set here and in `other` of the same length. */
	countCommon(other: Bitfield): number {
		let count = 0;
		for (let at = 0; at < this.bytes.length; at++) count += bitsIn[this.bytes[at]! & other.bytes[at]!]!;
		return count;
	}
}
