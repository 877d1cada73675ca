import type {FileInTheWay} from '../../api/snapshot.js';
import {sizeText} from '../../base/quantity-text.js';
import type {Bytes} from '../../base/units.js';
import type {StorageFailure} from './storage.js';

/** A `StorageFailure` on its way up to where it becomes a value. */
export class StorageError extends Error {
	override readonly name = 'StorageError';
	readonly failure: StorageFailure;

	constructor(code: StorageFailure['code'], message: string, inTheWay?: FileInTheWay) {
		super(message);
		this.failure = {code, message, ...(inTheWay && {inTheWay})};
	}
}

/** What is known about room on the disk when something could not be written. */
export interface DiskSpace {
	/** Bytes that are still to be written. */
	readonly needed: Bytes;
	readonly free: Bytes | undefined;
}

/**
 * Says a system error as a person would.
 *
 * @param error what `node:fs` threw, or a `StorageError`
 * @param path the file or folder it was about
 * @param room asked only when the disk is full
 */
export function failureOf(error: unknown, path: string, room?: () => DiskSpace): StorageFailure {
	if (error instanceof StorageError) return error.failure;
	const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
	switch (code) {
		case 'ENOSPC':
			return {
				code: 'disk-full',
				message: `disk full: ${path}${roomText(room)}: free some space, then resume`,
			};
		case 'EDQUOT':
			return {code: 'disk-full', message: `disk quota used up: ${path}: free some space, then resume`};
		case 'EROFS':
			return {
				code: 'read-only',
				message: `read-only file system: ${path}: make it writable or move the torrent, then resume`,
			};
		case 'EACCES':
		case 'EPERM':
			return {
				code: 'no-permission',
				message: `no permission: ${path}: change its access rights, then resume`,
			};
		case 'EMFILE':
		case 'ENFILE':
			return {
				code: 'too-many-files',
				message: `too many open files (${path}): raise the limit with ulimit -n, then resume`,
			};
		case 'ENOENT':
			return {code: 'missing', message: `missing: ${path}: bring it back or check the torrent, then resume`};
		case 'ENOTDIR':
		case 'EEXIST':
			return {code: 'io', message: `a file is where a folder should be: ${path}: move it away, then resume`};
		case 'EISDIR':
			return {code: 'io', message: `a folder is where a file should be: ${path}: move it away, then resume`};
		case 'ELOOP':
			return {
				code: 'io',
				message: `a symbolic link is where a file should be: ${path}: remove it, then resume`,
			};
		case 'EFBIG':
			return {
				code: 'io',
				message: `file too large for its file system or for ulimit -f: ${path}: move the torrent, then resume`,
			};
		case 'ENAMETOOLONG':
			return {code: 'io', message: `name too long: ${path}: move the torrent to a shorter path, then resume`};
		default:
			return {
				code: 'io',
				message: `disk error ${code || String(error)}: ${path}: check the disk, then resume`,
			};
	}
}

function roomText(room: (() => DiskSpace) | undefined): string {
	if (!room) return '';
	const {needed, free} = room();
	return ` (needs ${sizeText(needed)}${free === undefined ? '' : `, ${sizeText(free)} free`})`;
}
