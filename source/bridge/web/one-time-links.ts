import {createHash, randomBytes} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Millis} from '../../base/units.js';
import type {Rights} from './visitor-message.js';

/** A link that nobody has used after this time is worth nothing. */
export const linkTime: Millis = 900_000;

const isToken = /^[\w-]{22}$/;

/**
 * Links with which somebody may come in, once. Of each there is a file that is named after the hash of its token and
 * says what may be done: whoever has the folder can make links, also of a server that runs elsewhere, and whoever deletes
 * the file first is the one who comes in.
 */
export class OneTimeLinks {
	readonly #folder: string;
	readonly #wall: () => Millis;

	/** @param folder that nobody else can use; absolute. @param wall milliseconds since 1970 */
	constructor(folder: string, wall: () => Millis) {
		this.#folder = folder;
		this.#wall = wall;
	}

	/** Makes one: its token, 22 letters of base64url. */
	mint(rights: Rights): string {
		mkdirSync(this.#folder, {recursive: true, mode: 0o700});
		this.#sweep();
		const token = randomBytes(16).toString('base64url');
		writeFileSync(this.#path(token), `${rights}\n`, {flag: 'wx', mode: 0o600});
		return token;
	}

	/** What its bearer may do; undefined when there is no such link any more. It is used up then. */
	redeem(token: string): Rights | undefined {
		if (!isToken.test(token)) return undefined;
		const path = this.#path(token);
		try {
			const rights = readFileSync(path, 'utf8').trim();
			const isFresh = this.#isFresh(path);
			unlinkSync(path);
			return isFresh && (rights === 'all' || rights === 'look') ? rights : undefined;
		} catch {
			// There is none, or somebody else was quicker.
			return undefined;
		}
	}

	#path(token: string): string {
		return join(this.#folder, createHash('sha256').update(token).digest('hex'));
	}

	#isFresh(path: string): boolean {
		return this.#wall() - statSync(path).mtimeMs < linkTime;
	}

	#sweep(): void {
		for (const name of readdirSync(this.#folder)) {
			const path = join(this.#folder, name);
			try {
				if (!this.#isFresh(path)) unlinkSync(path);
			} catch {} // It was used meanwhile.
		}
	}
}
