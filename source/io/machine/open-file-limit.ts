import {readFileSync} from 'node:fs';

/**
 * How many files and sockets this process may have open; undefined where the system does not tell (only Linux does).
 * Node has raised the soft limit to the hard one by then.
 */
export function openFileLimit(): number | undefined {
	try {
		const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
		return found === null ? undefined : Number(found[1]);
	} catch {
		return undefined;
	}
}
