import type {Millis} from '../../base/units.js';

/** Counts what comes from each host in windows of time, and says when it is too much. Remembers a bounded number of hosts. */
export class FloodGuard {
	readonly #limit: number;
	readonly #window: Millis;
	readonly #maximumHosts: number;
	readonly #whenFull: 'refuse' | 'admit';
	readonly #counts = new Map<string, number>();
	#windowEnds = Number.NEGATIVE_INFINITY;

	/**
	 * @param limit what one host may do in one window
	 * @param whenFull what becomes of hosts that are new when as many are counted as can be: they are refused, or admitted
	 * uncounted
	 */
	constructor(limit: number, window: Millis, maximumHosts = 50_000, whenFull: 'refuse' | 'admit' = 'refuse') {
		this.#whenFull = whenFull;
		this.#limit = limit;
		this.#window = window;
		this.#maximumHosts = maximumHosts;
	}

	/** Whether one more from this host is fine; counts it. */
	admits(host: string, now: Millis): boolean {
		if (now >= this.#windowEnds) {
			this.#counts.clear();
			this.#windowEnds = now + this.#window;
		}
		const count = (this.#counts.get(host) ?? 0) + 1;
		// With so many hosts at once they share what is left, rather than our memory.
		if (count === 1 && this.#counts.size >= this.#maximumHosts) return this.#whenFull === 'admit';
		this.#counts.set(host, count);
		return count <= this.#limit;
	}
}
