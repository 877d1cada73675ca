import {mkdir, open, rename, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {syncFolder} from './sync-folder.js';

/**
 * Writes a file so that, whenever the machine stops, either the old content is there or the new, whole: to a temporary
 * beside it, onto the disk, then renamed. Rejects with a system error, and leaves the old content then.
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
	const folder = dirname(path);
	await mkdir(folder, {recursive: true, mode: 0o700});
	const temporary = `${path}.tmp`;
	const file = await open(temporary, 'w', 0o600);
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
