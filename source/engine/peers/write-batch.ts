import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** Who has something to say, and says it when it is told to. */
export interface Flushable {
	flush(now: Millis): void;
}

/** Peers with something to say. Each is flushed once a turn of the event loop: a write costs more than its bytes. */
export class WriteBatch {
	readonly #clock: Clock;
	#waiting: Flushable[] = [];
	#spare: Flushable[] = [];
	readonly #known = new Set<Flushable>();
	#scheduled = false;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	post(peer: Flushable): void {
		if (this.#known.has(peer)) return;
		this.#known.add(peer);
		this.#waiting.push(peer);
		if (this.#scheduled) return;
		this.#scheduled = true;
		this.#clock.soon(() => this.flush());
	}

	/** Sends everything that waits, now. */
	flush(): void {
		this.#scheduled = false;
		const peers = this.#waiting;
		this.#waiting = this.#spare;
		this.#known.clear();
		const now = this.#clock.now();
		for (const peer of peers) peer.flush(now);
		peers.length = 0;
		this.#spare = peers;
	}
}
