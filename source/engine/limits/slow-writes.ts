import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';
import type {RateLimiter} from '../../policy/rates/rate-limiter.js';
import {pacedBelow, portionOf} from './slow-reads.js';

/** What sending bit by bit asks of a peer. */
export interface SlowWritePeer {
	readonly isClosed: boolean;
	sendPortion(bytes: Uint8Array, now: Millis, last: boolean, done?: () => void): void;
}

/** Blocks on their way to one peer. */
interface Sending {
	readonly peer: SlowWritePeer;
	readonly bytes: Uint8Array;
	/** Told what of it has left, as it leaves. */
	readonly left: (bytes: Bytes) => void;
	readonly done: () => void;
	at: number;
}

/**
 * Sends blocks at a low upload limit bit by bit, one after the other, paid for as they leave. At rates at which a block
 * is little, it does nothing.
 */
export class SlowWrites {
	readonly #limiter: RateLimiter;
	readonly #waiting: Sending[] = [];
	#rate: BytesPerSecond | undefined;
	/** Blocks that were taken from a queue and are being read from the disk. */
	#expected = 0;

	/** @param limiter pays for what leaves */
	constructor(limiter: RateLimiter) {
		this.#limiter = limiter;
	}

	get active(): boolean {
		return this.#rate !== undefined;
	}

	/** Whether something is being sent, so that nothing more need be read. */
	get busy(): boolean {
		return this.#waiting.length + this.#expected > 0;
	}

	/** The narrowest limit that holds; undefined for none. When it is not low any more all that waits goes at once. */
	setRate(rate: BytesPerSecond | undefined, now: Millis): void {
		this.#rate = rate !== undefined && rate < pacedBelow ? rate : undefined;
		if (this.#rate !== undefined) return;
		this.#expected = 0;
		for (const sending of this.#waiting.splice(0)) {
			this.#limiter.spend(now, sending.bytes.length - sending.at);
			this.#send(sending, sending.bytes.length, now);
		}
	}

	/** Blocks will come by `send`, or by `dropped` when they could not be read. */
	expect(): void {
		this.#expected++;
	}

	dropped(): void {
		this.#expected = Math.max(0, this.#expected - 1);
	}

	send(
		peer: SlowWritePeer,
		bytes: Uint8Array,
		now: Millis,
		left: (bytes: Bytes) => void,
		done: () => void,
	): void {
		this.dropped();
		this.#waiting.push({peer, bytes, left, done, at: 0});
		this.wake(now);
	}

	/** Sends as much as may leave. */
	wake(now: Millis): void {
		while (this.#rate !== undefined) {
			const first = this.#waiting[0];
			if (first === undefined) return;
			if (first.peer.isClosed) {
				this.#waiting.shift();
				first.done();
				continue;
			}
			const rest = first.bytes.length - first.at;
			const granted = this.#limiter.grant(now, Math.min(rest, portionOf(this.#rate)));
			if (granted === 0) return;
			if (granted === rest) this.#waiting.shift();
			this.#send(first, granted, now);
		}
	}

	#send(sending: Sending, count: Bytes, now: Millis): void {
		const {peer, bytes, at} = sending;
		const end = Math.min(bytes.length, at + count);
		sending.at = end;
		const last = end === bytes.length;
		sending.left(end - at);
		peer.sendPortion(bytes.subarray(at, end), now, last, last ? sending.done : undefined);
	}
}
