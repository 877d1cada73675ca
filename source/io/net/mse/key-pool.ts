import type {Clock, Random} from '../../../base/ports.js';
import type {Millis} from '../../../base/units.js';
import {type KeyPair, keyPair, privateKeyLength} from '../../../protocol/transport/mse-key-exchange.js';

const most = 16;
/** Making one takes 0.1 ms: they are made one at a time, so that nothing waits for it. */
const pause: Millis = 5;

/** Key pairs made ahead: dozens of connections may begin at once. Each is used once. */
export class KeyPool {
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #pairs: KeyPair[] = [];
	#isMaking = false;

	constructor(clock: Clock, random: Random) {
		this.#clock = clock;
		this.#random = random;
	}

	take(): KeyPair {
		const pair = this.#pairs.pop() ?? this.#make();
		this.#fill();
		return pair;
	}

	#fill(): void {
		if (this.#isMaking || this.#pairs.length >= most) return;
		this.#isMaking = true;
		this.#clock.after(pause, () => {
			this.#isMaking = false;
			this.#pairs.push(this.#make());
			this.#fill();
		});
	}

	#make(): KeyPair {
		return keyPair(this.#random.bytes(privateKeyLength));
	}
}
