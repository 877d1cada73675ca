/** Lets so many do something at a time; the others wait for their turn, who came first goes first. */
export class Turns {
	readonly #most: number;
	readonly #waiting: Array<() => void> = [];
	#busy = 0;

	constructor(most: number) {
		this.#most = most;
	}

	async take<Value>(task: () => Promise<Value>): Promise<Value> {
		if (this.#busy >= this.#most) await new Promise<void>(resolve => this.#waiting.push(resolve));
		else this.#busy++;
		try {
			return await task();
		} finally {
			const next = this.#waiting.shift();
			if (next === undefined) this.#busy--;
			else next();
		}
	}
}
