import {closeSync, constants, fstatSync, openSync, type Stats, writeSync} from 'node:fs';
import {isatty} from 'node:tty';
import {UserError} from '../../base/errors.js';
import type {Log} from '../../base/ports.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {irregular} from '../../io/files/regular-file.js';

const {O_APPEND, O_CREAT, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDWR, O_WRONLY} = constants;
/** What a process was handed is no file to be opened: as it stands there, a line a time, it is written to. */
const handed = /^\/(?:dev|proc\/self)\/fd\/(\d{1,4})$/;

function refused(path: string, why: string): UserError {
	return new UserError('log', `cannot write the log ${path}: ${why}`);
}

/** A link could lead to any file of this user's, and waiting for somebody to read a pipe would be for ever. */
function open(path: string, flags: number, isFine: (stats: Stats) => boolean): number {
	let descriptor: number;
	try {
		descriptor = openSync(path, flags | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0o600);
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		if (code === 'ELOOP') throw refused(path, 'it is a link; name the file itself');
		if (code === 'ENXIO') throw refused(path, 'it is a pipe that nobody reads, or a socket');
		throw refused(path, message.split(',')[0]!);
	}
	const stats = fstatSync(descriptor);
	if (isFine(stats)) return descriptor;
	closeSync(descriptor);
	throw refused(path, `it is ${irregular(stats) ?? 'linked to from elsewhere, too'}; move it away`);
}

/** Opens the engine's own log in its state folder, for reading and appending: a regular file, under one name only. */
export function openEngineLog(path: string): number {
	return open(path, O_RDWR, stats => stats.isFile() && stats.nlink === 1);
}

/** A log that a person names may also be a pipe that somebody reads, a terminal, or what the process was handed. */
function openNamedLog(path: string): number {
	if (path === '/dev/stdout') return unwaiting(path, 1);
	if (path === '/dev/stderr') return unwaiting(path, 2);
	const number = handed.exec(path)?.[1];
	if (number === undefined) {
		return open(path, O_WRONLY, stats => stats.isFile() || stats.isFIFO() || stats.isCharacterDevice());
	}
	return unwaiting(path, Number(number));
}

/**
 * A pipe or a terminal that the process was handed, opened anew where the system can do that: whoever reads it may stop,
 * and the one it was handed is others' too, who may wait for them.
 */
function unwaiting(path: string, descriptor: number): number {
	let stats: Stats;
	try {
		stats = fstatSync(descriptor);
	} catch {
		throw refused(path, 'it is not open');
	}
	if (!stats.isFIFO() && !isatty(descriptor)) return descriptor;
	try {
		return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
	} catch {
		// Another user's, or another system.
		return descriptor;
	}
}

/**
 * A log that appends one JSON object a line to a file: `at` (milliseconds since 1970), `level`, `text`, and of the
 * torrent it is about its id, `torrent`, and its `name`.
 * Without a file it tells nobody. `debug` lines only when `verbose`. What a slow reader of a pipe does not take in time
 * it misses: the engine waits for nobody.
 */
export function openLog(path: string | undefined, verbose: boolean): Log {
	if (path === undefined) return () => {};
	const descriptor = openNamedLog(path);
	let broken = false;
	return (level, text, torrent, name) => {
		if (broken || (level === 'debug' && !verbose)) return;
		try {
			writeSync(descriptor, `${terminalJson({at: Date.now(), level, text, torrent, name})}\n`);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
			// A full disk ends the log, not the download; said once.
			broken = true;
			process.stderr.write(
				`tortui: ${terminalLine(`the log ${path} ends here: ${(error as Error).message}`)}\n`,
			);
		}
	};
}
