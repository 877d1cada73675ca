import type {Clock, Timer} from '../../source/base/ports.js';

/** A clock that stands still until a test turns it. */
export class HandClock implements Clock {
	#now = 0;
	#timers: Array<{at: number; callback: () => void}> = [];

	now(): number {
		return this.#now;
	}

	wall(): number {
		return 1_700_000_000_000 + this.#now;
	}

	after(delay: number, callback: () => void): Timer {
		const timer = {at: this.#now + Math.max(0, delay), callback};
		this.#timers.push(timer);
		return {
			clear: () => {
				this.#timers = this.#timers.filter(other => other !== timer);
			},
		};
	}

	soon(callback: () => void): void {
		setImmediate(callback);
	}

	/** When the next timer ends, undefined when there is none. */
	get next(): number | undefined {
		return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map(({at}) => at));
	}

	/** Lets time pass, timer by timer, and everything promised settle in between. */
	async pass(milliseconds: number): Promise<void> {
		const end = this.#now + milliseconds;
		await settled();
		for (;;) {
			const due = this.#timers.filter(({at}) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (!due) break;
			this.#timers = this.#timers.filter(timer => timer !== due);
			this.#now = Math.max(this.#now, due.at);
			due.callback();
			await settled();
		}
		this.#now = end;
	}
}

/** Waits until every promise that can settle by itself has. */
export async function settled(): Promise<void> {
	for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
}
