import {blockLength} from '../base/units.js';

/**
 * The memory for blocks on their way from the network to the disk: 16 KiB slots in one SharedArrayBuffer, so that
 * the hash/disk worker sees them without a copy. Slots are handed out last-returned first: only as much memory is
 * touched as is in use at once.
 */
export class BlockPool {
	readonly memory: SharedArrayBuffer;
	readonly bytes: Uint8Array;
	readonly capacity: number;
	readonly #free: Int32Array;
	#freeCount: number;

	/** @param capacity slots of 16 KiB */
	constructor(capacity: number) {
		this.capacity = capacity;
		this.memory = new SharedArrayBuffer(capacity * blockLength);
		this.bytes = new Uint8Array(this.memory);
		this.#free = Int32Array.from({length: capacity}, (_, index) => capacity - 1 - index);
		this.#freeCount = capacity;
	}

	get free(): number {
		return this.#freeCount;
	}

	/** A slot, or -1 when all are in use. Slot n is the bytes from n * 16 KiB. */
	take(): number {
		return this.#freeCount === 0 ? -1 : this.#free[--this.#freeCount]!;
	}

	/** Gives a slot back; its bytes may be overwritten at once. */
	give(slot: number): void {
		this.#free[this.#freeCount++] = slot;
	}
}
