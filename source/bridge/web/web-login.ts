import {type HttpAnswer, type HttpLogin, HttpRefusal, type HttpRequest} from '../http/http-route.js';
import type {LoginDelays} from '../http/login-delays.js';
import {Secret} from '../http/secret.js';
import type {LoginCookies} from './login-cookies.js';
import type {OneTimeLinks} from './one-time-links.js';
import type {Rights} from './visitor-message.js';

/** What a login is decided by. */
export interface WebLoginSettings {
	readonly cookies: LoginCookies;
	readonly links: OneTimeLinks;
	/** Without one, links are the only way in. */
	readonly password: string | undefined;
	/** Below which paths the cookie holds: `/` before and behind it. */
	readonly base: string;
	readonly delays: LoginDelays;
}

const longestWords = 4096;
const busy = new HttpRefusal(429, 'too many wrong passwords from there: try again later', {
	'Retry-After': '10',
});

/** Who may come in: by a cookie, for which a password or a link was shown, or by the password with each request. */
export class WebLogin implements HttpLogin {
	readonly #settings: WebLoginSettings;
	readonly #secret: Secret | undefined;

	constructor(settings: WebLoginSettings) {
		this.#settings = settings;
		this.#secret = settings.password === undefined ? undefined : new Secret(settings.password);
	}

	/** Whether a password can be shown. */
	get takesPassword(): boolean {
		return this.#secret !== undefined;
	}

	/** What the cookie of a request gives a right to. */
	rights(request: Pick<HttpRequest, 'header'>): Rights | undefined {
		return this.#settings.cookies.rights(request.header('cookie'));
	}

	async admit(request: HttpRequest): Promise<HttpAnswer | undefined> {
		if (this.rights(request) !== undefined) return undefined;
		const said = passwordOf(request.header('authorization'));
		if (said !== undefined && this.#secret !== undefined) {
			const secret = this.#secret;
			const verdict = await this.#settings.delays.judge(request.from, () => secret.is(said));
			if (verdict === 'busy') return busy.answer;
			if (verdict) return undefined;
		}
		return new HttpRefusal(401, 'log in first: with a password, or a link from: tortui web', {
			// No browser asks for a password by itself then.
			'WWW-Authenticate': 'Bearer realm="tortui"',
		}).answer;
	}

	/** Answers somebody who shows a password or a link: `{"password": …}` or `{"link": …}`. */
	async enter(request: HttpRequest): Promise<HttpAnswer> {
		// A form of another page cannot send this kind.
		if (!/^application\/json\b/i.test(request.header('content-type') ?? ''))
			throw new HttpRefusal(415, 'JSON is expected here');
		const words = readWords(await request.body(longestWords));
		let rights: Rights | undefined;
		const verdict = await this.#settings.delays.judge(request.from, () => {
			if (words.link !== undefined) rights = this.#settings.links.redeem(words.link);
			else if (words.password !== undefined && this.#secret?.is(words.password)) rights = 'all';
			return rights !== undefined;
		});
		if (verdict === 'busy') throw busy;
		if (rights === undefined) {
			throw new HttpRefusal(
				401,
				words.link === undefined
					? 'That is not the password.'
					: 'That link was used already, or is too old. Make another with: tortui web',
			);
		}
		return this.#welcome(request, rights);
	}

	/** Lets somebody in who is in already go on for as long again. */
	renew(request: HttpRequest, rights: Rights, answer: HttpAnswer): HttpAnswer {
		return {...answer, headers: {...answer.headers, 'Set-Cookie': this.#cookie(request, rights)}};
	}

	/** Ends a login. */
	leave(): HttpAnswer {
		return {status: 204, headers: {'Set-Cookie': this.#settings.cookies.revoke(this.#settings.base)}};
	}

	#welcome(request: HttpRequest, rights: Rights): HttpAnswer {
		return this.renew(request, rights, {
			status: 200,
			type: 'application/json',
			body: `${JSON.stringify({rights})}\n`,
		});
	}

	#cookie(request: HttpRequest, rights: Rights): string {
		const isSecure = request.header('x-forwarded-proto')?.trim().toLowerCase() === 'https';
		return this.#settings.cookies.issue(rights, this.#settings.base, isSecure);
	}
}

/** The password of an Authorization header: of Basic whatever the name is, or a bearer's. */
function passwordOf(header: string | undefined): string | undefined {
	const [, scheme = '', said = ''] = /^(basic|bearer) +(\S+) *$/i.exec(header ?? '') ?? [];
	if (scheme === '') return undefined;
	if (scheme.toLowerCase() === 'bearer') return said;
	const text = Buffer.from(said, 'base64').toString();
	return text.slice(text.indexOf(':') + 1);
}

function readWords(body: Uint8Array): {readonly password?: string; readonly link?: string} {
	try {
		const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
		if (typeof value === 'object' && value !== null) {
			const {password, link} = value as Readonly<Record<string, unknown>>;
			if (typeof link === 'string') return {link};
			if (typeof password === 'string') return {password};
		}
	} catch {} // Told below.
	throw new HttpRefusal(400, 'a password or a link is expected here');
}
