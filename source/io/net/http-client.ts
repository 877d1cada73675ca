import {createRequire} from 'node:module';
import {connect, isIP, type Socket} from 'node:net';
import type {Clock} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import {HttpResponseReader, type RawHttpResponse} from '../../protocol/tracker/http-response.js';
import {AddressGuard} from './address-guard.js';
import {describeNetworkError} from './network-error.js';

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
 * HTTP on plain sockets: TLS is verified, redirects are followed up to 5 times but never from a public address to one
 * on loopback or LAN, gzip is inflated up to the body's limit, and slow drips end with the timeout. Every request
 * settles, however its connection ends. Not Node's own client: that one stays silent on a 101, and refuses answers
 * that trackers are known to give.
 */
export class NodeHttpClient implements HttpClient {
	readonly #options: HttpClientOptions;
	readonly #waiting = new Set<() => void>();
	#underWay = 0;

	constructor(options: HttpClientOptions) {
		this.#options = options;
	}

	async get(url: string, request: HttpRequest): Promise<HttpResponse> {
		await this.#takeTurn(request.signal);
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
			this.#underWay--;
			const [next] = this.#waiting;
			next?.();
		}
	}

	/** Rejects with the signal's reason when that comes first. */
	async #takeTurn(signal: AbortSignal | undefined): Promise<void> {
		signal?.throwIfAborted();
		if (this.#underWay < (this.#options.concurrency ?? 50) && this.#waiting.size === 0) {
			this.#underWay++;
			return;
		}
		await new Promise<void>((resolve, reject) => {
			const leave = (): void => {
				this.#waiting.delete(enter);
				signal?.removeEventListener('abort', giveUp);
			};
			const enter = (): void => {
				leave();
				this.#underWay++;
				resolve();
			};
			const giveUp = (): void => {
				leave();
				reject(signal?.reason);
			};
			this.#waiting.add(enter);
			signal?.addEventListener('abort', giveUp);
		});
	}

	async #follow(first: string, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
		let url = first;
		let fromPublic = false;
		for (let hop = 0; hop <= maximumRedirects; hop++) {
			const guard = new AddressGuard(new URL(url).pathname, fromPublic, request.localPath);
			const response = await this.#exchange(url, guard, request.maximumBody, signal);
			const location = response.headers.get('location');
			if (!redirects.has(response.status) || location === undefined) {
				return {status: response.status, body: await inflate(response, request.maximumBody), url};
			}
			fromPublic ||= guard.public;
			if (!URL.canParse(location, url)) throw new Error('it redirects to something that is no URL');
			url = new URL(location, url).href;
		}
		throw new Error(`it redirects more than ${maximumRedirects} times`);
	}

	async #exchange(
		url: string,
		guard: AddressGuard,
		maximumBody: Bytes,
		signal: AbortSignal,
	): Promise<RawHttpResponse> {
		signal.throwIfAborted();
		const target = new URL(url);
		const {protocol} = target;
		if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`it leads to ${protocol}, not http`);
		const host = target.hostname.replace(/^\[|\]$/g, '');
		const refusal = guard.refuses(host);
		if (refusal) throw new Error(refusal);
		return new Promise((resolve, reject) => {
			const reader = new HttpResponseReader(maximumBody);
			const socket = this.#dial(target, host, guard, () => socket.write(this.#head(target)));
			const settle = (error?: unknown): void => {
				signal.removeEventListener('abort', abort);
				socket.destroy();
				const response = error === undefined ? reader.response : undefined;
				if (response) resolve(response);
				else reject(error ?? new Error('the connection broke off'));
			};
			const abort = (): void => settle(signal.reason);
			const read = (step: () => void): void => {
				try {
					step();
					if (reader.done) settle();
				} catch (error) {
					settle(error);
				}
			};
			signal.addEventListener('abort', abort);
			socket.on('data', (bytes: Uint8Array) => read(() => reader.push(bytes)));
			socket.on('end', () => read(() => reader.end()));
			socket.on('error', settle);
			socket.on('close', () => settle());
		});
	}

	#dial(target: URL, host: string, guard: AddressGuard, ready: () => void): Socket {
		const {bind} = this.#options;
		const secure = target.protocol === 'https:';
		const options = {
			host,
			port: target.port === '' ? (secure ? 443 : 80) : Number(target.port),
			lookup: guard.lookup,
			...(bind !== undefined && {localAddress: bind, family: bind.includes(':') ? 6 : 4}),
		};
		if (!secure) return connect(options, ready);
		// TLS takes its time to load, and many never need it.
		const tls: typeof import('node:tls') = createRequire(import.meta.url)('node:tls');
		const servername = isIP(host) === 0 ? {servername: host} : {};
		return tls.connect({...options, ...servername, ALPNProtocols: ['http/1.1']}, ready);
	}

	#head(target: URL): string {
		const {username, password} = target;
		return [
			`GET ${target.pathname}${target.search} HTTP/1.1`,
			`Host: ${target.host}`,
			`User-Agent: ${this.#options.userAgent}`,
			'Accept-Encoding: gzip',
			'Accept: */*',
			...(username === '' && password === ''
				? []
				: [
						`Authorization: Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`,
					]),
			'Connection: close',
			'\r\n',
		].join('\r\n');
	}
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** gzip's first three bytes: some servers send it without saying so, and nothing else we ask for begins like that. */
function looksGzipped(body: Uint8Array): boolean {
	return body[0] === 0x1f && body[1] === 0x8b && body[2] === 8;
}

async function inflate({headers, body}: RawHttpResponse, maximum: Bytes): Promise<Uint8Array> {
	const encoding = headers.get('content-encoding')?.toLowerCase() || 'identity';
	if (body.length === 0 || (encoding === 'identity' && !looksGzipped(body))) return body;
	if (!['identity', 'gzip', 'x-gzip', 'deflate'].includes(encoding)) {
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
