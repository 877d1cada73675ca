import type {Millis} from '../../base/units.js';
import {kindOf} from './transfer-warnings.js';

/** Passes a reason on when it has held for some time: what is so for a moment only troubles nobody. */
export class LastingReason {
	readonly #patience: Millis;
	#kind: string | undefined;
	#since: Millis = 0;

	/** @param patience how long it must hold; with other figures in it it is the same */
	constructor(patience: Millis) {
		this.#patience = patience;
	}

	/** @param now ms of a monotonic clock */
	look(text: string | undefined, now: Millis): string | undefined {
		const kind = text === undefined ? undefined : kindOf(text);
		if (kind !== this.#kind) this.#since = now;
		this.#kind = kind;
		return now - this.#since >= this.#patience ? text : undefined;
	}
}
