import type {Millis} from '../../base/units.js';

const firstTimeout: Millis = 1000;
const least: Millis = 500;
const most: Millis = 60_000;

/** How long a packet and its ack take, and how long to wait for an ack. RFC 6298, with the floor of BEP 29. */
export class RoundTrip {
	#smoothed: Millis | undefined;
	#variance: Millis = 0;
	#backOff = 1;

	/** Undefined before the first ack. */
	get mean(): Millis | undefined {
		return this.#smoothed;
	}

	/** How long to wait before what was sent counts as lost. */
	get timeout(): Millis {
		const wanted = this.#smoothed === undefined ? firstTimeout : this.#smoothed + 4 * this.#variance;
		return Math.min(most, Math.max(least, wanted) * this.#backOff);
	}

	/** An ack came for a packet that was sent once. */
	sample(time: Millis): void {
		if (this.#smoothed === undefined) {
			this.#smoothed = time;
			this.#variance = time / 2;
			return;
		}
		this.#variance += (Math.abs(time - this.#smoothed) - this.#variance) / 4;
		this.#smoothed += (time - this.#smoothed) / 8;
	}

	/** Something new was acknowledged. */
	progress(): void {
		this.#backOff = 1;
	}

	/** It was waited in vain: next time for twice as long. */
	timedOut(): void {
		this.#backOff *= 2;
	}
}
