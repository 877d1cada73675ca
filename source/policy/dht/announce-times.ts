import type {Millis} from '../../base/units.js';

/** How often a torrent is announced, give or take a tenth, so that they spread. */
const announceGap: Millis = 15 * 60_000;
/** When peers are needed it is looked for them sooner, ever less often. */
const firstSoonGap: Millis = 20_000;
/** No sooner than this, whoever is in a hurry. */
const leastGap: Millis = 10_000;

/** When one torrent is looked up and announced in the DHT. */
export class AnnounceTimes {
	#next: Millis = Infinity;
	#last: Millis = -Infinity;
	#soonGap: Millis = firstSoonGap;
	#running = false;
	#again = false;

	/** When it is due next; Infinity for never. */
	get next(): Millis {
		return this.#running ? Infinity : this.#next;
	}

	/** It is to be announced at once. */
	start(): void {
		this.#next = -Infinity;
	}

	stop(): void {
		this.#next = Infinity;
		this.#running = false;
		this.#again = false;
		this.#soonGap = firstSoonGap;
	}

	/** Somebody does not want to wait. */
	hurry(now: Millis): void {
		if (this.#running) this.#again = true;
		else this.#next = Math.min(this.#next, Math.max(now, this.#last + leastGap));
	}

	/** Peers are needed: sooner than usual, and each time less soon. */
	needPeers(now: Millis): void {
		if (!this.#running) this.#next = Math.min(this.#next, Math.max(now, this.#last + this.#soonGap));
	}

	/** A look-up begins. */
	begun(now: Millis): void {
		this.#running = true;
		this.#last = now;
	}

	/** It is over. `found`: what it led to; `chance`: 0 .. 1. */
	ended(now: Millis, found: 'peers' | 'nodes' | 'nobody', chance: number): void {
		this.#running = false;
		const gap = found === 'nobody' ? this.#soonGap : announceGap;
		this.#soonGap = found === 'peers' ? firstSoonGap : Math.min(announceGap, this.#soonGap * 2);
		this.#next = now + gap * (0.9 + 0.2 * chance);
		if (this.#again) this.hurry(now);
		this.#again = false;
	}
}
