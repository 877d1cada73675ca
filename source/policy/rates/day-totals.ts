import type {Bytes, Millis} from '../../base/units.js';

/** What was moved in some time. */
export interface Moved {
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
}

/** What was moved today, in the last 7 days, and in the last 30, today among them. */
export interface RecentTotals {
	readonly today: Moved;
	readonly week: Moved;
	readonly month: Moved;
}

/** Days that are kept. */
const kept = 30;
const day: Millis = 86_400_000;

/** The number of the day that it is at a place of which the clocks are `offset` minutes behind UTC. */
function dayOf(wall: Millis, offset: number): number {
	return Math.floor((wall - offset * 60_000) / day);
}

/** What was moved by day, of the last 30 days, by the clock on the wall. */
export class DayTotals {
	/** By the number of the day since 1970. */
	readonly #days = new Map<number, {downloaded: Bytes; uploaded: Bytes}>();

	/** Restores what `export` gave; what is not that is left out. */
	static from(data: unknown): DayTotals {
		const totals = new DayTotals();
		if (!Array.isArray(data)) return totals;
		for (const entry of data.slice(-kept)) {
			if (!Array.isArray(entry) || !entry.every(value => Number.isFinite(value) && value >= 0)) continue;
			const [number, downloaded = 0, uploaded = 0] = entry as number[];
			if (Number.isInteger(number) && number! < 1e6) totals.#days.set(number!, {downloaded, uploaded});
		}
		return totals;
	}

	/** So much was moved just now. */
	add(wall: Millis, offset: number, downloaded: Bytes, uploaded: Bytes): void {
		if (downloaded + uploaded === 0) return;
		const number = dayOf(wall, offset);
		const moved = this.#days.get(number);
		if (moved !== undefined) {
			moved.downloaded += downloaded;
			moved.uploaded += uploaded;
			return;
		}
		this.#days.set(number, {downloaded, uploaded});
		for (const old of this.#days.keys()) if (old <= number - kept) this.#days.delete(old);
	}

	/** The sums. Days that the clock says are still to come count for none. */
	recent(wall: Millis, offset: number): RecentTotals {
		const today = dayOf(wall, offset);
		return {today: this.#sum(today, 1), week: this.#sum(today, 7), month: this.#sum(today, kept)};
	}

	#sum(today: number, days: number): Moved {
		const sum = {downloaded: 0, uploaded: 0};
		for (const [number, {downloaded, uploaded}] of this.#days) {
			if (number > today || number <= today - days) continue;
			sum.downloaded += downloaded;
			sum.uploaded += uploaded;
		}
		return sum;
	}

	/** Plain data for keeping over restarts: day, bytes down, bytes up. */
	export(): ReadonlyArray<readonly [day: number, downloaded: Bytes, uploaded: Bytes]> {
		return [...this.#days]
			.sort(([one], [other]) => one - other)
			.map(([number, {downloaded, uploaded}]) => [number, Math.round(downloaded), Math.round(uploaded)]);
	}
}
