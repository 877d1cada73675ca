import type {Bytes, Millis} from '../../base/units.js';

/** Milliseconds after which a write was slow. */
const slowWrite = 60;
/** Bytes a millisecond: below and above these a line's speed does not matter. */
const minimumRate = 0.05;
const fastRate = 50;
/** No pause between frames, and no rest between parts of one, is longer. */
const longest: Millis = 5000;

/** How much a terminal's line takes, by how long writes took; and how long to leave it alone so that it keeps up. */
export class LinePace {
	/** Bytes a millisecond that the line takes, while it is slow enough to be noticed. */
	#rate: number | undefined;
	#pause: Millis = 0;
	#restUntil: Millis = 0;

	/** Whether the line is slow enough to be noticed. */
	get isSlow(): boolean {
		return this.#rate !== undefined;
	}

	/** Milliseconds to leave between frames: 0 while the terminal takes them at once. */
	get pause(): Millis {
		return this.#pause;
	}

	/** Milliseconds until what was written last has left: what comes before then would stand behind it. */
	rest(now: Millis): Millis {
		return Math.max(0, this.#restUntil - now);
	}

	/** The line took so many bytes. That it is slow is found out at once, that it has become faster little by little. */
	took(bytes: Bytes, from: Millis, to: Millis): void {
		const taken = to - from;
		if (taken > slowWrite) this.#rate = Math.max(minimumRate, bytes / taken);
		else if (this.#rate !== undefined) this.#rate *= 1.05;
		if (this.#rate !== undefined && this.#rate > fastRate) this.#rate = undefined;
		if (this.#rate === undefined) {
			this.#pause = 0;
			this.#restUntil = 0;
			return;
		}
		this.#pause = Math.min(longest, Math.max(this.#pause * 0.95, (bytes / this.#rate) * 4));
		this.#restUntil = from + Math.min(longest, (bytes / this.#rate) * 1.3);
	}
}
