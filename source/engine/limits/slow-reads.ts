import {type Bytes, type BytesPerSecond, blockLength, type Millis} from '../../base/units.js';
import {RateLimiter} from '../../policy/rates/rate-limiter.js';

/** Below this a block takes so long that it must be taken in bit by bit. */
export const pacedBelow: BytesPerSecond = 64 * 1024;
/** What is read at a time is what may come in so long. */
const portionTime: Millis = 100;
const smallestPortion: Bytes = 512;

/** How much is moved at a time under a low limit. */
export function portionOf(rate: BytesPerSecond): Bytes {
	return Math.max(smallestPortion, Math.min(blockLength, Math.round((rate * portionTime) / 1000)));
}

/** What reading bit by bit asks of a peer. */
export interface SlowReadPeer {
	/** As `Connection.readAtMost`. */
	readAtMost(bytes: Bytes | undefined): void;
	pauseReading(): void;
	resumeReading(): void;
}

/**
 * Takes in what comes at a low download limit bit by bit. Which blocks are asked for is limited elsewhere; this keeps
 * a block that was asked for from coming all at once. At rates at which a block is little, it does nothing.
 */
export class SlowReads {
	readonly #bucket = new RateLimiter();
	#rate: BytesPerSecond | undefined;
	#turn = 0;

	get active(): boolean {
		return this.#rate !== undefined;
	}

	/** The narrowest limit that holds; undefined for none. */
	setRate(rate: BytesPerSecond | undefined, peers: Iterable<SlowReadPeer>, now: Millis): void {
		const paced = rate !== undefined && rate < pacedBelow ? rate : undefined;
		if (paced === this.#rate) return;
		this.#rate = paced;
		this.#bucket.setRate(paced, now);
		for (const peer of peers) {
			this.join(peer);
			if (paced !== undefined) continue;
			peer.readAtMost(undefined);
			peer.resumeReading();
		}
	}

	/** A peer has come. */
	join(peer: SlowReadPeer): void {
		if (this.#rate !== undefined) peer.readAtMost(portionOf(this.#rate));
	}

	/** Something was read from a peer that was asked for blocks: it waits when that was more than may come. */
	took(peer: SlowReadPeer, bytes: Bytes, now: Millis): void {
		this.#bucket.spend(now, bytes);
		if (this.#bucket.nextDeadline(now, 1) > now) peer.pauseReading();
	}

	/** Reads on, as far as the limit allows, beginning with another peer each time. */
	wake(peers: Iterable<SlowReadPeer>, now: Millis): void {
		if (this.#rate === undefined) return;
		const all = [...peers];
		this.#turn++;
		for (let step = 0; step < all.length && this.#bucket.nextDeadline(now, 1) <= now; step++) {
			all[(this.#turn + step) % all.length]!.resumeReading();
		}
	}
}
