import {openSync, writeSync} from 'node:fs';
import {UserError} from '../base/errors.js';
import type {Log} from '../base/ports.js';
import {terminalJson, terminalLine} from '../base/terminal-text.js';

/**
 * A log that appends one JSON object a line to a file: `at` (milliseconds since 1970), `level`, `text`, `torrent`.
 * Without a file it tells nobody. `debug` lines only when `verbose`.
 */
export function openLog(path: string | undefined, verbose: boolean): Log {
	if (path === undefined) return () => {};
	let descriptor: number;
	try {
		descriptor = openSync(path, 'a', 0o600);
	} catch (error) {
		throw new UserError('log', `cannot write the log ${path}: ${(error as Error).message.split(',')[0]}`);
	}
	let broken = false;
	return (level, text, torrent) => {
		if (broken || (level === 'debug' && !verbose)) return;
		try {
			writeSync(descriptor, `${terminalJson({at: Date.now(), level, text, torrent})}\n`);
		} catch (error) {
			// A full disk ends the log, not the download; said once.
			broken = true;
			process.stderr.write(
				`tortui: ${terminalLine(`the log ${path} ends here: ${(error as Error).message}`)}\n`,
			);
		}
	};
}
