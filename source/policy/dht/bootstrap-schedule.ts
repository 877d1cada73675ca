import type {Millis} from '../../base/units.js';

const firstGap: Millis = 5000;
const longestGap: Millis = 5 * 60_000;
/** With fewer nodes than fill one bucket the way in is looked for again. */
const enough = 8;

/** When the way into the DHT is looked for: at once, and for ever again with longer gaps while too few are known. */
export class BootstrapSchedule {
	#gap: Millis = firstGap;
	#next: Millis = -Infinity;
	#running = false;

	/** Whether to look now. The answer yes is for doing so. */
	isDue(goodNodes: number, now: Millis): boolean {
		if (goodNodes >= enough) this.#gap = firstGap;
		if (this.#running || now < this.#next || (goodNodes >= enough && this.#next !== -Infinity)) return false;
		this.#running = true;
		return true;
	}

	/** The look is over. */
	done(now: Millis): void {
		this.#running = false;
		this.#next = now + this.#gap;
		this.#gap = Math.min(longestGap, this.#gap * 2);
	}

	/** The network is another, or was away: at once, and often again. */
	hurry(): void {
		this.#gap = firstGap;
		this.#next = -Infinity;
	}
}
