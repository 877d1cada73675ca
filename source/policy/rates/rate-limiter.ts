import {type Bytes, type BytesPerSecond, blockLength, type Millis} from '../../base/units.js';

/** What may be saved up while nobody asks: little enough to stay within 5 % over 10 s, enough to outlast a busy loop. */
const burst: Millis = 250;
/** So long after it got less than it wanted a claimant's share is kept for it. */
const claimTime: Millis = 1000;

interface Claim {
	/** The part of the tokens that is kept for this claimant; below 0 it has had more than its share, and others go first. */
	credit: Bytes;
	until: Millis;
}

/**
 * A token bucket that may stand below another: a torrent's limit below the session's. What is granted counts
 * against all of them. Claimants that want more than there is get equal shares of their parent, and what one
 * leaves goes to the others. Starts empty; without a rate it grants everything.
 */
export class RateLimiter {
	readonly #parent: RateLimiter | undefined;
	/** Undefined while nobody wanted more than there was. */
	#claims: Map<RateLimiter, Claim> | undefined;
	#rate: BytesPerSecond | undefined;
	#tokens: Bytes = 0;
	/** When the tokens were last counted. */
	#at: Millis = -Infinity;

	constructor(rate?: BytesPerSecond, parent?: RateLimiter) {
		this.#rate = rate;
		this.#parent = parent;
	}

	/** Undefined when unlimited. */
	get rate(): BytesPerSecond | undefined {
		return this.#rate;
	}

	/** Holds from now on; undefined lifts the limit. */
	setRate(rate: BytesPerSecond | undefined, now: Millis): void {
		this.#refill(now);
		this.#tokens = this.#rate === undefined ? 0 : Math.min(this.#tokens, this.#capacity(rate));
		this.#rate = rate;
		for (const claim of this.#claims?.values() ?? []) claim.credit = 0;
	}

	/** How many of the bytes wanted may be moved now: they are paid for with this call. 0 .. wanted. */
	grant(now: Millis, wanted: Bytes): Bytes {
		return this.#grant(now, wanted, undefined);
	}

	/** Pays for bytes that moved already, on credit if need be: nothing is granted until the debt is paid off. */
	spend(now: Millis, bytes: Bytes): void {
		this.#take(now, bytes, undefined);
		this.#parent?.spendFor(this, now, bytes);
	}

	/** As `spend`, for a limiter below this one. */
	spendFor(claimant: RateLimiter, now: Millis, bytes: Bytes): void {
		this.#take(now, bytes, claimant);
		this.#parent?.spendFor(this, now, bytes);
	}

	/** Gives back what was granted but not used. */
	refund(bytes: Bytes): void {
		if (this.#rate !== undefined) this.#tokens = Math.min(this.#capacity(this.#rate), this.#tokens + bytes);
		this.#parent?.refund(bytes);
	}

	/**
	 * When to ask again for `wanted` bytes, or for as many as are ever granted at once when that is less:
	 * `now` when there is something already, Infinity under a limit of 0.
	 */
	nextDeadline(now: Millis, wanted: Bytes = blockLength): Millis {
		return this.#deadline(now, wanted, undefined);
	}

	#grant(now: Millis, wanted: Bytes, claimant: RateLimiter | undefined): Bytes {
		if (this.#rate === undefined) return this.#parent ? this.#parent.#grant(now, wanted, this) : wanted;
		this.#refill(now);
		const free = Math.max(0, Math.floor(this.#tokensFor(claimant)));
		if (claimant && free < wanted) this.#keepShareFor(claimant, now);
		const affordable = Math.min(wanted, free);
		if (affordable <= 0) return 0;
		const granted = this.#parent ? this.#parent.#grant(now, affordable, this) : affordable;
		this.#take(now, granted, claimant);
		return granted;
	}

	#take(now: Millis, bytes: Bytes, claimant: RateLimiter | undefined): void {
		if (this.#rate === undefined) return;
		this.#refill(now);
		this.#tokens -= bytes;
		const claim = claimant && this.#claims?.get(claimant);
		// What one had beyond its share long ago shall not keep it waiting for long.
		if (claim) claim.credit = Math.max(claim.credit - bytes, -this.#capacity(this.#rate) - 2 * blockLength);
	}

	#deadline(now: Millis, wanted: Bytes, claimant: RateLimiter | undefined): Millis {
		const above = this.#parent ? this.#parent.#deadline(now, wanted, this) : now;
		if (this.#rate === undefined) return above;
		if (this.#rate <= 0) return Infinity;
		this.#refill(now);
		const enough = Math.max(1, Math.min(wanted, this.#capacity(this.#rate) / 2));
		const missing = enough - this.#tokensFor(claimant);
		if (missing <= 0) return above;
		const claims = this.#claims;
		const others = claimant && claims ? claims.size - (claims.has(claimant) ? 1 : 0) : 0;
		return Math.max(above, now + (missing * (others + 1) * 1000) / this.#rate);
	}

	#tokensFor(claimant: RateLimiter | undefined): Bytes {
		let tokens = this.#tokens;
		if (this.#claims === undefined) return tokens;
		for (const [other, claim] of this.#claims) if (other !== claimant) tokens -= Math.max(0, claim.credit);
		return tokens;
	}

	#keepShareFor(claimant: RateLimiter, now: Millis): void {
		this.#claims ??= new Map();
		const claim = this.#claims.get(claimant);
		if (claim) claim.until = now + claimTime;
		else this.#claims.set(claimant, {credit: 0, until: now + claimTime});
	}

	#capacity(rate: BytesPerSecond | undefined): Bytes {
		return ((rate ?? 0) * burst) / 1000;
	}

	#refill(now: Millis): void {
		if (this.#at === -Infinity) this.#at = now;
		if (this.#rate === undefined || now <= this.#at) {
			this.#at = Math.max(this.#at, now);
			return;
		}
		const capacity = this.#capacity(this.#rate);
		const added = Math.min((this.#rate * (now - this.#at)) / 1000, capacity - this.#tokens);
		this.#tokens += added;
		this.#at = now;
		const claims = this.#claims;
		if (claims === undefined || claims.size === 0) return;
		for (const [claimant, claim] of claims) if (claim.until <= now) claims.delete(claimant);
		const share = 1 / claims.size;
		for (const claim of claims.values()) {
			claim.credit = Math.min(claim.credit + added * share, capacity * share);
		}
	}
}
