import type {ClientRequest, IncomingMessage, RequestOptions} from 'node:http';
import type {Clock} from '../base/ports.js';
import type {Bytes, Millis} from '../base/units.js';
import {AddressGuard} from './address-guard.js';
import {describeNetworkError} from './network-error.js';
import {nodeHttp, nodeHttps} from './node-http.js';

export interface HttpRequest {
	/** The answer may be no longer, neither as sent nor inflated. */
	readonly maximumBody: Bytes;
	/** For the whole of it, redirects and body included; 30 s when left out. */
	readonly timeout?: Millis;
	readonly signal?: AbortSignal;
	/** Which paths may be asked of loopback and LAN addresses; all when left out. */
	readonly localPath?: (path: string) => boolean;
}

export interface HttpResponse {
	readonly status: number;
	/** Inflated. */
	readonly body: Uint8Array;
	/** Where the answer came from in the end. */
	readonly url: string;
}

/** Fetches over HTTP and HTTPS. A rejection's message says in a few words what went wrong. */
export interface HttpClient {
	get(url: string, request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpClientOptions {
	readonly clock: Clock;
	readonly userAgent: string;
	/** Local address to dial from. */
	readonly bind?: string | undefined;
	/** Requests under way at once; others wait. */
	readonly concurrency?: number;
}

const redirects = new Set([301, 302, 303, 307, 308]);
const maximumRedirects = 5;

/**
 * HTTP on Node's own client: TLS is verified, redirects are followed up to 5 times but never from a public address to
 * one on loopback or LAN, gzip is inflated up to the body's limit, and slow drips end with the timeout.
 */
export class NodeHttpClient implements HttpClient {
	readonly #options: HttpClientOptions;
	readonly #waiting: Array<() => void> = [];
	#underWay = 0;

	constructor(options: HttpClientOptions) {
		this.#options = options;
	}

	async get(url: string, request: HttpRequest): Promise<HttpResponse> {
		if (this.#underWay >= (this.#options.concurrency ?? 50)) {
			await new Promise<void>(resolve => this.#waiting.push(resolve));
		} else this.#underWay++;
		const timeout = request.timeout ?? 30_000;
		const deadline = new AbortController();
		const timer = this.#options.clock.after(timeout, () =>
			deadline.abort(new Error(`no answer within ${Math.round(timeout / 1000)} s`)),
		);
		const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal;
		try {
			return await this.#follow(url, request, signal);
		} catch (error) {
			throw signal.aborted ? signal.reason : new Error(describeNetworkError(error), {cause: error});
		} finally {
			timer.clear();
			const next = this.#waiting.shift();
			if (next) next();
			else this.#underWay--;
		}
	}

	async #follow(first: string, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
		let url = first;
		let fromPublic = false;
		for (let hop = 0; hop <= maximumRedirects; hop++) {
			const guard = new AddressGuard(new URL(url).pathname, fromPublic, request.localPath);
			const response = await this.#exchange(url, guard, signal);
			const {location} = response.headers;
			if (!redirects.has(response.statusCode ?? 0) || location === undefined) {
				const body = await readBody(response, request.maximumBody);
				// A body without a length ends with its connection, also when it was us who ended that.
				signal.throwIfAborted();
				return {status: response.statusCode ?? 0, body, url};
			}
			response.destroy();
			fromPublic ||= guard.public;
			if (!URL.canParse(location, url)) throw new Error('it redirects to something that is no URL');
			url = new URL(location, url).href;
		}
		throw new Error(`it redirects more than ${maximumRedirects} times`);
	}

	async #exchange(url: string, guard: AddressGuard, signal: AbortSignal): Promise<IncomingMessage> {
		signal.throwIfAborted();
		const target = new URL(url);
		const {protocol, username, password} = target;
		if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`it leads to ${protocol}, not http`);
		const host = target.hostname.replace(/^\[|\]$/g, '');
		const refusal = guard.refuses(host);
		if (refusal) throw new Error(refusal);
		const {bind, userAgent} = this.#options;
		const options: RequestOptions = {
			protocol,
			host,
			port: target.port,
			path: target.pathname + target.search,
			agent: false,
			lookup: guard.lookup,
			headers: {'User-Agent': userAgent, 'Accept-Encoding': 'gzip', Accept: '*/*', Connection: 'close'},
			...(bind !== undefined && {localAddress: bind, family: bind.includes(':') ? 6 : 4}),
			...(username !== '' && {auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}`}),
		};
		const {request} = protocol === 'http:' ? nodeHttp() : nodeHttps();
		return new Promise((resolve, reject) => {
			const outgoing: ClientRequest = request({...options, signal});
			outgoing.on('error', reject);
			outgoing.on('response', resolve);
			outgoing.end();
		});
	}
}

async function readBody(response: IncomingMessage, maximum: Bytes): Promise<Uint8Array> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of response) {
		length += chunk.length;
		if (length > maximum) throw new Error(`the answer is longer than ${maximum} bytes`);
		chunks.push(chunk);
	}
	const body = Buffer.concat(chunks, length);
	const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
	if (encoding === 'identity' || encoding === '' || length === 0) return body;
	if (encoding !== 'gzip' && encoding !== 'x-gzip' && encoding !== 'deflate') {
		throw new Error(`the answer is encoded as ${encoding.slice(0, 20).replace(/[^\w-]/g, '?')}`);
	}
	const {unzip} = await import('node:zlib');
	return new Promise((resolve, reject) => {
		unzip(body, {maxOutputLength: maximum}, (error, inflated) => {
			if (!error) return resolve(inflated);
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'ERR_BUFFER_TOO_LARGE') reject(new Error(`the answer is longer than ${maximum} bytes`));
			else reject(new Error('the answer is broken gzip'));
		});
	});
}
