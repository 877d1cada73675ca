import type {Timer} from '../../source/base/ports.js';
import type {Line} from './utp-world.ts';
import type {VirtualClock} from './virtual-clock.ts';

const packetLength = 1500;
const ackLength = 52;
const reorderedBy = 3;

/**
 * A transfer that never ends and behaves as TCP with selective acks does: slow start, half the window at a loss, one packet
 * after a time-out. RFC 5681, 6675.
 */
export class RenoFlow {
	readonly #clock: VirtualClock;
	readonly #there: Line;
	readonly #back: Line;
	/** In packets. */
	#window = 10;
	#threshold = Infinity;
	#next = 0;
	/** Those under way, each with the how manieth it was that left; those that are to be sent again. */
	readonly #flying = new Map<number, number>();
	readonly #lost: number[] = [];
	#order = 0;
	/** What is lost of those that left before is of the same loss. */
	#cutAt = 0;
	#timer: Timer | undefined;
	readonly #came = new Set<number>();

	constructor(clock: VirtualClock, there: Line, back: Line) {
		this.#clock = clock;
		this.#there = there;
		this.#back = back;
	}

	/** Bytes that came to the other end. */
	get carried(): number {
		return this.#came.size * packetLength;
	}

	start(): void {
		this.#fill();
	}

	#fill(): void {
		while (this.#flying.size < Math.floor(this.#window)) this.#send(this.#lost.shift() ?? this.#next++);
	}

	#send(number: number): void {
		const order = ++this.#order;
		this.#flying.set(number, order);
		this.#there.carry(packetLength, undefined, () => {
			this.#came.add(number);
			this.#back.carry(ackLength, undefined, () => this.#acked(number, order));
		});
		this.#timer ??= this.#clock.after(1000, () => this.#timedOut());
	}

	#acked(number: number, order: number): void {
		if (this.#flying.delete(number)) {
			this.#window += this.#window < this.#threshold ? 1 : 1 / this.#window;
			this.#timer?.clear();
			this.#timer = undefined;
		}
		// They are in the order in which they left.
		for (const [other, left] of this.#flying) {
			if (left > order - reorderedBy) break;
			this.#flying.delete(other);
			this.#lost.push(other);
			if (left <= this.#cutAt) continue;
			this.#cutAt = this.#order;
			this.#threshold = Math.max(2, this.#window / 2);
			this.#window = this.#threshold;
		}
		this.#fill();
	}

	#timedOut(): void {
		this.#timer = undefined;
		this.#threshold = Math.max(2, this.#window / 2);
		this.#window = 1;
		this.#cutAt = this.#order;
		this.#lost.push(...this.#flying.keys());
		this.#flying.clear();
		this.#fill();
	}
}
