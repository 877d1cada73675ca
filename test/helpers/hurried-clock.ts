import {PushedClock} from './sessions.ts';

/** Real time that runs faster: what waits for seconds waits for a part of one. */
export class HurriedClock extends PushedClock {
	readonly #times: number;
	readonly #longest: number;
	readonly #start = performance.now();

	/** @param longest timers beyond this many milliseconds keep their time: what ends something that hangs needs it */
	constructor(times = 4, longest = 1000) {
		super();
		this.#times = times;
		this.#longest = longest;
	}

	override now(): number {
		return (performance.now() - this.#start) * this.#times;
	}

	override after(delay: number, callback: () => void) {
		return super.after(delay > this.#longest ? delay : delay / this.#times, callback);
	}
}
