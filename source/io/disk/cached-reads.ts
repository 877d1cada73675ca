import {existsSync} from 'node:fs';
import type {Bytes, Millis} from '../../base/units.js';

/** So much is read off the loop in no longer than this, and none of it from the disk, before any is read on it. */
const evidence: Bytes = 16 << 20;
const evidenceTime: Millis = 250;
/** How much is read on the loop before it is looked whether it came from memory. */
const lookEvery: Bytes = 256 << 10;
/** What took so long kept everybody waiting, whatever was counted: longer than a busy machine takes for other programs. */
const longest: Millis = 100;
/** Nothing is read on the loop for so long after a read that came from the disk. */
const restTime: Millis = 1000;
/** What was in memory may have gone when nobody has read for so long. */
const believedFor: Millis = 500;

/** What tells how often this process has read from a disk. */
export interface DiskInputs {
	/** Only ever grows; undefined where nobody counts. */
	count(): number | undefined;
	now(): Millis;
}

const isCounted = process.platform === 'linux' && existsSync('/proc/self/io');

/** What Linux counts, of all threads. */
export const processInputs: DiskInputs = {
	count: () => (isCounted ? process.resourceUsage().fsRead : undefined),
	now: () => performance.now(),
};

/**
 * Whether what is asked for of a torrent is in memory just now, where a read takes less than asking another thread for
 * it. It is believed of a torrent that is read quickly while the process reads nothing from any disk; the first read
 * that does ends it, and costs the event loop that one wait.
 */
export class CachedReads {
	readonly #inputs: DiskInputs;
	/** The inputs as they were when what was read since began to count. */
	#known: number | undefined;
	#since: Millis = -Infinity;
	#bytes: Bytes = 0;
	#isBelieved = false;
	#lastAt: Millis = 0;

	constructor(inputs: DiskInputs = processInputs) {
		this.#inputs = inputs;
	}

	/** What is asked for next may be read on the loop. */
	get isBelieved(): boolean {
		if (!this.#isBelieved) return false;
		const now = this.#inputs.now();
		if (now - this.#lastAt > believedFor) this.#begin(now);
		return this.#isBelieved;
	}

	/** So much was read off the loop. */
	wasRead(bytes: Bytes): void {
		if (this.#isBelieved) return;
		const now = this.#inputs.now();
		if (now < this.#since) return;
		if (now - this.#since > evidenceTime) this.#begin(now);
		this.#bytes += bytes;
		if (this.#bytes < evidence) return;
		const isCached = this.#known !== undefined && this.#inputs.count() === this.#known;
		this.#begin(now);
		this.#isBelieved = isCached;
		this.#lastAt = now;
	}

	/** So much was read on the loop, since `from`. */
	wasReadAtOnce(bytes: Bytes, from: Millis): void {
		const now = this.#inputs.now();
		this.#lastAt = now;
		this.#bytes += bytes;
		if (now - from < longest) {
			if (this.#bytes < lookEvery) return;
			this.#bytes = 0;
			if (this.#inputs.count() === this.#known) return;
		}
		this.doubt();
	}

	/** Nothing is to be read on the loop for a while, whatever was seen. */
	doubt(): void {
		this.#begin(this.#inputs.now() + restTime);
	}

	/** Starts to gather evidence, from this time on. */
	#begin(at: Millis): void {
		this.#isBelieved = false;
		this.#since = at;
		this.#bytes = 0;
		this.#known = this.#inputs.count();
	}
}
