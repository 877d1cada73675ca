/** Those who wait for the data of a torrent's files, in this process. Nobody waiting costs nothing. */
export class FileListeners {
	#listeners: Set<() => void> | undefined;

	/** Calls `listener` whenever more may be there, or the torrent does something else. Answers how to stop that. */
	listen(listener: () => void): () => void {
		this.#listeners ??= new Set();
		const listeners = this.#listeners;
		listeners.add(listener);
		return () => listeners.delete(listener);
	}

	/** More is there, or all is over. */
	tell(): void {
		if (this.#listeners === undefined) return;
		for (const listener of [...this.#listeners]) listener();
	}
}
