import {closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync} from 'node:fs';
import {type FileHandle, open, stat} from 'node:fs/promises';
import type {Bytes} from '../../base/units.js';

/**
 * Opening never waits: not for somebody at the other end of a pipe, nor for a device. What waits in a thread of the
 * system's pool keeps it from everything else that needs one: name look-ups, saves.
 */
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
/** What is read at a time from a file that does not say how long it is, as those below /proc. */
const usualChunk: Bytes = 65_536;

/** Why a file was not read; `code` is that of the system, or one of ours. */
export class UnreadableFile extends Error {
	override readonly name = 'UnreadableFile';
	/** `ENOENT` and the like; `not-regular` for folders, pipes and devices, `too-large` beyond the limit. */
	readonly code: string;
	/** What it is, in words with an article, when it is no regular file. */
	readonly kind: string | undefined;

	constructor(code: string, message: string, kind?: string) {
		super(message);
		this.code = code;
		this.kind = kind;
	}
}

/** What something that is no regular file is, with an article; undefined for regular files. */
export function irregular(stats: Stats): string | undefined {
	if (stats.isFile()) return undefined;
	if (stats.isDirectory()) return 'a folder';
	if (stats.isFIFO()) return 'a pipe';
	if (stats.isSocket()) return 'a socket';
	if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'a device';
	return 'no file';
}

function requireRegular(path: string, stats: Stats, limit: Bytes): void {
	const kind = irregular(stats);
	if (kind !== undefined) throw new UnreadableFile('not-regular', `${path} is ${kind}, not a file`, kind);
	if (stats.size > limit) throw tooLarge(path, limit);
}

function tooLarge(path: string, limit: Bytes): UnreadableFile {
	return new UnreadableFile('too-large', `${path} is larger than ${limit} bytes`);
}

/** A system error as ours: one clause, the path in it. */
function unreadable(path: string, error: unknown): UnreadableFile {
	if (error instanceof UnreadableFile) return error;
	const {code = 'unknown'} = error as NodeJS.ErrnoException;
	return new UnreadableFile(
		code,
		code === 'ENOENT' ? `no such file: ${path}` : `cannot read ${path} (${code})`,
	);
}

/** Bytes of a file as they come, and the end of it: never more than the limit are kept. */
class Gathering {
	readonly #path: string;
	readonly #limit: Bytes;
	#bytes: Uint8Array;
	#length = 0;

	constructor(path: string, size: Bytes, limit: Bytes) {
		this.#path = path;
		this.#limit = limit;
		// One byte more tells the end without a larger buffer.
		this.#bytes = new Uint8Array(Math.min(limit, size === 0 ? usualChunk : size) + 1);
	}

	/** Where the next bytes go. */
	get room(): Uint8Array {
		if (this.#length === this.#bytes.length) {
			const larger = new Uint8Array(Math.min(2 * this.#length, this.#limit + 1));
			larger.set(this.#bytes);
			this.#bytes = larger;
		}
		return this.#bytes.subarray(this.#length);
	}

	took(count: number): void {
		this.#length += count;
		if (this.#length > this.#limit) throw tooLarge(this.#path, this.#limit);
	}

	get whole(): Uint8Array {
		// Where nothing but the byte for the end is left over a copy would only take its time.
		const isFull = this.#length >= this.#bytes.length - 1;
		return isFull ? this.#bytes.subarray(0, this.#length) : this.#bytes.slice(0, this.#length);
	}
}

/**
 * The whole of a regular file, links followed. Neither a pipe, a device nor a file without end holds it up, and no
 * more than `limit` bytes are ever in memory. Rejects with an `UnreadableFile`.
 */
export async function readRegularFile(path: string, limit: Bytes): Promise<Uint8Array> {
	let file: FileHandle | undefined;
	try {
		// ViewSource at before it is opened, for some devices do something when they are; and after, for it may be another.
		requireRegular(path, await stat(path), limit);
		file = await open(path, flags);
		const stats = await file.stat();
		requireRegular(path, stats, limit);
		const gathering = new Gathering(path, stats.size, limit);
		for (;;) {
			const {bytesRead} = await file.read(gathering.room);
			if (bytesRead === 0) return gathering.whole;
			gathering.took(bytesRead);
		}
	} catch (error) {
		throw unreadable(path, error);
	} finally {
		await file?.close().catch(() => {});
	}
}

/** As `readRegularFile`, at once: for what a process reads before it does anything else. */
export function readRegularFileNow(path: string, limit: Bytes): Uint8Array {
	let file: number | undefined;
	try {
		requireRegular(path, statSync(path), limit);
		file = openSync(path, flags);
		const stats = fstatSync(file);
		requireRegular(path, stats, limit);
		const gathering = new Gathering(path, stats.size, limit);
		for (;;) {
			const count = readSync(file, gathering.room);
			if (count === 0) return gathering.whole;
			gathering.took(count);
		}
	} catch (error) {
		throw unreadable(path, error);
	} finally {
		if (file !== undefined) closeSync(file);
	}
}
