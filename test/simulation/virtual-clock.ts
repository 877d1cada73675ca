import {Heap} from '../../source/base/heap.js';
import type {Clock, Timer} from '../../source/base/ports.js';

interface Event {
	readonly at: number;
	readonly turn: number;
	callback: (() => void) | undefined;
}

/** Time that passes as fast as the work in it can be done, the same way each time. */
export class VirtualClock implements Clock {
	readonly #events = new Heap<Event>((one, other) =>
		one.at === other.at ? one.turn < other.turn : one.at < other.at,
	);
	readonly #settleTime: number;
	#now = 0;
	#turn = 0;
	#settled = 0;
	#soon: Array<() => void> = [];
	/** Timers that were set and neither ended nor were cleared. */
	pending = 0;
	/** How many things happened. */
	happened = 0;

	/** @param settleTime promises settle at least this often, in virtual ms */
	constructor(settleTime: number) {
		this.#settleTime = settleTime;
	}

	now(): number {
		return this.#now;
	}

	wall(): number {
		return 1_700_000_000_000 + this.#now;
	}

	after(delay: number, callback: () => void): Timer {
		const event: Event = {at: this.#now + Math.max(0, delay), turn: this.#turn++, callback};
		this.#events.push(event);
		this.pending++;
		return {
			clear: () => {
				if (event.callback === undefined) return;
				event.callback = undefined;
				this.pending--;
			},
		};
	}

	soon(callback: () => void): void {
		this.#soon.push(callback);
	}

	/** Lets time pass. Whatever is promised settles within the settle time of what it waits for. */
	async pass(milliseconds: number): Promise<void> {
		await this.passUntil(() => false, milliseconds);
	}

	/** Lets time pass until `done`, which is asked about once a virtual second, for at most so long. Answers whether. */
	async passUntil(done: () => boolean, limit: number): Promise<boolean> {
		const end = this.#now + limit;
		let ask = this.#now + 1000;
		await this.#settle();
		for (;;) {
			const next = this.#events.peek();
			if (next === undefined || next.at > end) break;
			if (next.at - this.#settled >= this.#settleTime) {
				await this.#settle();
				// What settled may have set a timer.
				if (this.#events.peek() !== next) continue;
			}
			if (next.at >= ask) {
				ask = next.at + 1000;
				if (done()) return true;
			}
			this.#events.pop();
			this.#now = Math.max(this.#now, next.at);
			const {callback} = next;
			if (callback === undefined) continue;
			next.callback = undefined;
			this.pending--;
			this.happened++;
			callback();
			if (this.#soon.length > 0) this.#turnOver();
		}
		this.#now = end;
		await this.#settle();
		return done();
	}

	#turnOver(): void {
		while (this.#soon.length > 0) {
			const callbacks = this.#soon;
			this.#soon = [];
			for (const callback of callbacks) callback();
		}
	}

	async #settle(): Promise<void> {
		const before = this.#now;
		this.#turnOver();
		await new Promise(resolve => setImmediate(resolve));
		this.#turnOver();
		const next = this.#events.peek();
		this.#settled = Math.max(before, next?.at ?? before);
	}
}
