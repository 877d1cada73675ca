import {type Bytes, type BytesPerSecond, blockLength, type Millis} from '../../base/units.js';
import {RateLimiter} from '../../policy/rates/rate-limiter.js';
import {type SlowReadPeer, SlowReads} from './slow-reads.js';
import {SlowWrites} from './slow-writes.js';

/** Limits of a torrent that are to be others; null for none. */
interface LimitChange {
	readonly maxDownload?: BytesPerSecond | null | undefined;
	readonly maxUpload?: BytesPerSecond | null | undefined;
}

/**
 * The limits of one torrent, below those of the session. Blocks to download are paid for when they are asked for, and
 * paid back when they do not come; blocks to upload when they leave. Blocks are never split between payments: when a
 * limit allows the first byte of one, the rest is on credit, and nothing is granted until that is paid off. Where a
 * block is much for a limit, its bytes are moved bit by bit besides.
 */
export class TorrentRateLimits {
	readonly download: RateLimiter;
	readonly upload: RateLimiter;
	readonly reads = new SlowReads();
	readonly writes: SlowWrites;
	/** What people chose for it. */
	#ownUpload: BytesPerSecond | undefined;
	/** What it may send beside that: it was seeded enough. */
	#cap: BytesPerSecond | undefined;
	readonly #all: {readonly download: RateLimiter; readonly upload: RateLimiter};

	/** @param all the session's */
	constructor(all: {readonly download: RateLimiter; readonly upload: RateLimiter}) {
		this.#all = all;
		this.download = new RateLimiter(undefined, all.download);
		this.upload = new RateLimiter(undefined, all.upload);
		this.writes = new SlowWrites(this.upload);
	}

	/** The narrowest that holds; undefined for none. */
	get maxDownload(): BytesPerSecond | undefined {
		return narrower(this.download.rate, this.#all.download.rate);
	}

	get maxUpload(): BytesPerSecond | undefined {
		return narrower(this.upload.rate, this.#all.upload.rate);
	}

	/** Sets those that are given; null for none. Answers whether any is another one now. */
	set(limits: LimitChange, now: Millis): boolean {
		const {maxDownload, maxUpload} = limits;
		const before = {download: this.download.rate, upload: this.upload.rate};
		if (maxDownload !== undefined) this.download.setRate(maxDownload ?? undefined, now);
		if (maxUpload !== undefined) {
			this.#ownUpload = maxUpload ?? undefined;
			this.upload.setRate(narrower(this.#ownUpload, this.#cap), now);
		}
		return this.download.rate !== before.download || this.upload.rate !== before.upload;
	}

	/** What people chose for it; undefined for none. */
	get ownUpload(): BytesPerSecond | undefined {
		return this.#ownUpload;
	}

	/** It may send no more than this, whatever was chosen; undefined for as much as was. Answers whether that is news. */
	setCap(cap: BytesPerSecond | undefined, now: Millis): boolean {
		if (cap === this.#cap) return false;
		this.#cap = cap;
		this.upload.setRate(narrower(this.#ownUpload, cap), now);
		return true;
	}

	/** A limit was changed, of this torrent or of all; or whether it downloads. */
	apply(peers: Iterable<SlowReadPeer>, downloads: boolean, now: Millis): void {
		this.reads.setRate(downloads ? this.maxDownload : undefined, peers, now);
		this.writes.setRate(this.maxUpload, now);
	}

	/** How many of `wanted` bytes, a multiple of a block, may be asked for: whole blocks. */
	downloadGrant(now: Millis, wanted: Bytes): Bytes {
		const granted = this.download.grant(now, wanted);
		const excess = granted % blockLength;
		if (excess === 0 || granted === wanted) return granted;
		const whole = Math.min(wanted, granted - excess + blockLength);
		this.download.spend(now, whole - granted);
		return whole;
	}

	/** How many of `wanted` bytes may leave; at least one block goes then. */
	uploadGrant(now: Millis, wanted: Bytes): Bytes {
		if (!this.writes.active) return this.upload.grant(now, wanted);
		// One block at a time; it is paid for as its bytes leave.
		return this.writes.busy ? 0 : 1;
	}

	uploadUsed(now: Millis, granted: Bytes, used: Bytes): void {
		if (!this.writes.active) settle(this.upload, now, granted, used);
		else if (used > 0) this.writes.expect();
	}

	downloadUsed(now: Millis, granted: Bytes, used: Bytes): void {
		settle(this.download, now, granted, used);
	}
}

function settle(limiter: RateLimiter, now: Millis, granted: Bytes, used: Bytes): void {
	if (used > granted) limiter.spend(now, used - granted);
	else if (used < granted) limiter.refund(granted - used);
}

/** The smaller of two limits, either of which may be none. */
export function narrower(
	one: BytesPerSecond | undefined,
	other: BytesPerSecond | undefined,
): BytesPerSecond | undefined {
	return one === undefined ? other : Math.min(one, other ?? Number.POSITIVE_INFINITY);
}
