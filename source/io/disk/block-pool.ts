import {blockLength} from '../../base/units.js';

/** Slots: 8 MiB. */
const diskQueue = 512;

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
	/** Slots that will be needed when blocks arrive that were asked for. */
	#promised = 0;
	/** Slots the disk has not given back yet. */
	#atDisk = 0;

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

	/**
	 * How many more blocks may be asked for, so that each finds a slot when it comes. None while a good deal waits for
	 * the disk: a longer queue there is no faster, and memory that is cold costs every byte twice.
	 */
	get available(): number {
		return this.#atDisk > diskQueue ? 0 : this.#freeCount - this.#promised;
	}

	/** Slots the disk has not given back yet. */
	get atDisk(): number {
		return this.#atDisk;
	}

	/** Slots were handed to the disk, or came back from there (negative). */
	queued(change: number): void {
		this.#atDisk += change;
	}

	/** A block was asked for (1), or will not come any more (-1), or has come (-1). */
	promise(change: 1 | -1): void {
		this.#promised += change;
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

/**
 * Copies between byte arrays as fast as memory goes. The language's own `set` copies into shared memory word by word,
 * which costs 0.3 s a GiB; Node's copy 0.01 s.
 */
export function copyShared(
	source: Uint8Array,
	from: number,
	to: number,
	target: Uint8Array,
	at: number,
): void {
	if (source instanceof Buffer) source.copy(target, at, from, to);
	else target.set(source.subarray(from, to), at);
}
