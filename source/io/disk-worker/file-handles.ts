import {closeSync} from 'node:fs';
import {LastFolder} from '../files/last-folder.js';

/** A file that is open, in one thread. */
export interface Handle {
	readonly descriptor: number;
	/** When the file was last seen to be still in its folder, in the monotonic milliseconds of `performance.now`. */
	seen: number;
	/** Closed meanwhile, to make room. */
	closed: boolean;
	used: number;
}

/** The files a disk worker holds open, at most so many: the one used longest ago makes room. */
export class FileHandles {
	/** The folder on the way to the last file that was opened for writing. */
	readonly folders = new LastFolder();
	readonly #limit: number;
	readonly #open = new Set<Handle>();
	#turn = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	/** Takes in a file just opened. */
	add(descriptor: number): Handle {
		const handle = {
			descriptor,
			seen: performance.now(),
			closed: false,
			used: ++this.#turn,
		};
		this.#open.add(handle);
		return handle;
	}

	/** Makes room for one more. */
	makeRoom(): void {
		while (this.#open.size >= this.#limit) {
			let oldest: Handle | undefined;
			for (const handle of this.#open) if (!oldest || handle.used < oldest.used) oldest = handle;
			this.close(oldest!);
		}
	}

	touch(handle: Handle): void {
		handle.used = ++this.#turn;
	}

	close(handle: Handle): void {
		if (handle.closed) return;
		handle.closed = true;
		this.#open.delete(handle);
		closeSync(handle.descriptor);
	}
}
