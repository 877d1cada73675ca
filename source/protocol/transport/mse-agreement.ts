import type {Rc4} from './rc4.js';

/** What two peers are agreed on when their handshake is over. */
export interface MseAgreement {
	/** The torrent that the dialling side named. 20 bytes. */
	readonly infoHash: Uint8Array;
	/** For what we say from now on; undefined when it goes in the clear. */
	readonly encrypt: Rc4 | undefined;
	readonly decrypt: MseDecryption;
	/** What came behind the handshake, as it came; its owner's to change. */
	readonly rest: Uint8Array;
}

/** Makes clear what the other side says. What goes with its handshake is encrypted even when the rest is not. */
export class MseDecryption {
	readonly #cipher: Rc4;
	#left: number;

	/** @param left how many bytes are encrypted; Infinity for all */
	constructor(cipher: Rc4, left: number) {
		this.#cipher = cipher;
		this.#left = left;
	}

	/** Nothing that is still to come is encrypted. */
	get isOver(): boolean {
		return this.#left === 0;
	}

	/** Decrypts what of `bytes[from..to)` is encrypted, where it is. */
	apply(bytes: Uint8Array, from: number, to: number): void {
		const count = Math.min(this.#left, to - from);
		this.#cipher.apply(bytes, from, from + count);
		this.#left -= count;
	}
}
