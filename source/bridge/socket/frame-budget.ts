import {ProtocolError} from '../../base/errors.js';

/** Memory that a frame holds of which the rest has not come yet. */
export interface FrameHold {
	/** The connection is ended: others need the memory. */
	drop(): void;
}

/** How many bytes the unfinished frames of all connections may hold together: four of the largest. */
const usualLimit = 64 * 1024 * 1024;

/** Bounds the memory of frames that are not whole yet, over all connections. The frame that was begun first goes first. */
export class FrameBudget {
	readonly #limit: number;
	/** In the order in which they began. */
	readonly #held = new Map<FrameHold, number>();
	#total = 0;

	constructor(limit = usualLimit) {
		this.#limit = limit;
	}

	/** In bytes. */
	get total(): number {
		return this.#total;
	}

	/**
	 * A frame holds so many bytes now.
	 *
	 * @throws {ProtocolError} when that is more than there is for all, or it is the one that has to go
	 */
	hold(frame: FrameHold, bytes: number): void {
		this.#total += bytes - (this.#held.get(frame) ?? 0);
		this.#held.set(frame, bytes);
		while (this.#total > this.#limit) {
			const [oldest] = this.#held.keys();
			if (oldest === undefined) return;
			this.release(oldest);
			if (oldest === frame) throw new ProtocolError('no-memory', 'too many messages are unfinished');
			oldest.drop();
		}
	}

	/** A frame is whole, or will never be. */
	release(frame: FrameHold): void {
		this.#total -= this.#held.get(frame) ?? 0;
		this.#held.delete(frame);
	}
}
