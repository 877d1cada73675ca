import type {Millis} from '../../base/units.js';

const second: Millis = 1000;

/** How many strangers are answered in a second: so many in all, and so few of one host that it keeps no other out. */
export class AnswerRate {
	readonly #most: number;
	readonly #mostOfOne: number;
	/** Those that were answered in this second, and how often: never more of them than `most`. */
	readonly #hosts = new Map<string, number>();
	#left = 0;
	#since: Millis = -Infinity;

	/** @param most answers in a second, and to one host */
	constructor(most: number, mostOfOne: number) {
		this.#most = most;
		this.#mostOfOne = mostOfOne;
	}

	/** Whether this host may be answered now; the answer yes is for using at once. */
	admits(host: string, now: Millis): boolean {
		if (now - this.#since >= second) {
			this.#since = now;
			this.#left = this.#most;
			this.#hosts.clear();
		}
		if (this.#left === 0) return false;
		const before = this.#hosts.get(host) ?? 0;
		if (before >= this.#mostOfOne) return false;
		this.#hosts.set(host, before + 1);
		this.#left--;
		return true;
	}
}
