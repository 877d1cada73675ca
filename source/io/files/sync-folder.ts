import {open} from 'node:fs/promises';

interface Sync {
	readonly done: Promise<void>;
	/** One that begins when this one is over: names that came since it began are not sure to be in it. */
	next: Promise<void> | undefined;
}

/** By folder, while one is going on. */
const going = new Map<string, Sync>();

/**
 * Resolves when the names in a folder are on the disk as they are now. Any number of callers at a time cost two
 * syncs, for the one that waits is for all. Rejects with the system's error.
 */
export function syncFolder(folder: string): Promise<void> {
	const current = going.get(folder);
	if (current === undefined) return begin(folder);
	current.next ??= current.done.then(
		() => begin(folder),
		() => begin(folder),
	);
	return current.next;
}

function begin(folder: string): Promise<void> {
	const sync: Sync = {done: syncNow(folder), next: undefined};
	going.set(folder, sync);
	const over = (): void => {
		if (going.get(folder) === sync && sync.next === undefined) going.delete(folder);
	};
	void sync.done.then(over, over);
	return sync.done;
}

async function syncNow(folder: string): Promise<void> {
	const handle = await open(folder);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
