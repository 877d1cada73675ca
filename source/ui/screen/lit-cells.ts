import type {Clock, Timer} from '../../base/ports.js';
import {litTime, unlit} from '../model/model.js';
import type {Store} from '../model/store.js';

/** Lets cells that were lit go out, also when nothing more comes from the engine. */
export class LitCells {
	readonly #store: Store;
	readonly #clock: Clock;
	#timer: Timer | undefined;

	constructor(store: Store, clock: Clock) {
		this.#store = store;
		this.#clock = clock;
	}

	/** Waits for the time of the cells that are lit now. */
	wait(): void {
		if (this.#timer || (this.#store.get().model.torrent?.lit.size ?? 0) === 0) return;
		this.#timer = this.#clock.after(litTime, () => {
			this.#timer = undefined;
			this.#store.set({model: unlit(this.#store.get().model, this.#clock.now())});
			this.wait();
		});
	}

	/** Leaves them lit. */
	stop(): void {
		this.#timer?.clear();
	}
}
