/** Connections with one server, of all torrents together. */
const mostPerServer = 4;

/** Counts the connections with web servers, so that none gets too many of ours. */
export class ServerSlots {
	readonly #held = new Map<string, number>();
	readonly #isShut: () => boolean;

	/** @param isShut whether none may be had for now */
	constructor(isShut: () => boolean = () => false) {
		this.#isShut = isShut;
	}

	/** @param server its host and port */
	mayTake(server: string): boolean {
		return !this.#isShut() && (this.#held.get(server) ?? 0) < mostPerServer;
	}

	/** Answers whether there was one. */
	take(server: string): boolean {
		if (!this.mayTake(server)) return false;
		this.#held.set(server, (this.#held.get(server) ?? 0) + 1);
		return true;
	}

	give(server: string): void {
		const held = this.#held.get(server) ?? 0;
		if (held > 1) this.#held.set(server, held - 1);
		else this.#held.delete(server);
	}
}
