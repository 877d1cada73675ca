import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';

/** Downloads go on when there is so much more room than must be: else each block would stop them again. */
const slack = 0.1;
/** Looked at again no sooner, and no later. */
const shortest: Millis = 1000;
const longest: Millis = 15_000;
/** Of the time in which what comes would reach the floor so much passes before the next look. */
const share = 0.25;

/** Whether a file system has the room that is to be kept free, by what was seen of it now and then. */
export class RoomLevel {
	/** Bytes, as they were seen last; undefined when nobody can tell. */
	free: Bytes | undefined;
	/** Too little. It stays so until there is a tenth more than what is to be kept free. */
	isLow = false;
	#seenAt: Millis | undefined;
	/** What was written between the last two looks, by whomever: bytes per second. */
	#spending: BytesPerSecond = 0;
	/** Until the floor is reached; infinite below it. */
	#left: Bytes = Infinity;

	/**
	 * When to look again, by the clock of `see`: the sooner the sooner the floor would be reached as things go, after 1 s
	 * to 15 s.
	 *
	 * @param rate at which more may come
	 */
	nextAt(rate: BytesPerSecond): Millis {
		if (this.#seenAt === undefined) return Number.NEGATIVE_INFINITY;
		const spending = Math.max(rate, this.#spending);
		const time = spending === 0 ? Infinity : (this.#left / spending) * 1000;
		return this.#seenAt + Math.min(longest, Math.max(shortest, time * share));
	}

	/**
	 * Takes what was seen.
	 *
	 * @param floor bytes that are to be kept free
	 */
	see(free: Bytes | undefined, floor: Bytes, now: Millis): void {
		const spent = this.#seenAt === undefined ? 0 : Math.max(0, (this.free ?? 0) - (free ?? 0));
		this.#spending = spent === 0 ? 0 : (spent * 1000) / Math.max(1, now - this.#seenAt!);
		this.isLow = free !== undefined && free < (this.isLow ? floor * (1 + slack) : floor);
		this.#left = this.isLow ? Infinity : (free ?? Infinity) - floor;
		this.free = free;
		this.#seenAt = now;
	}
}
