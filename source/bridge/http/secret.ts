import {createHmac, randomBytes, timingSafeEqual} from 'node:crypto';

/** Something that only those know who may come in. What is compared with it takes the same time, however wrong it is. */
export class Secret {
	readonly #key = randomBytes(32);
	readonly #digest: Buffer;

	constructor(text: string) {
		this.#digest = this.#digestOf(text);
	}

	is(text: string): boolean {
		return timingSafeEqual(this.#digestOf(text), this.#digest);
	}

	#digestOf(text: string): Buffer {
		return createHmac('sha256', this.#key).update(text).digest();
	}
}
