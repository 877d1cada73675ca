/**
 * Copies of a whole torrent that peers have between them, counted by how many have each piece. What a piece costs that one
 * more or one fewer has does not depend on how many pieces there are.
 */
export class DistributedCopies {
	readonly #pieces: number;
	/** How many pieces so many peers have. */
	readonly #histogram: number[];
	/** No piece has fewer peers than this. */
	#scarcest = 0;

	/** Nobody has any of the pieces yet. */
	constructor(pieces: number) {
		this.#pieces = pieces;
		this.#histogram = [pieces];
	}

	/** So many peers have a piece now that `before` had. */
	moved(before: number, now: number): void {
		const histogram = this.#histogram;
		while (histogram.length <= now) histogram.push(0);
		histogram[before]!--;
		histogram[now]!++;
		if (now < this.#scarcest) this.#scarcest = now;
	}

	/** Whole copies, `whole` more among them, and behind the point the part of the pieces that are there once more. */
	count(whole: number): number {
		if (this.#pieces === 0) return 0;
		while (this.#histogram[this.#scarcest] === 0) this.#scarcest++;
		return whole + this.#scarcest + (this.#pieces - this.#histogram[this.#scarcest]!) / this.#pieces;
	}
}
