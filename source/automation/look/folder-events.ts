import {type FSWatcher, watch} from 'node:fs';

/** Somebody who is told when something in a folder changes. */
export interface FolderEvents {
	close(): void;
}

/** Begins to tell `changed` of what happens directly in a folder, for as long as it is there. */
export type WatchFolder = (
	dir: string,
	changed: () => void,
	/** It tells nothing any more, or never did; with the code of the system. */
	failed: (code: string) => void,
) => FolderEvents;

/** By the system's own means; what those do not tell has to be looked for. */
export const watchFolder: WatchFolder = (dir, changed, failed) => {
	let watcher: FSWatcher | undefined;
	const fail = (error: unknown): void => {
		watcher?.close();
		failed((error as NodeJS.ErrnoException).code ?? 'unknown');
	};
	try {
		watcher = watch(dir, {persistent: false}, () => changed());
		watcher.on('error', fail);
	} catch (error) {
		fail(error);
	}
	return {close: () => watcher?.close()};
};

/** Whether the system has no more room for those who want to be told. */
export function isWatchLimit(code: string): boolean {
	return code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE';
}
