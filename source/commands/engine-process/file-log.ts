import {
	closeSync,
	constants,
	existsSync,
	fstatSync,
	openSync,
	realpathSync,
	renameSync,
	rmSync,
	type Stats,
} from 'node:fs';
import {basename, dirname} from 'node:path';
import process from 'node:process';
import {isatty} from 'node:tty';
import {UserError} from '../../base/errors.js';
import {type Log, type LogLevel, levelRanks as ranks} from '../../base/ports.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import type {Bytes, Millis} from '../../base/units.js';
import {irregular} from '../../io/files/regular-file.js';
import {takeLock} from '../../io/state/process-lock.js';
import {writeAll} from '../output/standard-output.js';

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

/** What is told, as it is written. */
export interface LogLine {
	/** Since 1970. */
	readonly at: Millis;
	readonly level: LogLevel;
	readonly text: string;
	/** The id of the torrent it is about. */
	readonly torrent?: string | undefined;
	/** What that is called. */
	readonly name?: string | undefined;
}

/** A log, and how to let go of it. */
export interface OpenLog extends Log {
	/** Others may write it then; nothing more is told. Harmless when done twice. */
	close(): void;
}

/** How a log is written. */
export interface LogSettings {
	/** Nobody is told when left out. */
	readonly log?: string | undefined;
	readonly verbose: boolean;
	/** The least of what is told; `verbose` tells all. */
	readonly logLevel?: LogLevel | undefined;
	/** When it has grown to this another one is begun; null for never. */
	readonly logSize?: Bytes | null | undefined;
	/** So many older ones are kept beside it: `FILE.1` is the newest. */
	readonly logFiles?: number | undefined;
	/** What stands on its line, when it is not to be a JSON object. */
	readonly words?: ((line: LogLine) => string) | undefined;
	/** Replaced in tests. */
	readonly write?: ((descriptor: number, bytes: Uint8Array) => number) | undefined;
}

const usualSize: Bytes = 10_485_760;
const usualFiles = 5;
/** A disk that was full is tried again after so long. */
const tryAgain: Millis = 60_000;

/**
 * A log that appends one JSON object a line to a file: `at` (milliseconds since 1970), `level`, `text`, and of the
 * torrent it is about its id, `torrent`, and its `name`. What a slow reader of a pipe does not take in time it misses:
 * the engine waits for nobody. While the disk is full nothing is told, and how much that was is told after it.
 *
 * @throws {UserError} when it cannot be opened; `log-taken` when another process writes it
 */
export function openLog(settings: LogSettings): OpenLog {
	const {log: path, verbose, logLevel = 'info', logSize, logFiles, words, write} = settings;
	if (path === undefined) return Object.assign(() => {}, {close() {}});
	const from = ranks[verbose ? 'debug' : logLevel];
	const file = new LogFile(
		path,
		logSize === undefined ? usualSize : (logSize ?? Infinity),
		logFiles ?? usualFiles,
		words ?? terminalJson,
		write,
	);
	const log: Log = (level, text, torrent, name) => {
		if (ranks[level] >= from) file.write({at: Date.now(), level, text, torrent, name});
	};
	return Object.assign(log, {close: () => file.close()});
}

/** A file that is a log, and those before it. */
class LogFile {
	readonly #path: string;
	readonly #most: Bytes;
	readonly #kept: number;
	readonly #words: (line: LogLine) => string;
	readonly #write: LogSettings['write'];
	#descriptor: number;
	/** Not a number where it is no file, or others would be in the way: it is never followed by another. */
	#size: Bytes;
	/** When writing failed, and how much was not told since. */
	#failed: {at: Millis; lines: number} | undefined;
	#said = false;
	#isClosed = false;
	#letGo: (() => void) | undefined;

	constructor(
		path: string,
		most: Bytes,
		kept: number,
		words: (line: LogLine) => string,
		write: LogSettings['write'],
	) {
		this.#words = words;
		this.#write = write;
		this.#path = path;
		this.#most = most;
		this.#kept = kept;
		this.#descriptor = openNamedLog(path);
		try {
			this.#size = this.#claim() ? fstatSync(this.#descriptor).size : Number.NaN;
		} catch (error) {
			closeSync(this.#descriptor);
			throw error;
		}
	}

	/** Answers whether it is a file that can be followed by another, with nobody else writing it. */
	#claim(): boolean {
		if (handed.test(this.#path) || this.#path.startsWith('/dev/')) return false;
		if (!fstatSync(this.#descriptor).isFile()) return false;
		let lock: ReturnType<typeof takeLock>;
		try {
			lock = takeLock(realpathSync(dirname(this.#path)), basename(this.#path));
		} catch {
			// Nothing may be written beside it.
			return false;
		}
		if ('release' in lock) {
			const letGo = () => lock.release();
			this.#letGo = letGo;
			process.once('exit', letGo);
			return true;
		}
		if (lock.pid === process.pid) return false;
		throw new UserError(
			'log-taken',
			`cannot write the log ${this.#path}: process ${lock.pid} writes it; name another file with --log`,
		);
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		if (this.#letGo !== undefined) process.off('exit', this.#letGo);
		this.#letGo?.();
		// Of what it was handed others may have use.
		if (this.#descriptor > 2) closeSync(this.#descriptor);
	}

	write(line: LogLine): void {
		if (this.#isClosed) return;
		if (this.#failed !== undefined && line.at - this.#failed.at < tryAgain && line.at >= this.#failed.at) {
			this.#failed.lines++;
			return;
		}
		const text = `${this.#words(line)}\n`;
		try {
			if (this.#size + Buffer.byteLength(text) > this.#most && this.#size > 0) this.#follow();
			this.#recover(line.at);
			this.#append(text);
		} catch (error) {
			this.#fail(error as NodeJS.ErrnoException, line.at);
		}
	}

	#append(text: string): void {
		const bytes = Buffer.from(text);
		// Of what a disk that is filling up took a part of only asking for the rest tells.
		writeAll(this.#descriptor, bytes, this.#write);
		this.#size += bytes.length;
	}

	/** Says how much is missing, on a line of its own whatever was cut off before. */
	#recover(at: Millis): void {
		if (this.#failed === undefined) return;
		const {lines} = this.#failed;
		const text = `${lines} ${lines === 1 ? 'line is' : 'lines are'} missing before this: they could not be written`;
		this.#append(`\n${this.#words({at, level: 'warn', text})}\n`);
		this.#failed = undefined;
	}

	#fail({code, message}: NodeJS.ErrnoException, at: Millis): void {
		if (code === 'EAGAIN') return;
		this.#failed = {at, lines: (this.#failed?.lines ?? 0) + 1};
		if (this.#said) return;
		// The engine goes on; said once.
		this.#said = true;
		process.stderr.write(`tortui: ${terminalLine(`the log ${this.#path} cannot be written: ${message}`)}\n`);
	}

	/** Begins another, and keeps the newest of those before it. Where that cannot be, this one grows on. */
	#follow(): void {
		const name = (number: number) => (number === 0 ? this.#path : `${this.#path}.${number}`);
		try {
			rmSync(name(this.#kept), {force: true});
			for (let number = this.#kept; number > 0; number--)
				if (existsSync(name(number - 1))) renameSync(name(number - 1), name(number));
			const next = openNamedLog(this.#path);
			closeSync(this.#descriptor);
			this.#descriptor = next;
			this.#size = fstatSync(next).size;
		} catch {
			this.#size = Number.NaN;
		}
	}
}
