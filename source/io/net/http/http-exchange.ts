import type {Socket} from 'node:net';
import type {Bytes} from '../../../base/units.js';
import {HttpResponseReader, type RawHttpResponse} from '../../../protocol/tracker/http-response.js';
import type {RequestForm} from './http-dialer.js';

/** What is sent to a server. */
export interface HttpPost {
	/** POST when left out. */
	readonly method?: 'POST' | 'PUT' | 'DELETE';
	/** Beside those that every request has; `Content-Length` is one of those. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | Uint8Array;
}

/**
 * Sends one request and reads its answer; the connection is over then. Rejects when it breaks, or is aborted.
 *
 * @param stream as in `HttpResponseReader`
 */
export function exchangeHttp(
	socket: Socket,
	request: Uint8Array,
	maximumBody: Bytes,
	signal: AbortSignal,
	stream?: (bytes: Uint8Array) => void,
): Promise<RawHttpResponse> {
	return new Promise((resolve, reject) => {
		const reader = new HttpResponseReader(maximumBody, stream);
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
		if (signal.aborted) return abort();
		signal.addEventListener('abort', abort);
		socket.on('data', (bytes: Uint8Array) => read(() => reader.push(bytes)));
		socket.on('end', () => read(() => reader.end()));
		socket.on('error', settle);
		socket.on('close', () => settle());
		socket.write(request);
	});
}

/**
 * A GET request, or one that sends something; a user and password in the URL go with it.
 *
 * @param headers beside those that every request has
 */
export function requestBytes(
	target: URL,
	userAgent: string,
	post?: HttpPost,
	headers: Readonly<Record<string, string>> = {},
	{isWhole = false, headers: toProxy = {}}: RequestForm = {},
): Uint8Array {
	const body = Buffer.from(post?.body ?? '');
	const head = [
		`${post === undefined ? 'GET' : (post.method ?? 'POST')} ${isWhole ? target.origin : ''}${target.pathname}${target.search} HTTP/1.1`,
		`Host: ${target.host}`,
		`User-Agent: ${userAgent}`,
		'Accept-Encoding: gzip',
		'Accept: */*',
		...authorization(target),
		...Object.entries({...toProxy, ...headers, ...post?.headers}).map(([name, value]) => `${name}: ${value}`),
		...(post === undefined ? [] : [`Content-Length: ${body.length}`]),
		'Connection: close',
		'\r\n',
	];
	return Buffer.concat([Buffer.from(head.join('\r\n')), body]);
}

/** The line that says who asks, where a URL names a user or a password. RFC 7617. */
export function authorization({username, password}: URL): string[] {
	if (username === '' && password === '') return [];
	const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
	return [`Authorization: Basic ${credentials}`];
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
