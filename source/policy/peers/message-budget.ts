import type {Millis} from '../../base/units.js';

/**
 * Messages a second that say nothing new: keep-alives, haves told before, interest that comes and goes, extensions
 * nobody offered. Of libtorrent, rtorrent and Transmission at most five were seen in one second, of aria2 thirty-one
 * (it sends bitfields for haves, five each); fifty cost nothing.
 * So many at once are what a client says when it has been away, or looks through all it has.
 */
const idle = {usual: 50, burst: 500};
const second: Millis = 1000;

/**
 * Requests that come to nothing: of one that is choked, of more than may wait, taken back. What was on its way when we
 * choked a peer is one of these, a full queue and more, and clients of old go on asking.
 */
export const vain = {usual: 500, burst: 10_000};

/** How many messages that change nothing one peer may send: so many a second, and some more at a time. */
export class MessageBudget {
	readonly #usual: number;
	readonly #burst: number;
	#left: number;
	#at: Millis;

	/** @param pace so many a second, and so many at once */
	constructor(now: Millis, {usual, burst} = idle) {
		this.#usual = usual;
		this.#burst = burst;
		this.#left = burst;
		this.#at = now;
	}

	/** Pays for a message of this cost. False when it is one too many; it costs nothing then. */
	spend(now: Millis, cost = 1): boolean {
		this.#left = Math.min(this.#burst, this.#left + (Math.max(0, now - this.#at) * this.#usual) / second);
		this.#at = now;
		if (this.#left < cost) return false;
		this.#left -= cost;
		return true;
	}

	/** There is a reason for so many more: we said something that calls for an answer. */
	earn(count: number): void {
		this.#left = Math.min(this.#burst, this.#left + count);
	}
}
