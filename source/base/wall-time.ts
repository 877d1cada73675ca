import type {Clock} from './ports.js';
import type {Millis} from './units.js';

/** Two readings of a machine's clocks differ by less than this, unless one of them was set. */
const tolerance: Millis = 500;

/** Says when something is due in ms since 1970: always the same for the same time of a clock. */
export class WallTime {
	readonly #clock: Clock;
	/** What to add to a time of the clock; taken anew when the machine's date was set. */
	#offset = Number.NaN;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** @param at ms of the clock */
	of(at: Millis): Millis {
		const offset = this.#clock.wall() - this.#clock.now();
		if (!(Math.abs(offset - this.#offset) <= tolerance)) this.#offset = offset;
		return Math.round(at + this.#offset);
	}
}
