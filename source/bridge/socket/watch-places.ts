/** As many as a screen has, whoever else watches. */
const ownPlaces = 8;
/** More than that, of all visitors together. */
const sharedPlaces = 512;

/** Counts who watches, so that however much some visitors look at, every other one can look at all it draws. */
export class WatchPlaces {
	#shared = 0;

	/** Takes a place for one more of a visitor that has `held`; false when there is none. */
	another(held: number): boolean {
		if (held < ownPlaces) return true;
		if (this.#shared >= sharedPlaces) return false;
		this.#shared++;
		return true;
	}

	/** One of the `held` that a visitor has is gone. */
	gone(held: number): void {
		if (held > ownPlaces) this.#shared--;
	}
}
