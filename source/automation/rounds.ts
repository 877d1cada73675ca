import type {Clock, Timer} from '../base/ports.js';
import type {Millis} from '../base/units.js';
import {isEngineOver} from './engine-over.js';

const longestSleep: Millis = 600_000;

/** What is done again and again. */
export interface RoundsSetup {
	readonly clock: Clock;
	round(): Promise<void>;
	/** When there is something to do again, unless somebody wakes it before; infinite when nothing is known of. */
	nextAt(): Millis;
	/** A round has failed, not because the engine ends; the next one is made all the same. */
	stumbled(error: Error): void;
}

/** Makes one round after the other, and sleeps between them, until it is stopped or the engine ends. */
export class Rounds {
	readonly #setup: RoundsSetup;
	#isStopped = false;
	#isWoken = false;
	#wakeUp: () => void = () => {};
	#running: Promise<void> | undefined;

	constructor(setup: RoundsSetup) {
		this.#setup = setup;
	}

	get isStopped(): boolean {
		return this.#isStopped;
	}

	begin(): void {
		this.#running = this.#run();
	}

	/** There is something to do: if a round is being made, then in another one after it. */
	wake(): void {
		this.#isWoken = true;
		this.#wakeUp();
	}

	/** Begins no round any more. Resolves when the last one is over. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		this.wake();
		await this.#running;
	}

	async #run(): Promise<void> {
		while (!this.#isStopped) {
			this.#isWoken = false;
			try {
				await this.#setup.round();
			} catch (error) {
				if (this.#isStopped || isEngineOver(error)) return;
				// Nobody is there to catch it; what is to be done is done with the next round.
				this.#setup.stumbled(error as Error);
				this.#isWoken = false;
			}
			await this.#sleep();
		}
	}

	async #sleep(): Promise<void> {
		const {clock, nextAt} = this.#setup;
		if (this.#isWoken || this.#isStopped) return;
		const time = Math.min(longestSleep, Math.max(0, nextAt() - clock.now()));
		await new Promise<void>(resolve => {
			let timer: Timer | undefined;
			this.#wakeUp = () => {
				timer?.clear();
				this.#wakeUp = () => {};
				resolve();
			};
			timer = clock.after(time, () => this.#wakeUp());
		});
	}
}
