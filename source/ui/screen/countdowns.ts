import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** Has the screen drawn again when a countdown says something else, also when nothing comes from the engine. */
export class Countdowns {
	readonly #clock: Clock;
	readonly #next: (wall: Millis) => Millis | undefined;
	readonly #redraw: () => void;
	#timer: Timer | undefined;

	/** @param next in how long a countdown in sight says something else, when it is `wall` ms since 1970 */
	constructor(clock: Clock, next: (wall: Millis) => Millis | undefined, redraw: () => void) {
		this.#clock = clock;
		this.#next = next;
		this.#redraw = redraw;
	}

	/** Other things are in sight now. */
	look(): void {
		this.stop();
		const delay = this.#next(this.#clock.wall());
		if (delay === undefined) return;
		this.#timer = this.#clock.after(delay, () => {
			this.#redraw();
			this.look();
		});
	}

	stop(): void {
		this.#timer?.clear();
		this.#timer = undefined;
	}
}
