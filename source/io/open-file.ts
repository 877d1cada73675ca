import {
	closeSync,
	constants,
	fstatSync,
	ftruncateSync,
	lstatSync,
	mkdirSync,
	openSync,
	realpathSync,
} from 'node:fs';
import {dirname, join, sep} from 'node:path';
import type {Bytes} from '../base/units.js';
import {StorageError} from './storage-failure.js';

export interface WriteOptions {
	/** Without it, a file that is not there is `ENOENT`. */
	readonly create: boolean;
	readonly executable: boolean;
	/** A longer file is cut to this. */
	readonly length: Bytes;
}

/**
 * Opens a file of a torrent for reading and writing; makes its folders when it may create it. Never writes through a
 * symbolic link that leads out of `root`, in whichever element of the path it hides.
 *
 * @param relative below `root`, `/` between elements
 * @returns a file descriptor
 * @throws {StorageError} for symbolic links, system errors otherwise
 */
export function openForWriting(root: string, relative: string, options: WriteOptions): number {
	const elements = relative.split('/');
	elements.pop();
	guardFolders(root, elements, options.create);
	const descriptor = openSync(
		join(root, relative),
		constants.O_RDWR | constants.O_NOFOLLOW | (options.create ? constants.O_CREAT : 0),
		options.executable ? 0o777 : 0o666,
	);
	try {
		if (fstatSync(descriptor).size > options.length) ftruncateSync(descriptor, options.length);
	} catch (error) {
		closeSync(descriptor);
		throw error;
	}

	return descriptor;
}

/**
 * Sees that every folder on the way is a folder, or a symbolic link that stays below `root`; makes the missing ones
 * when asked to.
 */
export function guardFolders(root: string, elements: readonly string[], create: boolean): void {
	if (create) makeFolder(root);
	let folder = root;
	for (const element of elements) {
		folder = join(folder, element);
		let stats = lstatSync(folder, {throwIfNoEntry: false});
		if (!stats && create) {
			makeFolder(folder);
			stats = lstatSync(folder);
		}

		if (!stats?.isSymbolicLink()) continue;
		const real = realpathSync(folder);
		const realRoot = realpathSync(root);
		if (real !== realRoot && !real.startsWith(realRoot === sep ? sep : realRoot + sep)) {
			throw new StorageError(
				'io',
				`a symbolic link leads out of the download folder: ${folder}: remove it, then resume`,
			);
		}
	}
}

/** Makes a folder and those above it. Node's own recursive way tells ENOENT whatever the reason is. */
function makeFolder(path: string): void {
	try {
		mkdirSync(path);
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'EEXIST') return;
		if (code !== 'ENOENT' || dirname(path) === path) throw error;
		makeFolder(dirname(path));
		mkdirSync(path);
	}
}
