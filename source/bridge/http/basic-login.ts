import {type HttpAnswer, type HttpLogin, HttpRefusal, type HttpRequest} from './http-route.js';
import type {LoginDelays} from './login-delays.js';
import {Secret} from './secret.js';

/** A name and a password with each request. RFC 7617. */
export class BasicLogin implements HttpLogin {
	readonly #delays: LoginDelays;
	readonly #secret: Secret;
	readonly #isAnybody: boolean;
	readonly #refusal: HttpAnswer;

	/**
	 * @param user any name will do when left out
	 * @param realm what a browser says it asks for; without quotes
	 */
	constructor(
		delays: LoginDelays,
		{
			user,
			password,
			realm,
		}: {readonly user?: string | undefined; readonly password: string; readonly realm: string},
	) {
		this.#delays = delays;
		this.#secret = new Secret(user === undefined ? password : `${user}:${password}`);
		this.#isAnybody = user === undefined;
		this.#refusal = new HttpRefusal(401, 'a user name and a password are needed here', {
			'WWW-Authenticate': `Basic realm="${realm}", charset="UTF-8"`,
		}).answer;
	}

	async admit(request: HttpRequest): Promise<HttpAnswer | undefined> {
		const match = /^basic +([\w+/=-]+) *$/i.exec(request.header('authorization') ?? '');
		// Who says nothing guesses nothing: browsers ask once without.
		if (match === null) return this.#refusal;
		const said = Buffer.from(match[1]!, 'base64').toString();
		const verdict = await this.#delays.judge(request.from, () =>
			this.#secret.is(this.#isAnybody ? said.slice(said.indexOf(':') + 1) : said),
		);
		if (verdict === 'busy')
			return new HttpRefusal(429, 'too many wrong passwords from there: try again later', {
				'Retry-After': '10',
			}).answer;
		return verdict ? undefined : this.#refusal;
	}
}
