import {Rc4Machine} from './rc4-machine.js';

/** Bytes from which on it is worth it to copy them to where they are encrypted faster. */
const many = 512;

/** One for all, once somebody needs it; null where there is none. */
let machine: Rc4Machine | undefined | null;

/** The RC4 cipher: both ends with the same key make the same bytes, one after the other. RFC 6229 has examples. */
export class Rc4 {
	readonly #state = new Uint8Array(256);
	#i = 0;
	#j = 0;

	/** @param key 1 to 256 bytes */
	constructor(key: Uint8Array) {
		const state = this.#state;
		for (let i = 0; i < 256; i++) state[i] = i;
		for (let i = 0, j = 0; i < 256; i++) {
			const value = state[i]!;
			j = (j + value + key[i % key.length]!) & 255;
			state[i] = state[j]!;
			state[j] = value;
		}
	}

	/** Leaves out so many bytes of what it makes: the first tell something of the key. */
	skip(count: number): void {
		this.apply(new Uint8Array(count));
	}

	/** Encrypts or decrypts `bytes[from..to)` where they are. */
	apply(bytes: Uint8Array, from = 0, to = bytes.length): void {
		let at = from;
		if (to - from >= many) {
			if (machine === undefined) machine = Rc4Machine.open() ?? null;
			if (machine !== null) at = this.#applyWords(machine, bytes, from, to);
		}
		if (at < to) this.#applyBytes(bytes, at, to);
	}

	/** Answers where it ended: some bytes may be left. */
	#applyWords(machine: Rc4Machine, bytes: Uint8Array, from: number, to: number): number {
		let at = from;
		while (to - at >= 4) {
			const end = at + Math.min(machine.most, (to - at) & ~3);
			machine.apply(this.#state, this.#i, this.#j, bytes, at, end);
			this.#i = machine.index;
			this.#j = machine.otherIndex;
			at = end;
		}
		return at;
	}

	#applyBytes(bytes: Uint8Array, from: number, to: number): void {
		const state = this.#state;
		let i = this.#i;
		let j = this.#j;
		for (let at = from; at < to; at++) {
			i = (i + 1) & 255;
			const one = state[i]!;
			j = (j + one) & 255;
			const other = state[j]!;
			state[i] = other;
			state[j] = one;
			bytes[at]! ^= state[(one + other) & 255]!;
		}
		this.#i = i;
		this.#j = j;
	}
}
