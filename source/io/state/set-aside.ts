import {lstatSync, renameSync} from 'node:fs';

/** So many of one name are kept; what comes later takes the place of the last. */
const most = 20;

/**
 * Renames a file that cannot be read to `PATH.damaged`, or `PATH.damaged-2` and so on where that is taken: nothing of
 * it is lost, and nothing that was set aside before. Answers the new path. Throws the system's error.
 */
export function setAside(path: string): string {
	let aside = `${path}.damaged`;
	for (let number = 2; number <= most && isThere(aside); number++) aside = `${path}.damaged-${number}`;
	renameSync(path, aside);
	return aside;
}

function isThere(path: string): boolean {
	return lstatSync(path, {throwIfNoEntry: false}) !== undefined;
}
