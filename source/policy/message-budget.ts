import type {Millis} from '../base/units.js';

/**
 * Messages a second that say nothing new: keep-alives, haves told before, interest that comes and goes, extensions
 * nobody offered. Of libtorrent, rtorrent and Transmission at most five were seen in one second, of aria2 thirty-one
 * (it sends bitfields for haves, five each); fifty cost nothing.
 */
const usual = 50;
/** So many at once: what a client says when it has been away, or looks through all it has. */
const burst = 500;
const second: Millis = 1000;

/** How many messages that change nothing one peer may send: so many a second, and some more at a time. */
export class MessageBudget {
	#left = burst;
	#at: Millis;

	constructor(now: Millis) {
		this.#at = now;
	}

	/** Pays for a message of this cost. False when it is one too many; it costs nothing then. */
	spend(now: Millis, cost = 1): boolean {
		this.#left = Math.min(burst, this.#left + (Math.max(0, now - this.#at) * usual) / second);
		this.#at = now;
		if (this.#left < cost) return false;
		this.#left -= cost;
		return true;
	}

	/** There is a reason for so many more: we said something that calls for an answer. */
	earn(count: number): void {
		this.#left = Math.min(burst, this.#left + count);
	}
}
