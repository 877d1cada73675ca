import type {Millis} from '../../base/units.js';

/** Connections that may be begun at once, and in each second after that. */
const most = 30;
const second: Millis = 1000;

/**
 * How fast connections are made: routers in homes forget what they know when too many begin at a time, and a list full
 * of peers that are gone is not to be gone through in one breath.
 */
export class DialRate {
	readonly #most: number;
	#left: number;
	#at: Millis;

	/** @param atOnce may be begun at once, and in each second after that */
	constructor(now: Millis, atOnce = most) {
		this.#most = atOnce;
		this.#left = atOnce;
		this.#at = now;
	}

	/** Whether one more may be begun now; the answer yes is for using at once. */
	admits(now: Millis): boolean {
		const came = (Math.max(0, now - this.#at) * this.#most) / second;
		this.#left = Math.min(this.#most, this.#left + came);
		this.#at = now;
		if (this.#left < 1) return false;
		this.#left--;
		return true;
	}
}
