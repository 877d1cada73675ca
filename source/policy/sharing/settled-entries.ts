import type {Millis} from '../../base/units.js';

/** Nobody has written to something for so long: it is whole. */
export const settleTime: Millis = 5000;
/** What changes again and again is waited for twice as long each time, up to this. */
const longestSettleTime: Millis = 3_600_000;

interface Sighting {
	look: string;
	since: Millis;
	patience: Millis;
}

/** Says since when each of many things has looked as it does, and from when on it is taken for whole. */
export class SettledEntries {
	readonly #sightings = new Map<string, Sighting>();

	/**
	 * It looks so now.
	 *
	 * @param look the same text as long as nothing of it has changed
	 * @returns when it is settled, if it stays as it is: in the past when it is
	 */
	see(name: string, look: string, now: Millis): Millis {
		const before = this.#sightings.get(name);
		if (before === undefined) {
			this.#sightings.set(name, {look, since: now, patience: settleTime});
			return now + settleTime;
		}
		if (before.look !== look) {
			before.look = look;
			before.since = now;
		}
		return before.since + before.patience;
	}

	/** What was done for it was in vain, for it has changed again: it is waited for longer. */
	disturbed(name: string, now: Millis): void {
		const before = this.#sightings.get(name) ?? {look: '', since: now, patience: settleTime};
		this.#sightings.set(name, {
			...before,
			since: now,
			patience: Math.min(longestSettleTime, before.patience * 2),
		});
	}

	/** It has stayed as it was for long: it is as good as any other. */
	calmed(name: string): void {
		const before = this.#sightings.get(name);
		if (before !== undefined) before.patience = settleTime;
	}

	/** It is not there any more. */
	forget(name: string): void {
		this.#sightings.delete(name);
	}
}
