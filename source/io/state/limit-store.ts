import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Bytes} from '../../base/units.js';
import type {LimitChoices} from '../../policy/rates/chosen-limits.js';
import type {StorageFailure} from '../disk/storage.js';
import {failureOf} from '../disk/storage-failure.js';
import {readRegularFile} from '../files/regular-file.js';
import {replaceFile} from '../files/replace-file.js';
import {decodeLimits, encodeLimits} from './limit-data.js';
import {setAside} from './set-aside.js';

const ceiling: Bytes = 4096;

/** What a person hears of it. */
export interface LimitMemoryEvents {
	/** What was remembered cannot be read and is begun anew; with why. */
	damaged(why: string): void;
	/** What was remembered is of a later version of the program: it does not hold here, and is left; with why. */
	later(why: string): void;
	/** It cannot be written; told once. */
	failed(failure: StorageFailure): void;
}

/** The chosen limits in the file `limits` of the state folder, which is only ever replaced whole. */
export class LimitStore {
	readonly #path: string;
	readonly #events: LimitMemoryEvents;
	#next: Uint8Array | undefined;
	#saving: Promise<void> | undefined;
	#saidFailure = false;
	/** What is there is of a later version of the program, and stays as it is. */
	#isLater = false;

	/** @param stateDir absolute; made when something is saved */
	constructor(stateDir: string, events: LimitMemoryEvents) {
		this.#path = join(stateDir, 'limits');
		this.#events = events;
	}

	/** What was saved last; nothing chosen when there is no such file, or none that can be read. */
	async load(): Promise<LimitChoices> {
		try {
			// Left behind by a save that a crash cut short.
			await rm(`${this.#path}.tmp`, {force: true}).catch(() => {});
			return decodeLimits(await readRegularFile(this.#path, ceiling));
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT' || code === 'ENOTDIR') return {limits: {}};
			this.#isLater = code === 'later-version';
			if (this.#isLater) this.#events.later(message);
			else this.#events.damaged(`${message}${this.#setAside()}`);
			return {limits: {}};
		}
	}

	/** Answers where it is now, to be read after what is wrong with it. */
	#setAside(): string {
		try {
			return `; kept as ${setAside(this.#path)}`;
		} catch {
			// It stays, until other limits are chosen.
			return '';
		}
	}

	/** Puts choices on the disk; of those that wait for the disk only the latest are written. */
	save(choices: LimitChoices): void {
		if (this.#isLater) return;
		this.#next = encodeLimits(choices);
		this.#saving ??= this.#write();
	}

	/** Resolves when nothing is being saved any more. */
	async settled(): Promise<void> {
		await this.#saving;
	}

	async #write(): Promise<void> {
		for (let bytes = this.#next; bytes !== undefined; bytes = this.#next) {
			this.#next = undefined;
			try {
				await replaceFile(this.#path, bytes);
			} catch (error) {
				if (!this.#saidFailure) this.#events.failed(failureOf(error, this.#path));
				this.#saidFailure = true;
			}
		}
		this.#saving = undefined;
	}
}
