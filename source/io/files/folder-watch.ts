import {type FSWatcher, watch} from 'node:fs';
import type {Millis} from '../../base/units.js';

/** How long somebody waits where the system tells of no changes. */
const blindWait: Millis = 10;

/** Tells when a name comes or goes in a folder, for those who wait for one. */
export class FolderWatch {
	#watcher: FSWatcher | undefined;
	#hasChanged = false;
	#resume: () => void = () => {};

	/** @param folder need not be there */
	constructor(folder: string) {
		try {
			this.#watcher = watch(folder, () => this.wake());
			this.#watcher.on('error', () => this.close());
		} catch {
			// No such folder, or no more watches are to be had: whoever waits looks again soon.
		}
	}

	/**
	 * Resolves when something has changed since the last time, at once when it has already; after `atMost` in any case,
	 * for what no system tells of, such as the end of a process.
	 */
	async next(atMost: Millis): Promise<void> {
		if (!this.#hasChanged) {
			const limit = this.#watcher === undefined ? Math.min(atMost, blindWait) : atMost;
			await new Promise<void>(resolve => {
				const timer = setTimeout(resolve, limit);
				this.#resume = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
		this.#hasChanged = false;
	}

	/** Whoever waits looks again: something else has changed. */
	wake(): void {
		this.#hasChanged = true;
		this.#resume();
	}

	/** Lets go of it; who waits looks again. */
	close(): void {
		this.#watcher?.close();
		this.#watcher = undefined;
		this.wake();
	}
}
