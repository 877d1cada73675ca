import {type Bytes, blockLength, type Millis} from '../base/units.js';

/** Blocks that go out together in one frame slab. */
export const blocksPerSlab = 16;
/** What we tell peers they may ask for at a time (`reqq`, BEP 10). */
export const acceptedRequests = 2000;

/** What one peer has asked for and not got yet, oldest first. Three numbers a request, in one growing ring. */
export class UploadQueue {
	#items = new Float64Array(3 * 64);
	#head = 0;
	#count = 0;
	/** Slabs that are being read or sent. */
	inFlight = 0;
	/** Bytes in them. */
	bytesInFlight: Bytes = 0;
	/** When any of that was last taken, or the first of it began. */
	movedAt: Millis = 0;

	get length(): number {
		return this.#count;
	}

	/** Nothing is asked for, nothing on its way. */
	get isIdle(): boolean {
		return this.#count === 0 && this.inFlight === 0;
	}

	/** False when the peer has asked for more than it may. */
	push(piece: number, begin: number, length: number): boolean {
		if (this.#count >= acceptedRequests) return false;
		if (3 * (this.#head + this.#count) === this.#items.length) this.#makeRoom();
		const at = 3 * (this.#head + this.#count);
		this.#items[at] = piece;
		this.#items[at + 1] = begin;
		this.#items[at + 2] = length;
		this.#count++;
		return true;
	}

	/** Answers whether the request was still waiting. */
	cancel(piece: number, begin: number, length: number): boolean {
		for (let index = this.#head; index < this.#head + this.#count; index++) {
			const at = 3 * index;
			if (this.#items[at] !== piece || this.#items[at + 1] !== begin || this.#items[at + 2] !== length)
				continue;
			this.#items.copyWithin(at, at + 3, 3 * (this.#head + this.#count));
			this.#count--;
			return true;
		}
		return false;
	}

	/** Takes all out and tells each, which may be put in again at once. */
	clear(tell: (piece: number, begin: number, length: number) => void): void {
		const from = this.#head;
		const to = from + this.#count;
		this.#head = 0;
		this.#count = 0;
		for (let index = from; index < to; index++) {
			tell(this.#items[3 * index]!, this.#items[3 * index + 1]!, this.#items[3 * index + 2]!);
		}
	}

	/**
	 * Takes the requests that can be read in one go: neighbours in one piece, whole blocks but for the last.
	 * Answers their first byte in the piece, their number and their length together; undefined when nothing waits.
	 * @param mostBytes at least one request is taken, whatever it is
	 */
	takeRun(mostBytes: number): {piece: number; begin: number; count: number; length: number} | undefined {
		if (this.#count === 0) return undefined;
		let at = 3 * this.#head;
		const piece = this.#items[at]!;
		const begin = this.#items[at + 1]!;
		let length = this.#items[at + 2]!;
		let count = 1;
		let last = length;
		while (count < blocksPerSlab && count < this.#count && last === blockLength) {
			at += 3;
			const next = this.#items[at + 2]!;
			if (this.#items[at] !== piece || this.#items[at + 1] !== begin + length || length + next > mostBytes)
				break;
			length += next;
			last = next;
			count++;
		}
		this.#head += count;
		this.#count -= count;
		if (this.#count === 0) this.#head = 0;
		return {piece, begin, count, length};
	}

	#makeRoom(): void {
		if (this.#head > 0) {
			this.#items.copyWithin(0, 3 * this.#head, 3 * (this.#head + this.#count));
			this.#head = 0;
			return;
		}
		const items = new Float64Array(2 * this.#items.length);
		items.set(this.#items);
		this.#items = items;
	}
}
