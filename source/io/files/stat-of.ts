import type {Stats} from 'node:fs';
import {lstat} from 'node:fs/promises';
import {diskPath} from './disk-path.js';

/** What is at a path; undefined when nothing is. */
export async function statOf(path: string): Promise<Stats | undefined> {
	try {
		return await lstat(diskPath(path));
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw error;
	}
}
