/** Does what it is given, some at a time, in order; no more than so many wait. */
export class HookQueue {
	readonly #atATime: number;
	readonly #most: number;
	readonly #waiting: Array<() => Promise<void>> = [];
	#running = 0;

	/**
	 * @param atATime how many are done at the same time
	 * @param most how many may wait
	 */
	constructor(atATime: number, most: number) {
		this.#atATime = atATime;
		this.#most = most;
	}

	/** Whether there is no place for one more. */
	get isFull(): boolean {
		return this.#waiting.length >= this.#most;
	}

	/** Resolves as the task, which never rejects, does; undefined when there is no place for it. */
	add<Value>(task: () => Promise<Value>): Promise<Value> | undefined {
		if (this.isFull) return undefined;
		return new Promise(resolve => {
			this.#waiting.push(() => task().then(resolve));
			this.#next();
		});
	}

	#next(): void {
		while (this.#running < this.#atATime) {
			const task = this.#waiting.shift();
			if (task === undefined) return;
			this.#running++;
			void task().finally(() => {
				this.#running--;
				this.#next();
			});
		}
	}
}
