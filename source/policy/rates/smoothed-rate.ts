import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';

/** What was so long ago counts e times less, unless told otherwise. The mean age is that of a plain mean over 20 s, which BEP 3 recommends. */
const usualAge: Millis = 10_000;

/**
 * A rate that changes slowly, from a total looked at now and then: for ranking, where a mean over a few blocks would
 * be mostly chance. Allocates nothing after it was made.
 */
export class SmoothedRate {
	readonly #age: Millis;
	#at: Millis;
	#total: Bytes = 0;
	#rate: BytesPerSecond = 0;

	/**
	 * @param now when the total was 0
	 * @param age what was so long ago counts e times less
	 */
	constructor(now: Millis, age = usualAge) {
		this.#age = age;
		this.#at = now;
	}

	/** The rate as of now, when the total is `total`. The times between may be any. */
	rate(total: Bytes, now: Millis): BytesPerSecond {
		const elapsed = now - this.#at;
		if (elapsed <= 0) return this.#rate;
		const mean = ((total - this.#total) * 1000) / elapsed;
		this.#rate += (mean - this.#rate) * (1 - Math.exp(-elapsed / this.#age));
		this.#at = now;
		this.#total = total;
		return this.#rate;
	}
}
