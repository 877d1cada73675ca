import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import type {Bytes} from '../base/units.js';
import {readRegularFile} from '../io/files/regular-file.js';
import {replaceFile} from '../io/files/replace-file.js';
import {setAside} from '../io/state/set-aside.js';

const ceiling: Bytes = 268_435_456;
/** So many lines more than things are kept before it is written anew. */
const mostWaste = 1000;
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Things by their keys in a file of lines, one JSON array `[key, value]` a line, the last of a key holds, null takes it
 * out. A change costs one line, however much is kept; a line that a crash cut short is as if it had not been written.
 */
export class Journal<Value> {
	readonly #path: string;
	readonly #read: (value: unknown) => Value | undefined;
	readonly #failed: (why: string) => void;
	readonly #values = new Map<string, Value>();
	#lines = 0;
	#file: FileHandle | undefined;
	#writing: Promise<void> = Promise.resolve();
	#isBroken = false;

	/**
	 * @param read takes a value that was written, undefined for what is none
	 * @param failed told, once, why nothing more is kept
	 */
	constructor(path: string, read: (value: unknown) => Value | undefined, failed: (why: string) => void) {
		this.#path = path;
		this.#read = read;
		this.#failed = failed;
	}

	/** Takes up what was kept. What cannot be read is set aside, and nothing is known then. */
	async open(): Promise<void> {
		let text = '';
		try {
			text = Buffer.from(await readRegularFile(this.#path, ceiling)).toString('utf8');
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#setAside();
		}
		const lines = text.split('\n');
		for (const line of lines) this.#take(line);
		const isTorn = text !== '' && !text.endsWith('\n');
		if (!isTorn && this.#lines <= this.#values.size + mostWaste) return;
		try {
			await this.#rewrite();
		} catch (error) {
			this.#break(error);
		}
	}

	#setAside(): void {
		try {
			setAside(this.#path);
		} catch {
			this.#isBroken = true;
			this.#failed(`${this.#path} can neither be read nor moved away`);
		}
	}

	#take(line: string): void {
		if (line === '') return;
		this.#lines++;
		try {
			const [key, written] = JSON.parse(line) as [unknown, unknown];
			if (typeof key !== 'string') return;
			const value = written === null ? undefined : this.#read(written);
			if (value === undefined) this.#values.delete(key);
			else this.#values.set(key, value);
		} catch {
			// Cut short, or damaged: what it said is not known.
		}
	}

	get(key: string): Value | undefined {
		return this.#values.get(key);
	}

	get entries(): ReadonlyMap<string, Value> {
		return this.#values;
	}

	/** Keeps values, or takes out what is undefined. Resolves when a kill cannot undo it any more. */
	put(changes: ReadonlyArray<readonly [key: string, value: Value | undefined]>): Promise<void> {
		for (const [key, value] of changes) {
			if (value === undefined) this.#values.delete(key);
			else this.#values.set(key, value);
		}
		const text = changes.map(([key, value]) => `${JSON.stringify([key, value ?? null])}\n`).join('');
		const written = this.#writing.then(() => this.#append(text, changes.length));
		this.#writing = written;
		return written;
	}

	async #append(text: string, lines: number): Promise<void> {
		if (this.#isBroken || lines === 0) return;
		try {
			if (this.#lines + lines > 2 * this.#values.size + mostWaste) return await this.#rewrite();
			this.#file ??= await open(this.#path, flags, 0o600);
			await this.#file.appendFile(text);
			this.#lines += lines;
		} catch (error) {
			this.#break(error);
		}
	}

	#break(error: unknown): void {
		this.#isBroken = true;
		this.#failed(`cannot write ${this.#path}: ${(error as Error).message.split(',')[0]}`);
	}

	async #rewrite(): Promise<void> {
		await this.#file?.close();
		this.#file = undefined;
		const lines = [...this.#values].map(entry => `${JSON.stringify(entry)}\n`);
		await replaceFile(this.#path, Buffer.from(lines.join('')));
		this.#lines = lines.length;
	}

	/** Resolves when all is written. */
	async close(): Promise<void> {
		await this.#writing;
		await this.#file?.close();
		this.#file = undefined;
	}
}
