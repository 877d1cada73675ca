import type {Millis} from '../../base/units.js';

/** Whether we choke one peer, and since when. Written by the choke round alone, by way of `Peer.setChoking`. */
export class ChokeState {
	amChoking = true;
	/** It has its slot by chance. BEP 3, "optimistic unchoking". */
	optimistic = false;
	/** -Infinity for never; the others too. */
	unchokedAt: Millis = -Infinity;
	chokedAt: Millis = -Infinity;
	optimisticSince: Millis = -Infinity;

	/** We choke it from now on, or do not any more. */
	set(choking: boolean, now: Millis): void {
		this.amChoking = choking;
		if (!choking) {
			this.unchokedAt = now;
			return;
		}
		this.chokedAt = now;
		this.optimistic = false;
	}

	/** It has a slot by chance from now on, or has it not any more. */
	setOptimistic(optimistic: boolean, now: Millis): void {
		if (optimistic && !this.optimistic) this.optimisticSince = now;
		this.optimistic = optimistic;
	}
}
