import {rmdir, unlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {diskPath} from './disk-path.js';
import {guardFolders} from './open-file.js';
import type {StorageFailure} from './storage.js';
import {failureOf} from './storage-failure.js';

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
	/** Whether a folder may be entered. */
	const folders = new Map<string, boolean>();
	for (const path of paths) {
		const folder = dirname(path);
		let ours = folders.get(folder);
		if (ours === undefined) {
			ours = isBelow(root, folder);
			folders.set(folder, ours);
		}
		if (!ours) continue;
		try {
			await unlink(diskPath(join(root, path)));
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR') failure ??= failureOf(error, join(root, path));
		}
	}
	const left = [...folders].flatMap(([folder, ours]) => (ours ? [folder] : []));
	return failure ?? (await removeEmptyFolders(root, left));
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
	for (const folder of [...all].sort((a, b) => b.split('/').length - a.split('/').length)) {
		try {
			await rmdir(diskPath(join(root, folder)));
		} catch (error) {
			// Somebody else keeps things in it, it is gone, or it is a link: all are left as they are.
			const {code = ''} = error as NodeJS.ErrnoException;
			if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(code)) {
				failure ??= failureOf(error, join(root, folder));
			}
		}
	}
	return failure;
}

function isBelow(root: string, folder: string): boolean {
	try {
		guardFolders(root, folder === '.' ? [] : folder.split('/'), false);
		return true;
	} catch {
		return false;
	}
}
