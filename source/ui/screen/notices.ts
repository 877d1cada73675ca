import type {Clock, Timer} from '../../base/ports.js';
import type {Store} from '../model/store.js';
import type {Notice} from '../model/view.js';

/** Milliseconds that a notice stays. */
const noticeTimes = {info: 4000, good: 4000, warn: 8000, error: 10_000} as const;

/** Says things in the screen's last row: one at a time, each for a while. */
export class Notices {
	readonly #store: Store;
	readonly #clock: Clock;
	#timer: Timer | undefined;

	constructor(store: Store, clock: Clock) {
		this.#store = store;
		this.#clock = clock;
	}

	/** Shows a notice for the time of its level, or until the next one comes. */
	say(text: string, level: Notice['level']): void {
		const notice = this.stay(text, level);
		this.#timer = this.#clock.after(noticeTimes[level], () => {
			if (this.#store.get().view.notice === notice) this.#store.setView({notice: undefined});
		});
	}

	/** Shows a notice until the next one comes. */
	stay(text: string, level: Notice['level']): Notice {
		const notice = {text, level};
		this.#store.setView({notice});
		this.#timer?.clear();
		return notice;
	}

	/** Forgets when the present notice goes. */
	stop(): void {
		this.#timer?.clear();
	}
}
