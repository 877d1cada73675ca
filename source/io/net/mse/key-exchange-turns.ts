import type {Clock} from '../../../base/ports.js';
import type {Millis} from '../../../base/units.js';
import {DialRate} from '../../../policy/peers/dial-rate.js';

/** Key exchanges with those who come, in a second: each takes a quarter of a millisecond. */
const most = 100;
const lookAgain: Millis = 20;

/** Lets those who come exchange keys one after the other: thousands at a time must not keep everything else from running. */
export class KeyExchangeTurns {
	readonly #clock: Clock;
	readonly #rate: DialRate;
	readonly #waiting = new Set<() => void>();
	#isSet = false;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#rate = new DialRate(clock.now(), most);
	}

	/** Calls `begin` when it is its turn, perhaps at once. What it answers takes it out of the line. */
	wait(begin: () => void): () => void {
		if (this.#waiting.size === 0 && this.#rate.admits(this.#clock.now())) {
			begin();
			return () => {};
		}
		this.#waiting.add(begin);
		this.#set();
		return () => this.#waiting.delete(begin);
	}

	#set(): void {
		if (this.#isSet) return;
		this.#isSet = true;
		this.#clock.after(lookAgain, () => {
			this.#isSet = false;
			for (const begin of this.#waiting) {
				if (!this.#rate.admits(this.#clock.now())) return this.#set();
				this.#waiting.delete(begin);
				begin();
			}
		});
	}
}
