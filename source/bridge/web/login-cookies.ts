import {createHash, createHmac, randomBytes, timingSafeEqual} from 'node:crypto';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Millis, Seconds} from '../../base/units.js';
import type {Rights} from './visitor-message.js';

/** Who has come in need not do so again for 30 days after the last visit. */
const loginTime: Seconds = 2_592_000;

/** The key that logins are signed with: made when there is none. `path` is in a folder that nobody else can use. */
export function readLoginKey(path: string): string {
	mkdirSync(dirname(path), {recursive: true, mode: 0o700});
	try {
		writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, {flag: 'wx', mode: 0o600});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	}
	return readFileSync(path, 'utf8').trim();
}

/**
 * Signed cookies that say what somebody may do until when. Nothing is kept of them here, so that they hold over restarts;
 * another password or key ends all.
 */
export class LoginCookies {
	/** One for each key: two servers of one machine do not share their cookies, though browsers let them. */
	readonly name: string;
	readonly #secret: Buffer;
	readonly #wall: () => Millis;

	constructor(key: string, password: string | undefined, wall: () => Millis) {
		this.#secret = createHmac('sha256', key)
			.update(password ?? '')
			.digest();
		this.name = `tortui-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
		this.#wall = wall;
	}

	/** The value of a Set-Cookie header. @param path below which it holds. @param secure only over TLS from now on */
	issue(rights: Rights, path: string, secure: boolean): string {
		const said = `${rights}.${Math.round(this.#wall() / 1000) + loginTime}`;
		return this.#header(`${said}.${this.#sign(said)}`, path, loginTime, secure);
	}

	/** The value of a Set-Cookie header that ends a login. */
	revoke(path: string): string {
		return this.#header('', path, 0, false);
	}

	/** What a request's Cookie header gives a right to. */
	rights(header: string | undefined): Rights | undefined {
		for (const cookie of (header ?? '').split(';')) {
			const at = cookie.indexOf('=');
			if (cookie.slice(0, at).trim() !== this.name) continue;
			const [rights, until = '', signature = ''] = cookie
				.slice(at + 1)
				.trim()
				.split('.');
			const wanted = Buffer.from(this.#sign(`${rights}.${until}`));
			const given = Buffer.from(signature);
			const isOurs = given.length === wanted.length && timingSafeEqual(given, wanted);
			if (isOurs && Number(until) * 1000 > this.#wall() && (rights === 'all' || rights === 'look'))
				return rights;
		}
		return undefined;
	}

	#sign(text: string): string {
		return createHmac('sha256', this.#secret).update(text).digest('base64url');
	}

	#header(value: string, path: string, age: Seconds, secure: boolean): string {
		const parts = [`${this.name}=${value}`, `Path=${path}`, `Max-Age=${age}`, 'HttpOnly', 'SameSite=Strict'];
		return (secure ? [...parts, 'Secure'] : parts).join('; ');
	}
}
