import {sameBytes} from '../../base/bytes.js';
import {ProtocolError} from '../../base/errors.js';

/** Bytes of a handshake that have come and are not used up yet: never more than a handshake may have. */
export class MseInput {
	readonly #bytes: Uint8Array;
	#from = 0;
	#to = 0;

	/** @param most bytes it takes in all */
	constructor(most: number) {
		this.#bytes = new Uint8Array(most);
	}

	get length(): number {
		return this.#to - this.#from;
	}

	/** Takes what there is room for of `chunk[at..end)`; answers where it stopped. */
	take(chunk: Uint8Array, at: number, end: number): number {
		const count = Math.min(end - at, this.#bytes.length - this.#to);
		this.#bytes.set(chunk.subarray(at, at + count), this.#to);
		this.#to += count;
		return at + count;
	}

	/** The next bytes, used up by this; a view. Undefined when fewer have come. */
	next(count: number): Uint8Array | undefined {
		if (this.length < count) return undefined;
		this.#from += count;
		return this.#bytes.subarray(this.#from - count, this.#from);
	}

	/** All that is left, used up by this; a view. */
	rest(): Uint8Array {
		return this.next(this.length)!;
	}

	/**
	 * Uses up everything to the end of a mark, which stands behind a pad. Answers false when it has not come yet. Throws a
	 * ProtocolError when it is not where it must be.
	 */
	skipTo(mark: Uint8Array, longestPad: number): boolean {
		const last = Math.min(this.#from + longestPad, this.#to - mark.length);
		for (let at = this.#from; at <= last; at++) {
			if (this.#bytes[at] !== mark[0] || !sameBytes(this.#bytes.subarray(at, at + mark.length), mark))
				continue;
			this.#from = at + mark.length;
			return true;
		}
		if (this.length >= longestPad + mark.length)
			throw new ProtocolError('no-sync', 'is not encrypted as agreed');
		return false;
	}
}
