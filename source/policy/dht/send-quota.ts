import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';

/** Answers together are no more than this, but for short bursts: we are no amplifier, and no burden on a thin line. */
const answerRate: BytesPerSecond = 8000;
const burst: Millis = 3000;
/** Addresses that were not spoken to lately: each takes an entry in a router's table, and those fall over. */
const newEndpointsPerSecond = 100;
const endpointMemory: Millis = 30_000;

/** How much a node may send. */
export class SendQuota {
	#bytes: Bytes = (answerRate * burst) / 1000;
	#endpoints = newEndpointsPerSecond;
	#at: Millis;
	#recent = new Set<string>();
	#older = new Set<string>();
	#turnedAt: Millis;

	constructor(now: Millis) {
		this.#at = now;
		this.#turnedAt = now;
	}

	#refill(now: Millis): void {
		const time = Math.max(0, now - this.#at);
		this.#at = now;
		this.#bytes = Math.min((answerRate * burst) / 1000, this.#bytes + (answerRate * time) / 1000);
		this.#endpoints = Math.min(
			newEndpointsPerSecond,
			this.#endpoints + (newEndpointsPerSecond * time) / 1000,
		);
		if (now - this.#turnedAt < endpointMemory) return;
		this.#turnedAt = now;
		this.#older = this.#recent;
		this.#recent = new Set();
	}

	/** Whether a query may be answered at all. */
	mayAnswer(now: Millis): boolean {
		this.#refill(now);
		return this.#bytes > 0;
	}

	/** An answer of so many bytes went out. */
	answered(length: Bytes): void {
		this.#bytes -= length;
	}

	/** Whether a question went to an address in the last half minute, or a little longer ago. */
	spokeLately(address: PeerAddress): boolean {
		const key = formatAddress(address);
		return this.#recent.has(key) || this.#older.has(key);
	}

	/** Whether a question may go to an address now; the answer yes is for using at once. */
	mayAsk(address: PeerAddress, now: Millis): boolean {
		this.#refill(now);
		const key = formatAddress(address);
		if (!this.#recent.has(key) && !this.#older.has(key)) {
			if (this.#endpoints < 1) return false;
			this.#endpoints--;
		}
		this.#recent.add(key);
		return true;
	}
}
