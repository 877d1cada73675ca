import {readFileSync} from 'node:fs';

/**
 * How many files and sockets a process may have open, this one when none is named; undefined where the system does not tell (only Linux does).
 * Node has raised the soft limit to the hard one by then.
 */
export function openFileLimit(pid: number | 'self' = 'self'): number | undefined {
	try {
		const found = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1'));
		return found === null ? undefined : Number(found[1]);
	} catch {
		return undefined;
	}
}
