import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';

const slotTime: Millis = 250;
const slots = 20;
/** Younger than this, a meter would show the first block as a burst. */
const shortest: Millis = 1000;
const none = new Float64Array(0);

/**
 * The mean rate over the last 5 s, in steps of 250 ms; since the first byte when that is less.
 * Allocates nothing after the first byte.
 */
export class SpeedMeter {
	/** Empty before the first byte: of thousands of torrents most move nothing. */
	#bytes = none;
	/** The newest slot, in slot times; -Infinity before the first byte. */
	#slot = -Infinity;
	/** Where it lies in `#bytes`. */
	#index = 0;
	/** When it ends: asked for each block, a comparison is cheaper than a division. */
	#end: Millis = -Infinity;
	#since: Millis = 0;
	#sum: Bytes = 0;
	#total: Bytes = 0;

	/** All bytes that were ever added. */
	get total(): Bytes {
		return this.#total;
	}

	add(bytes: Bytes, now: Millis): void {
		if (this.#bytes === none) this.#bytes = new Float64Array(slots);
		this.#turn(now);
		if (this.#sum === 0) this.#since = now;
		this.#bytes[this.#index]! += bytes;
		this.#sum += bytes;
		this.#total += bytes;
	}

	/** Sinks to 0 within 5 s of the last byte. */
	rate(now: Millis): BytesPerSecond {
		if (this.#bytes === none) return 0;
		this.#turn(now);
		if (this.#sum === 0) return 0;
		const window = now - Math.max(this.#since, (this.#slot - slots + 1) * slotTime);
		return (this.#sum * 1000) / Math.max(shortest, window);
	}

	#turn(now: Millis): void {
		if (now < this.#end) return;
		const slot = Math.floor(now / slotTime);
		this.#end = (slot + 1) * slotTime;
		if (slot - this.#slot >= slots) {
			this.#bytes.fill(0);
			this.#sum = 0;
			this.#slot = slot;
			return;
		}
		while (this.#slot < slot) {
			this.#slot++;
			this.#index = this.#index + 1 === slots ? 0 : this.#index + 1;
			this.#sum -= this.#bytes[this.#index]!;
			this.#bytes[this.#index] = 0;
		}
	}
}
