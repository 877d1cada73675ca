import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';

const round: Millis = 1000;
/** The newest second counts for so much of the mean. */
const share = 0.3;

/** How many bytes a second somebody takes, as a mean over the last few seconds. */
export class FlowRate {
	#since: Millis;
	#bytes: Bytes = 0;
	#mean: BytesPerSecond | undefined;

	constructor(now: Millis) {
		this.#since = now;
	}

	add(bytes: Bytes, now: Millis): void {
		this.#settle(now);
		this.#bytes += bytes;
	}

	/** 0 before the first second is over. */
	at(now: Millis): BytesPerSecond {
		this.#settle(now);
		return this.#mean ?? 0;
	}

	#settle(now: Millis): void {
		const passed = now - this.#since;
		if (passed < round) return;
		const rate = (this.#bytes * 1000) / passed;
		const weight = 1 - (1 - share) ** (passed / round);
		this.#mean = this.#mean === undefined ? rate : this.#mean + (rate - this.#mean) * weight;
		this.#bytes = 0;
		this.#since = now;
	}
}
