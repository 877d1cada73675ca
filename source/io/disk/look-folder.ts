import {access, constants, stat} from 'node:fs/promises';
import type {Bytes} from '../../base/units.js';
import {freeSpace} from './free-space.js';

/** A folder where data may go. */
export interface FolderLook {
	/** Whether it is there, and can be written to; absent where neither can be told. */
	readonly state?: 'writable' | 'read-only' | 'missing' | 'no-folder';
	/** Of the disk that it is on, or would be. */
	readonly free?: Bytes;
}

/** Looks at a folder where data may go, by its absolute path: whether it is there and takes data, and how much has room. */
export async function lookFolder(path: string): Promise<FolderLook> {
	const [state, free] = await Promise.all([stateOf(path), freeSpace(path)]);
	return {...(state !== undefined && {state}), ...(free !== undefined && {free})};
}

async function stateOf(path: string): Promise<FolderLook['state']> {
	try {
		if (!(await stat(path)).isDirectory()) return 'no-folder';
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		return code === 'ENOENT' ? 'missing' : code === 'ENOTDIR' ? 'no-folder' : undefined;
	}
	return access(path, constants.W_OK).then(
		() => 'writable',
		() => 'read-only',
	);
}
