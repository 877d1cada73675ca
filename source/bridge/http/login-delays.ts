import {formatIp, parseIp} from '../../base/ip-address.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

const firstDelay: Millis = 100;
const longestDelay: Millis = 8000;
/** Who has not been wrong for so long begins anew. */
const forgetTime: Millis = 600_000;
/** Checks of one place that wait at a time: more at once is nobody who mistypes. */
const mostWaiting = 8;
const mostPlaces = 1000;

interface Place {
	failures: number;
	/** When the last check of it was, or will be. */
	at: Millis;
	waiting: number;
}

/**
 * Has those wait who were wrong before: 100 ms after the first wrong password, twice as long after each further one, 8 s
 * at most. What is checked then is checked one after the other, so that asking over many connections at once is no
 * quicker. A place is an address, of IPv6 its /64.
 */
export class LoginDelays {
	readonly #clock: Clock;
	/** The one that was wrong longest ago first. */
	readonly #places = new Map<string, Place>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/**
	 * Has a password checked when its turn comes: at once for those who were never wrong.
	 *
	 * @returns what `check` found; `busy`, without a check, when too many of that place wait already
	 */
	async judge(from: string, check: () => boolean): Promise<boolean | 'busy'> {
		const key = placeOf(from);
		const place = this.#known(key);
		if (place !== undefined) {
			if (place.waiting >= mostWaiting) return 'busy';
			const turn = Math.max(this.#clock.now(), place.at + delayAfter(place.failures));
			place.at = turn;
			place.waiting++;
			await new Promise<void>(resolve => this.#clock.after(turn - this.#clock.now(), resolve));
			place.waiting--;
		}
		const isRight = check();
		if (isRight) this.#places.delete(key);
		else this.#wrong(key);
		return isRight;
	}

	/** How often that place was wrong of late. */
	failures(from: string): number {
		return this.#known(placeOf(from))?.failures ?? 0;
	}

	#known(key: string): Place | undefined {
		const place = this.#places.get(key);
		if (place === undefined || place.waiting > 0 || this.#clock.now() - place.at < forgetTime) return place;
		this.#places.delete(key);
		return undefined;
	}

	#wrong(key: string): void {
		const place = this.#places.get(key) ?? {failures: 0, at: 0, waiting: 0};
		place.failures++;
		place.at = Math.max(place.at, this.#clock.now());
		this.#places.delete(key);
		this.#places.set(key, place);
		if (this.#places.size <= mostPlaces) return;
		const [oldest] = this.#places.keys();
		if (oldest !== undefined) this.#places.delete(oldest);
	}
}

function delayAfter(failures: number): Millis {
	return Math.min(longestDelay, firstDelay * 2 ** Math.min(20, failures - 1));
}

function placeOf(from: string): string {
	const ip = parseIp(from);
	if (ip === undefined) return from;
	return ip.length === 4
		? formatIp(ip)
		: `${formatIp(Uint8Array.from(ip, (byte, at) => (at < 8 ? byte : 0)))}/64`;
}
