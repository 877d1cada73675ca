import type {Millis} from '../../base/units.js';

/** Connections that may be begun at once, and in each second after that. */
const most = 30;
const second: Millis = 1000;

/**
 * How fast connections are made: routers in homes forget what they know when too many begin at a time, and a list full
 * of peers that are gone is not to be gone through in one breath.
 */
export class DialRate {
	#left = most;
	#at: Millis;

	constructor(now: Millis) {
		this.#at = now;
	}

	/** Whether one more may be begun now; the answer yes is for using at once. */
	admits(now: Millis): boolean {
		this.#left = Math.min(most, this.#left + (Math.max(0, now - this.#at) * most) / second);
		this.#at = now;
		if (this.#left < 1) return false;
		this.#left--;
		return true;
	}
}
