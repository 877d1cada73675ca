/** Things that are done a few at a time, and told one after the other in the order in which they were begun. */
export class SomeAtOnce {
	readonly #most: number;
	readonly #going = new Set<Promise<unknown>>();
	#told: Promise<void> = Promise.resolve();
	#failure: {readonly error: unknown} | undefined;

	/** @param most how many go on at a time */
	constructor(most: number) {
		this.#most = most;
	}

	/**
	 * Begins one more, when there is room for it: resolves then.
	 *
	 * @param tell what is done with what it comes to; what that throws ends all, and is thrown by the next call
	 * @param most of how many at the most it may be one, where it takes more than others
	 */
	async begin<Value>(
		task: () => Promise<Value>,
		tell: (outcome: Promise<Value>) => Promise<void>,
		most = this.#most,
	): Promise<void> {
		while (this.#going.size >= Math.min(most, this.#most)) await Promise.race(this.#going);
		this.#throw();
		const outcome = task();
		const going = outcome.then(
			() => {},
			() => {},
		);
		this.#going.add(going);
		void going.then(() => this.#going.delete(going));
		this.#told = this.#told.then(async () => {
			if (this.#failure !== undefined) return;
			try {
				await tell(outcome);
			} catch (error) {
				this.#failure = {error};
			}
		});
	}

	/** Resolves when all were told; rejects with what the first that threw did. */
	async end(): Promise<void> {
		await this.#told;
		this.#throw();
	}

	#throw(): void {
		if (this.#failure !== undefined) throw this.#failure.error;
	}
}
