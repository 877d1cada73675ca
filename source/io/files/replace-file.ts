import {mkdir, open, rename, rm, unlink} from 'node:fs/promises';
import {dirname} from 'node:path';
import {setAside} from '../state/set-aside.js';
import {syncFolder} from './sync-folder.js';

/**
 * Writes a file of the state folder so that, whenever the machine stops, either the old content is there or the new,
 * whole: to a temporary beside it, onto the disk, then renamed. Rejects with a system error, and leaves the old content
 * then. For a path that a person named see `writeNamedFile`.
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
	const folder = dirname(path);
	await mkdir(folder, {recursive: true, mode: 0o700});
	const temporary = `${path}.tmp`;
	const file = await openAnew(temporary);
	try {
		try {
			await file.writeFile(bytes);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(temporary, path);
	} catch (error) {
		// What a full disk has of it only takes up more of that.
		await rm(temporary, {force: true}).catch(() => {});
		throw error;
	}
	// The new name is safe only when the folder is on the disk too.
	await syncFolder(folder);
}

/** One that a crash left is removed first: a link or a pipe in its place must not take what is written. */
async function openAnew(path: string): ReturnType<typeof open> {
	try {
		return await open(path, 'wx', 0o600);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		// A folder in its place is somebody's, and out of the way under another name.
		await unlink(path).catch(() => void setAside(path));
		return open(path, 'wx', 0o600);
	}
}
