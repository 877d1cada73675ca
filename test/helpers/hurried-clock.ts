import {PushedClock} from './sessions.ts';

const longestHurried = 1000;

/** Real time that runs faster: what waits for seconds waits for a part of one. */
export class HurriedClock extends PushedClock {
	readonly #times: number;
	readonly #start = performance.now();

	constructor(times = 4) {
		super();
		this.#times = times;
	}

	override now(): number {
		return (performance.now() - this.#start) * this.#times;
	}

	/** What ends something that hangs keeps its time: a busy machine needs it. */
	override after(delay: number, callback: () => void) {
		return super.after(delay > longestHurried ? delay : delay / this.#times, callback);
	}
}
