import {isAbsolute} from 'node:path';
import {UserError} from '../../base/errors.js';

/** Paths in the words of the machine's file system, for those who do not touch it themselves. */
export {join, resolve} from 'node:path';

/**
 * Refuses a folder whose path is not absolute.
 *
 * @throws {UserError} `relative-dir`
 */
export function requireAbsolute(dir: string): void {
	if (!isAbsolute(dir))
		throw new UserError('relative-dir', `the folder ${dir} is not absolute: write it in full`, 2);
}
