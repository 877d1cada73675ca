import {lstat} from 'node:fs/promises';
import {join} from 'node:path';
import {diskPath} from './disk-path.js';

/** Whether there is anything at `name` in the folder `dir`; what cannot be looked at counts as there. */
export async function pathExists(dir: string, name: string): Promise<boolean> {
	try {
		await lstat(diskPath(join(dir, name)));
		return true;
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		return code !== 'ENOENT' && code !== 'ENOTDIR';
	}
}
