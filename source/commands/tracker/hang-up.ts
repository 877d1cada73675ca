import {closeSync, openSync} from 'node:fs';
import process from 'node:process';

/**
 * Calls `reload` at each SIGHUP, as servers do; but when the terminal that the program was started in is gone, that is
 * what the signal tells, and `ended` is called instead. Gives back how to stop listening.
 */
export function onHangUp(isOnTerminal: boolean, reload: () => void, ended: () => void): () => void {
	const listener = (): void => {
		if (isOnTerminal && !hasTerminal()) ended();
		else reload();
	};
	process.on('SIGHUP', listener);
	return () => void process.off('SIGHUP', listener);
}

function hasTerminal(): boolean {
	try {
		closeSync(openSync('/dev/tty', 'r'));
		return true;
	} catch {
		return false;
	}
}
