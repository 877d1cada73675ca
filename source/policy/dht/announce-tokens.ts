import type {Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** A secret is used so long, and believed so long again. */
const secretLifetime: Millis = 5 * 60_000;
const tokenLength = 8;

/**
 * Gives who asks for a torrent's peers what it must show to be stored as one of them: nobody can be announced by
 * another, nor hours later. BEP 5.
 */
export class AnnounceTokens {
	readonly #random: Random;
	readonly #hash: (bytes: Uint8Array) => Uint8Array;
	#secret: Uint8Array;
	#former: Uint8Array;
	#changeAt: Millis;

	/** @param hash a cryptographic one */
	constructor(random: Random, hash: (bytes: Uint8Array) => Uint8Array, now: Millis) {
		this.#random = random;
		this.#hash = hash;
		this.#secret = random.bytes(16);
		this.#former = random.bytes(16);
		this.#changeAt = now + secretLifetime;
	}

	#turn(now: Millis): void {
		if (now < this.#changeAt) return;
		// After a long sleep neither is to be believed.
		this.#former = now < this.#changeAt + secretLifetime ? this.#secret : this.#random.bytes(16);
		this.#secret = this.#random.bytes(16);
		this.#changeAt = now + secretLifetime;
	}

	/** @param ip the bytes of the address that asks */
	make(ip: Uint8Array, infoHash: Uint8Array, now: Millis): Uint8Array {
		this.#turn(now);
		return this.#tokenOf(this.#secret, ip, infoHash);
	}

	/** Whether a token is one of ours, for this address and torrent, and not too old. */
	isGood(token: Uint8Array, ip: Uint8Array, infoHash: Uint8Array, now: Millis): boolean {
		this.#turn(now);
		return [this.#secret, this.#former].some(secret => same(token, this.#tokenOf(secret, ip, infoHash)));
	}

	#tokenOf(secret: Uint8Array, ip: Uint8Array, infoHash: Uint8Array): Uint8Array {
		const bytes = new Uint8Array(secret.length + ip.length + infoHash.length);
		bytes.set(secret);
		bytes.set(ip, secret.length);
		bytes.set(infoHash, secret.length + ip.length);
		return this.#hash(bytes).slice(0, tokenLength);
	}
}

function same(a: Uint8Array, b: Uint8Array): boolean {
	let difference = a.length ^ b.length;
	for (let at = 0; at < b.length; at++) difference |= (a[at] ?? 0) ^ b[at]!;
	return difference === 0;
}
