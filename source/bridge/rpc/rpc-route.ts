import {type HttpAnswer, HttpRefusal, type HttpRequest, type HttpRoute} from '../http/http-route.js';
import type {RpcServer} from './rpc-server.js';
import {identity} from './session-fields.js';

/** A .torrent of 24 MB, in base64. */
const largestBody = 32 * 1024 * 1024;

/** Where remotes ask: `rpc` below the base path. */
export class RpcRoute implements HttpRoute {
	readonly #server: RpcServer;
	readonly #session: string;

	/** @param session what clients have to name, so that no page of a stranger has somebody's browser ask for it */
	constructor(server: RpcServer, session: string) {
		this.#server = server;
		this.#session = session;
	}

	handles(path: string): boolean {
		return path === '/rpc' || path === '/rpc/';
	}

	async answer(request: HttpRequest): Promise<HttpAnswer> {
		// Whoever does not know the session is told it first, whatever he asks.
		if (request.header('x-transmission-session-id') !== this.#session) return this.#introduction();
		if (request.method !== 'POST') throw new HttpRefusal(405, 'ask with POST', {Allow: 'POST'});
		const body = await request.body(largestBody);
		const answer = await this.#server.answer(Buffer.from(body).toString());
		if (answer === undefined) return {status: 204};
		return {status: 200, type: 'application/json; charset=UTF-8', body: answer};
	}

	#introduction(): HttpAnswer {
		const header = `X-Transmission-Session-Id: ${this.#session}`;
		return {
			status: 409,
			type: 'text/html; charset=UTF-8',
			body: `<h1>409: Conflict</h1><p>Ask again with this header, which keeps other pages from asking in your name:</p><p><code>${header}</code></p>\n`,
			headers: {
				'X-Transmission-Session-Id': this.#session,
				'X-Transmission-Rpc-Version': identity.rpc_version_semver,
				'Access-Control-Expose-Headers': 'X-Transmission-Session-Id, X-Transmission-Rpc-Version',
			},
		};
	}
}
