/** Those who wait for the data of a torrent's files, in this process. Nobody waiting costs nothing. */
export class FileListeners {
	readonly #listeners = new Set<() => void>();

	/** Calls `listener` whenever more may be there, or the torrent does something else. Answers how to stop that. */
	listen(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** More is there, or all is over. */
	tell(): void {
		if (this.#listeners.size === 0) return;
		for (const listener of [...this.#listeners]) listener();
	}
}
