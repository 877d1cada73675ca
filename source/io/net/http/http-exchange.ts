import type {Socket} from 'node:net';
import type {Bytes} from '../../../base/units.js';
import {HttpResponseReader, type RawHttpResponse} from '../../../protocol/tracker/http-response.js';

/** What is sent to a server. */
export interface HttpPost {
	/** Beside those that every request has; `Content-Length` is one of those. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** Sends one request and reads its answer; the connection is over then. Rejects when it breaks, or is aborted. */
export function exchangeHttp(
	socket: Socket,
	request: string,
	maximumBody: Bytes,
	signal: AbortSignal,
): Promise<RawHttpResponse> {
	return new Promise((resolve, reject) => {
		const reader = new HttpResponseReader(maximumBody);
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

/** A GET request, or a POST with what it sends; a user and password in the URL go with it. */
export function requestText(target: URL, userAgent: string, post?: HttpPost): string {
	const {username, password} = target;
	const named = username !== '' || password !== '';
	const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
	const head = [
		`${post === undefined ? 'GET' : 'POST'} ${target.pathname}${target.search} HTTP/1.1`,
		`Host: ${target.host}`,
		`User-Agent: ${userAgent}`,
		'Accept-Encoding: gzip',
		'Accept: */*',
		...(named ? [`Authorization: Basic ${credentials}`] : []),
		...Object.entries(post?.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
		...(post === undefined ? [] : [`Content-Length: ${Buffer.byteLength(post.body)}`]),
		'Connection: close',
		'\r\n',
	];
	return `${head.join('\r\n')}${post?.body ?? ''}`;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
