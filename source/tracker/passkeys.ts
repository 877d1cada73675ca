import {UserError} from '../base/errors.js';
import {readRegularFile} from '../io/files/regular-file.js';
import {passkeyPattern} from '../protocol/tracker/tracker-path.js';

const ceiling = 16 << 20;

/** The passkeys of a private tracker, in a file: one a line, what stands behind it is for people; `#` begins a comment. */
export class Passkeys {
	readonly #path: string;
	#keys: ReadonlySet<string> = new Set();

	/** @param path absolute */
	constructor(path: string) {
		this.#path = path;
	}

	has(passkey: string): boolean {
		return this.#keys.has(passkey);
	}

	get size(): number {
		return this.#keys.size;
	}

	/** Reads the file anew. Rejects with a UserError that names the line, and keeps what it had. */
	async load(): Promise<void> {
		let text: string;
		try {
			text = Buffer.from(await readRegularFile(this.#path, ceiling)).toString('utf8');
		} catch (error) {
			throw new UserError('passkeys', `--passkeys: ${(error as Error).message}`);
		}
		const keys = new Set<string>();
		for (const [at, line] of text.split('\n').entries()) {
			const [key = ''] = line.replace(/#.*/, '').trim().split(/\s/);
			if (key === '') continue;
			if (!passkeyPattern.test(key))
				throw new UserError(
					'passkeys',
					`${this.#path}:${at + 1}: a passkey has 8 to 128 letters, digits, - or _`,
				);
			keys.add(key);
		}
		this.#keys = keys;
	}
}
