import {toHex} from '../../base/hex.js';
import type {Millis} from '../../base/units.js';
import type {HashRequest} from '../../protocol/wire/hash-messages.js';

/** Who has not asked for more of them for so long asks for none, or others. */
const pause: Millis = 500;
/** … and who asks for as long as that has many files, or much time. */
const most: Millis = 5000;

/**
 * Whether a peer is about to ask for the hashes of all pieces of a torrent. Whoever lacks them asks for them file by file,
 * a few at a time.
 */
export class HashAsking {
	readonly #windows: number;
	/** Of which it asked, by root and number. */
	readonly #asked = new Set<string>();
	#since: Millis = Infinity;
	#askedAt: Millis = -Infinity;

	/** @param windows how many there are to ask for, each of a part of a file */
	constructor(windows: number) {
		this.#windows = windows;
	}

	/** It is given what it asks for: hashes of pieces. */
	note({root, index}: HashRequest, now: Millis): void {
		if (this.#asked.size === 0) this.#since = now;
		this.#asked.add(`${toHex(root)} ${index}`);
		this.#askedAt = now;
	}

	/** It has asked for some, and is expected to ask for others. */
	isUnderWay(now: Millis): boolean {
		const lacks = this.#asked.size > 0 && this.#asked.size < this.#windows;
		return lacks && now - this.#askedAt < pause && now - this.#since < most;
	}
}
