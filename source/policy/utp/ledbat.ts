import type {Bytes, Millis} from '../../base/units.js';
import {DelayBase} from './delay-base.js';

/** µs that our packets may wait in queues on their way. */
const usualTarget = 100_000;
/** … where less than that finds place in the queue: half of what does, and no less than this. */
const leastTarget = 15_000;
/** Where so few are under way one packet more is a long wait, which says nothing of the queue. */
const fewPackets = 6;
/** Fewer are under way only after a time-out: the second has the first acknowledged at once. */
const leastPackets = 2;
/** So long after a loss a queue is held to be short. */
const shortQueueTime: Millis = 60_000;
/** By which the window grows in a round trip when nothing waits at all. */
const gain: Bytes = 3000;
/** What is above the target goes at once, up to this part of the window in a round trip. */
const mostShrunk = 0.5;
const firstWindow: Bytes = 3000;
/** Of the least of so many samples is said what waits: one that was held up by a busy machine says nothing of the line. */
const samplesKept = 3;

/**
 * How many bytes may be under way: more while they wait for less than 100 ms on the way, fewer when for longer, so that
 * others have the line when they want it. BEP 29, RFC 6817.
 */
export class Ledbat {
	readonly #base = new DelayBase();
	readonly #recent = new Float64Array(samplesKept).fill(Infinity);
	readonly #most: Bytes;
	#turn = 0;
	#window: Bytes = firstWindow;
	/** Doubles in a round trip, up to the threshold or until packets begin to wait. */
	#slowStart = true;
	#threshold: Bytes = Infinity;
	#target = usualTarget;
	#now: Millis = 0;
	#lostAt: Millis = -Infinity;

	/** @param most bytes, beyond which the window never grows */
	constructor(most: Bytes) {
		this.#most = most;
	}

	/** Bytes that may be under way. */
	get window(): Bytes {
		return this.#window;
	}

	get slowStart(): boolean {
		return this.#slowStart;
	}

	/** µs that our packets wait on their way, as far as is known. */
	get delay(): number {
		const [one, two, three] = this.#recent;
		const least = Math.min(one!, two!, three!);
		return least === Infinity ? 0 : least;
	}

	/** The other end told how long a packet of ours was under way: µs, 32 bits. */
	sample(now: Millis, delay: number): void {
		this.#now = now;
		if (now - this.#lostAt > shortQueueTime) this.#target = usualTarget;
		this.#recent[this.#turn] = this.#base.sample(now, delay);
		this.#turn = (this.#turn + 1) % samplesKept;
	}

	/** The other clock was found to differ from ours by so many µs more. */
	drifted(by: number): void {
		this.#base.shift(by);
	}

	/**
	 * Bytes came to the other end.
	 *
	 * @param isFull as much was under way as the window lets: who does not need it does not get a larger one
	 * @param packet the payload of a full packet, less than which the window never is
	 */
	acknowledged(bytes: Bytes, isFull: boolean, packet: Bytes): void {
		const target = this.#target;
		const offTarget = (target - this.delay) / target;
		if (this.#slowStart && (offTarget <= 0 || this.#window >= this.#threshold)) {
			this.#slowStart = false;
		}
		let change: Bytes;
		if (offTarget < 0) change = bytes * Math.max(-mostShrunk, offTarget);
		else if (!isFull) change = 0;
		else if (this.#slowStart) change = bytes;
		else change = gain * offTarget * Math.min(1, bytes / this.#window);
		const least = change < 0 ? leastPackets * packet : packet;
		this.#window = Math.max(Math.min(this.#window, least), Math.min(this.#most, this.#window + change));
	}

	/** A packet was lost: once a round trip. */
	lost(packet: Bytes): void {
		if (this.#window >= fewPackets * packet) {
			this.#target = Math.max(leastTarget, Math.min(this.#target, this.delay / 2));
			this.#lostAt = this.#now;
		}
		this.#window = Math.max(leastPackets * packet, this.#window / 2);
		this.#threshold = this.#window;
		this.#slowStart = false;
	}

	/** Nothing was heard for too long: it begins from one packet. */
	timedOut(packet: Bytes): void {
		this.#threshold = Math.max(2 * packet, this.#window / 2);
		this.#window = packet;
		this.#slowStart = true;
	}

	/** Nothing was sent for a while: the line may not be what it was. */
	rested(packet: Bytes): void {
		this.#window = Math.max(packet, firstWindow, (this.#window * 2) / 3);
	}
}
