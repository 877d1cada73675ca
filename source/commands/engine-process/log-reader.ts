import {closeSync, constants, fstatSync, openSync, readSync, statSync} from 'node:fs';
import type {LogView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {levelRanks} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Bytes} from '../../base/units.js';

const chunk: Bytes = 65_536;
/** A line that is longer is no line of a log. */
const longestLine: Bytes = 262_144;
const {O_RDONLY, O_NONBLOCK} = constants;

/** Reads a line of a log file; undefined when it is none. */
export function readLogLine(text: string): LogView | undefined {
	try {
		const {at, level, text: said, torrent, name} = JSON.parse(text);
		if (!Number.isFinite(at) || Math.abs(at) > 8e15 || !Object.hasOwn(levelRanks, level)) return undefined;
		if (typeof said !== 'string') return undefined;
		return {
			at,
			level,
			text: safeText(said),
			...(typeof torrent === 'string' && {torrent: safeText(torrent)}),
			...(typeof name === 'string' && {name: safeText(name)}),
		};
	} catch {
		return undefined;
	}
}

function open(path: string): number {
	try {
		const descriptor = openSync(path, O_RDONLY | O_NONBLOCK);
		if (fstatSync(descriptor).isFile()) return descriptor;
		closeSync(descriptor);
	} catch (error) {
		throw new UserError('log', `cannot read the log ${path}: ${(error as Error).message.split(',')[0]}`);
	}
	throw new UserError('log', `cannot read the log ${path}: it is no file`);
}

/** A log file that is read, and followed when another takes its place. */
export class LogReader {
	readonly #path: string;
	#descriptor: number;
	#at: Bytes;
	/** The beginning of a line whose end has not come. */
	#rest = Buffer.alloc(0);

	/** @throws {UserError} when it cannot be read */
	constructor(path: string) {
		this.#path = path;
		this.#descriptor = open(path);
		this.#at = fstatSync(this.#descriptor).size;
	}

	/**
	 * The newest lines that fit, oldest first; those of files that were put aside before it when there are not enough in it.
	 * What comes later is for `more`.
	 */
	newest(count: number, fits: (line: LogView) => boolean): LogView[] {
		if (count === 0) return [];
		const found: LogView[] = this.#last(this.#descriptor, this.#at, count, fits, true);
		for (let number = 1; found.length < count; number++) {
			let older: number;
			try {
				older = open(`${this.#path}.${number}`);
			} catch {
				break;
			}
			found.unshift(...this.#last(older, fstatSync(older).size, count - found.length, fits, false));
			closeSync(older);
		}
		return found;
	}

	/** From the end of a file to its beginning, as far as needed. */
	#last(
		descriptor: number,
		end: Bytes,
		count: number,
		fits: (line: LogView) => boolean,
		keepsRest: boolean,
	): LogView[] {
		const found: LogView[] = [];
		let tail = Buffer.alloc(0);
		let isNewest = true;
		const take = (line: Buffer) => {
			const read = found.length < count ? readLogLine(line.toString('utf8')) : undefined;
			if (read !== undefined && fits(read)) found.push(read);
		};
		for (let at = end; at > 0 && found.length < count; ) {
			const from = Math.max(0, at - chunk);
			const bytes = Buffer.alloc(at - from);
			readSync(descriptor, bytes, 0, bytes.length, from);
			at = from;
			let lines = Buffer.concat([bytes, tail]);
			for (let end = lines.lastIndexOf(10); end >= 0; end = lines.lastIndexOf(10)) {
				const line = lines.subarray(end + 1);
				// What ends in no line is one that is being written.
				if (isNewest && keepsRest) this.#rest = Buffer.from(line);
				else take(line);
				isNewest = false;
				lines = lines.subarray(0, end);
			}
			tail = lines.length > longestLine ? Buffer.alloc(0) : Buffer.from(lines);
			if (at === 0) take(tail);
		}
		return found.reverse();
	}

	/** What was written since; of the file that has taken its place too. */
	more(): LogView[] {
		const found = this.#rise();
		try {
			const {ino, dev} = statSync(this.#path);
			const mine = fstatSync(this.#descriptor);
			if (ino === mine.ino && dev === mine.dev) return found;
			const next = open(this.#path);
			// Between the first look and the change more may have come.
			found.push(...this.#rise());
			closeSync(this.#descriptor);
			this.#descriptor = next;
			this.#at = 0;
			this.#rest = Buffer.alloc(0);
			found.push(...this.#rise());
		} catch {
			// It is being replaced, or is gone: it may come back.
		}
		return found;
	}

	#rise(): LogView[] {
		const found: LogView[] = [];
		const {size} = fstatSync(this.#descriptor);
		// It was emptied.
		if (size < this.#at) {
			this.#at = 0;
			this.#rest = Buffer.alloc(0);
		}
		for (;;) {
			const bytes = Buffer.alloc(chunk);
			const length = readSync(this.#descriptor, bytes, 0, chunk, this.#at);
			if (length === 0) return found;
			this.#at += length;
			let all = Buffer.concat([this.#rest, bytes.subarray(0, length)]);
			for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10)) {
				const line = readLogLine(all.subarray(0, end).toString('utf8'));
				if (line !== undefined) found.push(line);
				all = all.subarray(end + 1);
			}
			this.#rest = all.length > longestLine ? Buffer.alloc(0) : Buffer.from(all);
		}
	}

	close(): void {
		closeSync(this.#descriptor);
	}
}
