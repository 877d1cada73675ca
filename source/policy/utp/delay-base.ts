import type {Millis} from '../../base/units.js';
import {timeDistance} from './sequence.js';

const bucketTime: Millis = 60_000;
const buckets = 13;

/**
 * The shortest time a packet was under way of late, plus what the two clocks differ: what is more than that is waiting
 * in queues. The minimum of thirteen minutes, so that clocks that drift and routes that change are followed. BEP 29,
 * RFC 6817.
 */
export class DelayBase {
	readonly #minima: number[] = [];
	#since: Millis = 0;

	/** Takes a sample: µs, 32 bits. Answers how far it is above the base: µs, 0 or more. */
	sample(now: Millis, delay: number): number {
		const minima = this.#minima;
		if (minima.length === 0 || now - this.#since >= bucketTime) {
			minima.push(delay);
			if (minima.length > buckets) minima.shift();
			this.#since = now;
		} else if (timeDistance(delay, minima[minima.length - 1]!) < 0) {
			minima[minima.length - 1] = delay;
		}
		return Math.max(0, timeDistance(delay, this.value));
	}

	/** µs, 32 bits; 0 before the first sample. */
	get value(): number {
		let [lowest = 0] = this.#minima;
		for (const minimum of this.#minima) if (timeDistance(minimum, lowest) < 0) lowest = minimum;
		return lowest;
	}

	/** The other clock was found to go slower or faster by so many µs: all that is remembered follows. */
	shift(by: number): void {
		for (let at = 0; at < this.#minima.length; at++) this.#minima[at] = (this.#minima[at]! + by) >>> 0;
	}
}
