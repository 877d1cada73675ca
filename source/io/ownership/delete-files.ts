import {dirname, join} from 'node:path';
import type {StorageFailure} from '../disk/storage.js';
import {failureOf, StorageError} from '../disk/storage-failure.js';
import {removeBelow, removeFolderBelow} from '../files/held-folder.js';
import {nextTurn} from '../machine/next-turn.js';

/** So many are deleted before others have a turn. */
const atATime = 200;

/**
 * Deletes files below `root`, and the folders below it that are empty then. What is not there is passed over; nothing
 * beyond a symbolic link that leads out of `root` is touched. Goes on after a failure and tells the first one.
 *
 * @param paths below `root`, `/` between elements
 */
export async function deleteFiles(
	root: string,
	paths: readonly string[],
): Promise<StorageFailure | undefined> {
	let failure: StorageFailure | undefined;
	for (const [n, path] of paths.entries()) {
		if (n % atATime === atATime - 1) await nextTurn();
		try {
			removeBelow(root, path);
		} catch (error) {
			if (!isNothing(error)) failure ??= failureOf(error, join(root, path));
		}
	}
	return failure ?? (await removeEmptyFolders(root, new Set(paths.map(path => dirname(path)))));
}

/** Nothing is there, or only by a link that leads out. */
function isNothing(error: unknown): boolean {
	const {code} = error as NodeJS.ErrnoException;
	return error instanceof StorageError || code === 'ENOENT' || code === 'ENOTDIR';
}

/** Removes those of `folders` below `root`, and the ones above them, that are empty. */
export async function removeEmptyFolders(
	root: string,
	folders: Iterable<string>,
): Promise<StorageFailure | undefined> {
	let failure: StorageFailure | undefined;
	const all = new Set<string>();
	for (const folder of folders) {
		for (let at = folder; at !== '.' && at !== '/'; at = dirname(at)) all.add(at);
	}
	// The deepest first.
	const deepest = [...all].sort((a, b) => b.split('/').length - a.split('/').length);
	for (const [n, folder] of deepest.entries()) {
		if (n % atATime === atATime - 1) await nextTurn();
		try {
			removeFolderBelow(root, folder);
		} catch (error) {
			// Somebody else keeps things in it, it is gone, or it is a link: all are left as they are.
			const {code = ''} = error as NodeJS.ErrnoException;
			if (!isNothing(error) && code !== 'ENOTEMPTY' && code !== 'EEXIST') {
				failure ??= failureOf(error, join(root, folder));
			}
		}
	}
	return failure;
}
