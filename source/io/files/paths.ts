import {isAbsolute} from 'node:path';
import {UserError} from '../../base/errors.js';

/** Paths in the words of the machine's file system, for those who do not touch it themselves. */
export {join, resolve} from 'node:path';

/**
 * Refuses a folder whose path is not absolute, or that no system can have.
 *
 * @throws {UserError} `relative-dir` or `bad-dir`
 */
export function requireAbsolute(dir: string): void {
	if (!isAbsolute(dir))
		throw new UserError('relative-dir', `the folder ${dir} is not absolute: write it in full`, 2);
	if (dir.includes('\0')) throw new UserError('bad-dir', 'no folder has a NUL in its name', 2);
}
