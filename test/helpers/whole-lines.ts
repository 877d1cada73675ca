import {existsSync, readFileSync} from 'node:fs';

/** The lines of a file that another program may be writing: only those that are ended; none while there is no file. */
export function wholeLines(path: string): string[] {
	return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}
