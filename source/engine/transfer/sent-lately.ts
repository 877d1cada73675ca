import type {Millis} from '../../base/units.js';

/** What was sent this long ago is still told. */
const glowTime: Millis = 2000;
/** Without anybody asking for so long nothing is noted any more. */
const watchTime: Millis = 10_000;
/** More pieces than this in two seconds are not told apart on any screen. */
const most = 4000;

/** Pieces of which something was sent a moment ago, while somebody looks. */
export class SentLately {
	/** Undefined while nobody has looked. */
	#at: Map<number, Millis> | undefined;
	#askedAt: Millis = Number.NEGATIVE_INFINITY;

	/** Something of a piece has left. */
	note(piece: number, now: Millis): void {
		if (this.#at === undefined) return;
		if (now - this.#askedAt > watchTime) return this.#at.clear();
		// The newest stand last.
		this.#at.delete(piece);
		if (this.#at.size < most) this.#at.set(piece, now);
	}

	/** The pieces that were sent lately. */
	pieces(now: Millis): readonly number[] {
		this.#askedAt = now;
		this.#at ??= new Map();
		for (const [piece, at] of this.#at) {
			if (now - at < glowTime) break;
			this.#at.delete(piece);
		}
		return [...this.#at.keys()];
	}
}
