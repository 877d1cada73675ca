import type {Bytes} from '../base/units.js';
import {readRegularFile} from '../io/files/regular-file.js';
import {replaceFile} from '../io/files/replace-file.js';
import {setAside} from '../io/state/set-aside.js';

/** What was chosen by command and not in the config file: JSON in a file of the state folder, replaced whole. */
export class ChoicesFile {
	readonly #path: string;
	readonly #ceiling: Bytes;

	/** @param ceiling a file that is longer is none of ours */
	constructor(path: string, ceiling: Bytes) {
		this.#path = path;
		this.#ceiling = ceiling;
	}

	/**
	 * Has `take` read what was kept: not when there is nothing. Answers what is wrong with it, which is set aside then.
	 *
	 * @param take throws for what is no such file
	 */
	async load(take: (value: unknown) => void): Promise<string | undefined> {
		try {
			const text = Buffer.from(await readRegularFile(this.#path, this.#ceiling)).toString('utf8');
			take(JSON.parse(text));
			return undefined;
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
			try {
				return `${message}; kept as ${setAside(this.#path)}`;
			} catch {
				return message;
			}
		}
	}

	/** Rejects with the system's error: what was kept before is kept then. */
	async save(value: unknown): Promise<void> {
		await replaceFile(this.#path, Buffer.from(`${JSON.stringify(value, undefined, '\t')}\n`));
	}
}
