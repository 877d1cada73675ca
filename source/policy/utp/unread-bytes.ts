import type {Bytes} from '../../base/units.js';

/** So many packets are kept as they came; of more that wait, small ones are put together. */
const fewPieces = 64;
const smallPiece: Bytes = 512;
const gathered: Bytes = 4096;

/**
 * What came of a stream, in order, and was not taken. However small the packets are in which it came, it costs about as
 * much memory as it has bytes: a packet by itself costs some hundred more than it holds.
 */
export class UnreadBytes {
	#pieces: Uint8Array[] = [];
	/** The first that is left, and where in it. */
	#at = 0;
	#from: Bytes = 0;
	/** The last piece when it is one that others are put into, and how much of it holds something. */
	#open: Uint8Array | undefined;
	#filled: Bytes = 0;
	#length: Bytes = 0;

	get length(): Bytes {
		return this.#length;
	}

	/** Arrays that are kept. */
	get pieces(): number {
		return this.#pieces.length - this.#at;
	}

	/** Keeps it. */
	push(bytes: Uint8Array): void {
		const {length} = bytes;
		if (length === 0) return;
		this.#length += length;
		if (this.#open !== undefined) {
			if (this.#open.length - this.#filled >= length) return this.#put(bytes);
			this.#pieces[this.#pieces.length - 1] = this.#open.subarray(0, this.#filled);
			this.#open = undefined;
		}
		if (length > smallPiece || this.pieces < fewPieces) {
			this.#pieces.push(bytes);
			return;
		}
		this.#open = new Uint8Array(gathered);
		this.#filled = 0;
		this.#pieces.push(this.#open);
		this.#put(bytes);
	}

	/** Copies the first bytes to the beginning of `into`, `most` at most, and keeps them no longer. Answers how many. */
	take(into: Uint8Array, most: Bytes): Bytes {
		let length = 0;
		while (length < most && this.#length > 0) {
			const piece = this.#pieces[this.#at]!;
			const end = piece === this.#open ? this.#filled : piece.length;
			const count = Math.min(end - this.#from, most - length);
			const isWhole = this.#from === 0 && count === piece.length;
			into.set(isWhole ? piece : piece.subarray(this.#from, this.#from + count), length);
			length += count;
			this.#length -= count;
			this.#from += count;
			if (this.#from < end) continue;
			this.#at++;
			this.#from = 0;
		}
		if (this.#length === 0) this.clear();
		else if (this.#at >= 1024) {
			this.#pieces.splice(0, this.#at);
			this.#at = 0;
		}
		return length;
	}

	/** Keeps nothing. */
	clear(): void {
		this.#pieces.length = 0;
		this.#at = 0;
		this.#from = 0;
		this.#open = undefined;
		this.#filled = 0;
		this.#length = 0;
	}

	#put(bytes: Uint8Array): void {
		this.#open!.set(bytes, this.#filled);
		this.#filled += bytes.length;
	}
}
