import type {Bytes, Millis} from '../../base/units.js';
import {MessageBudget, vain} from '../../policy/peers/message-budget.js';

/** Messages of a peer that make no sense before it is let go. */
const patience = 300;
/** Of what is too much, so much more is one strike more. */
const costPerStrike = 10;
/** Telling all of one's pieces anew costs us a look at each: so many strikes when it is done all the time. */
export const piecesWeight = 10;
/** So many bytes of a message that is read over cost as much as a small one. */
export const bytesPerCost: Bytes = 4096;

/** How much of what is of no use a peer has said: senseless messages, idle ones, and requests that came to nothing. */
export class PeerConduct {
	#strikes = 0;
	readonly #budget: MessageBudget;
	readonly #vain: MessageBudget;

	constructor(now: Millis) {
		this.#budget = new MessageBudget(now);
		this.#vain = new MessageBudget(now, vain);
	}

	/** It said what makes no sense. Answers whether that is enough. */
	strike(weight: number): boolean {
		this.#strikes += weight;
		return this.#strikes >= patience;
	}

	/** It said what changes nothing: that is fine now and then. Answers how many strikes it is, 0 for none. */
	idle(now: Millis, cost: number, weight: number): number {
		return this.#budget.spend(now, cost) ? 0 : Math.max(weight, cost / costPerStrike);
	}

	/** It has reason to say so many things that change nothing. */
	mayAnswer(messages: number): void {
		this.#budget.earn(messages);
	}

	/** It asked for what it does not get. Answers whether that is too much. */
	asksTooMuch(now: Millis): boolean {
		return !this.#vain.spend(now);
	}
}
