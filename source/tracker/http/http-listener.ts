import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {type SecureContext, TLSSocket} from 'node:tls';
import type {Clock, Timer} from '../../base/ports.js';
import {isLoopback} from '../../policy/peers/peer-key.js';
import {networkOf} from '../../policy/tracker/host-table.js';
import {
	type HttpRequestHead,
	headerOf,
	headLength,
	parseRequestHead,
} from '../../protocol/tracker/http-request.js';
import {plainHost} from '../plain-host.js';
import {
	type HttpAnswer,
	HttpRefusal,
	type HttpRequest,
	type HttpRoute,
	type HttpStream,
} from './http-route.js';

const maximumConnections = 1000;
const maximumPerHost = 100;
/** A /24 of IPv4, a /64 of IPv6. */
const maximumPerNetwork = 300;
/** The longest URL too: a scrape of 74 torrents has 5.3 KB. */
const maximumHead = 8192;
/** How long a request may take to come, and a connection may stay without one. */
const quietTime = 5000;
/** How long a client may take to read what it asked for. */
const takeTime = 10_000;
/** … and to send a body: slower than this is nobody who means it. */
const bodyBytesPerMilli = 8;
const sweepTime = 1000;
const maximumRequests = 100;
/** What a reader of a stream may have before it. */
const maximumBehind = 1 << 18;

const reasons: Readonly<Record<number, string>> = {
	200: 'OK',
	201: 'Created',
	204: 'No Content',
	304: 'Not Modified',
	400: 'Bad Request',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'Not Found',
	405: 'Method Not Allowed',
	409: 'Conflict',
	411: 'Length Required',
	413: 'Content Too Large',
	415: 'Unsupported Media Type',
	422: 'Unprocessable Content',
	429: 'Too Many Requests',
	431: 'Request Header Fields Too Large',
	500: 'Internal Server Error',
	503: 'Service Unavailable',
	507: 'Insufficient Storage',
};

/** What a client that wants TLS begins with: a handshake record. RFC 8446, section 5.1. */
const tlsHandshake = 0x16;

interface Visitor {
	/** Of TLS, once it has begun. */
	socket: Socket;
	readonly host: string;
	readonly network: string;
	/** What came and is no whole request yet. */
	pending: string;
	requests: number;
	isSecure: boolean;
	/** When it came, or its last request was whole. */
	since: number;
	/** Its answer is being made: what comes meanwhile waits. */
	isBusy: boolean;
	/** Its answer goes on until somebody ends it. */
	isStreaming: boolean;
	/** Nothing more is read. */
	leaving: boolean;
	/** The body that is waited for. */
	body: {readonly length: number; readonly arrived: (bytes: Uint8Array) => void; gone(): void} | undefined;
}

/** Who may ask at all. */
export interface HttpAdmission {
	/** Counts one request of a host; false: it is not even told so. */
	admits(host: string): boolean;
	/** Told of what a route threw that is no `HttpRefusal`: whoever asked is told that something went wrong, not what. */
	failed(path: string, error: unknown): void;
}

/** How connections are made secure, now. */
export interface HttpSecurity {
	readonly context: SecureContext | undefined;
}

/**
 * A small HTTP/1 server on plain sockets: a third of what Node's own takes for each request, and nobody holds a place by
 * saying nothing. Whoever has not sent a whole request in 5 s goes, and when all places are taken the one that has waited
 * longest does. What is answered is decided by its routes.
 */
export class TrackerHttpServer {
	readonly #admission: HttpAdmission;
	readonly #routes: readonly HttpRoute[];
	readonly #clock: Clock;
	readonly #security: HttpSecurity | undefined;
	readonly #isExempt: (host: string) => boolean;
	readonly #server: Server;
	/** The one whose last request is longest ago first. */
	readonly #visitors = new Set<Visitor>();
	readonly #perHost = new Map<string, number>();
	readonly #perNetwork = new Map<string, number>();
	#sweep: Timer | undefined;

	/**
	 * @param routes asked in this order
	 * @param security HTTPS is spoken too, on the same port: what a client begins with tells which it wants
	 * @param isExempt hosts whose connections are not counted: a proxy on this machine speaks for all; replaced in tests
	 */
	constructor(
		admission: HttpAdmission,
		routes: readonly HttpRoute[],
		clock: Clock,
		security?: HttpSecurity,
		isExempt: (host: string) => boolean = isLoopback,
	) {
		this.#security = security;
		this.#isExempt = isExempt;
		this.#admission = admission;
		this.#routes = routes;
		this.#clock = clock;
		this.#server = createServer({noDelay: true}, socket => this.#admit(socket));
	}

	/** Rejects with the system's error when the port cannot be had. */
	async listen(port: number, host: string): Promise<number> {
		await new Promise<void>((resolve, reject) => {
			this.#server.once('error', reject);
			this.#server.listen({port, host, backlog: 1024}, () => {
				this.#server.off('error', reject);
				resolve();
			});
		});
		// From here on an error is one of a connection that could not be taken.
		this.#server.on('error', () => undefined);
		return (this.#server.address() as AddressInfo).port;
	}

	async close(): Promise<void> {
		this.#sweep?.clear();
		if (!this.#server.listening) return;
		await new Promise(resolve => {
			this.#server.close(resolve);
			for (const {socket} of this.#visitors) socket.destroy();
		});
	}

	/** Connections that are open. */
	get connections(): number {
		return this.#visitors.size;
	}

	#admit(socket: Socket): void {
		const host = plainHost(socket.remoteAddress ?? '');
		const network = networkOf(host);
		const isMany =
			(this.#perHost.get(host) ?? 0) >= maximumPerHost ||
			(this.#perNetwork.get(network) ?? 0) >= maximumPerNetwork;
		if (host === '' || (isMany && !this.#isExempt(host))) {
			socket.destroy();
			return;
		}
		if (this.#visitors.size >= maximumConnections) {
			const [oldest] = this.#visitors;
			if (oldest) this.#dismiss(oldest);
		}
		const visitor: Visitor = {
			socket,
			host,
			network,
			pending: '',
			requests: 0,
			isSecure: false,
			since: this.#clock.now(),
			isBusy: false,
			isStreaming: false,
			leaving: false,
			body: undefined,
		};
		this.#visitors.add(visitor);
		count(this.#perHost, host, 1);
		count(this.#perNetwork, network, 1);
		this.#listenTo(visitor, socket);
		if (!this.#sweep) this.#sweepLater();
	}

	#listenTo(visitor: Visitor, socket: Socket): void {
		socket.on('data', bytes => this.#read(visitor, bytes));
		socket.on('error', () => undefined);
		socket.on('close', () => this.#forget(visitor));
	}

	#secure(visitor: Visitor, bytes: Buffer, secureContext: SecureContext): void {
		const {socket, host} = visitor;
		// A handshake costs more than any request.
		if (!this.#admission.admits(host)) return this.#dismiss(visitor);
		socket.removeAllListeners('data');
		socket.pause();
		socket.unshift(bytes);
		visitor.isSecure = true;
		visitor.socket = new TLSSocket(socket, {isServer: true, secureContext});
		this.#listenTo(visitor, visitor.socket);
	}

	#dismiss(visitor: Visitor): void {
		visitor.leaving = true;
		visitor.socket.destroy();
		this.#forget(visitor);
	}

	#forget(visitor: Visitor): void {
		if (!this.#visitors.delete(visitor)) return;
		count(this.#perHost, visitor.host, -1);
		count(this.#perNetwork, visitor.network, -1);
		visitor.body?.gone();
	}

	#sweepLater(): void {
		this.#sweep = this.#clock.after(sweepTime, () => {
			this.#sweep = undefined;
			const now = this.#clock.now();
			for (const visitor of this.#visitors) {
				if (now - visitor.since >= patienceWith(visitor)) this.#dismiss(visitor);
			}
			if (this.#visitors.size > 0) this.#sweepLater();
		});
	}

	#read(visitor: Visitor, bytes: Buffer): void {
		if (visitor.leaving) return;
		const secureContext = this.#security?.context;
		if (secureContext !== undefined && bytes[0] === tlsHandshake && isUntouched(visitor))
			return this.#secure(visitor, bytes, secureContext);
		visitor.pending += bytes.toString('latin1');
		if (visitor.isBusy) {
			this.#readBody(visitor);
			// Who says more before the answer has come is heard after it.
			const ceiling = maximumHead + (visitor.body?.length ?? 0);
			if (visitor.isBusy && visitor.pending.length > ceiling) visitor.socket.pause();
			return;
		}
		this.#readHeads(visitor);
	}

	#readHeads(visitor: Visitor): void {
		while (!visitor.leaving && !visitor.isBusy) {
			const {pending} = visitor;
			const length = headLength(pending);
			if ((length ?? pending.length) > maximumHead) {
				this.#send(visitor, undefined, plain(431, 'too long'));
				return;
			}
			if (length === undefined) return;
			visitor.pending = pending.slice(length);
			this.#answer(visitor, parseRequestHead(pending.slice(0, length)));
		}
	}

	#readBody(visitor: Visitor): void {
		const {body, pending} = visitor;
		if (body === undefined || pending.length < body.length) return;
		visitor.body = undefined;
		visitor.pending = pending.slice(body.length);
		body.arrived(Buffer.from(pending.slice(0, body.length), 'latin1'));
	}

	#answer(visitor: Visitor, head: HttpRequestHead | undefined): void {
		const {host} = visitor;
		if (!this.#admission.admits(host)) {
			this.#dismiss(visitor);
			return;
		}
		// The one that has waited longest is the first of all.
		this.#visitors.delete(visitor);
		this.#visitors.add(visitor);
		visitor.since = this.#clock.now();
		visitor.requests++;
		if (!head) return this.#send(visitor, undefined, plain(400, 'not HTTP'));
		const route = this.#routes.find(route => route.handles(head.path));
		if (!route) return this.#send(visitor, head, plain(404, 'not found: announce to /announce'));
		const request = new VisitorRequest(head, host, visitor.isSecure, maximum =>
			this.#bodyOf(visitor, request, maximum),
		);
		let answer: HttpAnswer | Promise<HttpAnswer>;
		try {
			answer = route.handle(request);
		} catch (error) {
			answer = this.#refusal(head.path, error);
		}
		if (!(answer instanceof Promise)) return this.#send(visitor, request, answer);
		visitor.isBusy = true;
		const isGone = (): boolean => visitor.leaving || !this.#visitors.has(visitor);
		// Whoever is gone has taken its body along: that is no failure.
		const refuse = (error: unknown): HttpAnswer =>
			isGone() ? plain(400, 'gone') : this.#refusal(head.path, error);
		answer.catch(refuse).then(made => {
			visitor.isBusy = false;
			if (isGone()) return;
			visitor.since = this.#clock.now();
			this.#send(visitor, request, made);
			if (visitor.leaving) return;
			visitor.socket.resume();
			this.#readHeads(visitor);
		});
	}

	/** What a route's failure is to whoever asked. */
	#refusal(path: string, error: unknown): HttpAnswer {
		if (error instanceof HttpRefusal) {
			const {status, message, headers} = error;
			return {...plain(status, message), ...(headers && {headers})};
		}
		this.#admission.failed(path, error);
		return plain(500, 'something went wrong here');
	}

	#bodyOf(visitor: Visitor, request: VisitorRequest, maximum: number): Promise<Uint8Array> {
		const length = request.bodyLength;
		if (length === undefined)
			return Promise.reject(new HttpRefusal(411, 'say how long it is: Content-Length'));
		if (length > maximum)
			return Promise.reject(new HttpRefusal(413, `too long: ${length} bytes, at most ${maximum}`));
		if (request.isBodyRead) return Promise.reject(new Error('the body is read already'));
		request.isBodyRead = true;
		if (/^expect:[ \t]*100-continue/im.test(request.headers) && visitor.pending.length < length)
			visitor.socket.write('HTTP/1.1 100 Continue\r\n\r\n');
		return new Promise((arrived, reject) => {
			visitor.body = {length, arrived, gone: () => reject(new Error('the connection is gone'))};
			this.#readBody(visitor);
		});
	}

	/** Answers a request; undefined for one that is none, after which the connection ends. */
	#send(
		visitor: Visitor,
		request: (HttpRequestHead & {readonly isBodyRead?: boolean}) | undefined,
		{status, type, body, headers, stream}: HttpAnswer,
	): void {
		const {socket} = visitor;
		const withBody = request?.method !== 'HEAD';
		const goesOn = stream !== undefined && withBody;
		const keepAlive =
			!goesOn &&
			request?.keepAlive === true &&
			(request.bodyLength === 0 || request.isBodyRead === true) &&
			visitor.requests < maximumRequests &&
			// Who asks and asks and never reads has had enough.
			socket.writableLength === 0;
		const content = typeof body === 'string' ? Buffer.from(body) : body;
		let head = `HTTP/1.1 ${status} ${reasons[status] ?? ''}\r\nContent-Type: ${type}\r\n`;
		if (stream === undefined) head += `Content-Length: ${content.length}\r\n`;
		for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
		head += `Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n`;
		const bytes = Buffer.allocUnsafe(head.length + (withBody ? content.length : 0));
		bytes.write(head, 0, 'latin1');
		if (withBody) bytes.set(content, head.length);
		if (keepAlive) {
			socket.write(bytes);
			return;
		}
		visitor.leaving = true;
		visitor.pending = '';
		if (!goesOn) {
			socket.end(bytes);
			return;
		}
		socket.write(bytes);
		visitor.isStreaming = true;
		stream(this.#streamTo(visitor));
	}

	#streamTo(visitor: Visitor): HttpStream {
		const {socket} = visitor;
		return {
			write: text => {
				if (socket.destroyed || socket.writableEnded) return false;
				if (socket.writableLength > maximumBehind) {
					this.#dismiss(visitor);
					return false;
				}
				// Who has read all so far is as good as new.
				if (socket.writableLength === 0) {
					visitor.since = this.#clock.now();
					this.#visitors.delete(visitor);
					this.#visitors.add(visitor);
				}
				socket.write(text);
				return true;
			},
			end: () => void socket.end(),
			onClose: listener => {
				if (socket.destroyed) listener();
				else socket.once('close', listener);
			},
		};
	}
}

/** A request and what may be asked of its connection. */
class VisitorRequest implements HttpRequest {
	readonly method: string;
	readonly path: string;
	readonly query: string;
	readonly keepAlive: boolean;
	readonly bodyLength: number | undefined;
	readonly headers: string;
	readonly host: string;
	readonly isSecure: boolean;
	readonly body: (maximum: number) => Promise<Uint8Array>;
	isBodyRead = false;

	constructor(
		{method, path, query, keepAlive, bodyLength, headers}: HttpRequestHead,
		host: string,
		isSecure: boolean,
		body: (maximum: number) => Promise<Uint8Array>,
	) {
		this.method = method;
		this.path = path;
		this.query = query;
		this.keepAlive = keepAlive;
		this.bodyLength = bodyLength;
		this.headers = headers;
		this.host = host;
		this.isSecure = isSecure;
		this.body = body;
	}

	header(name: string): string | undefined {
		return headerOf(this.headers, name);
	}
}

function isUntouched({requests, pending, isSecure, isBusy}: Visitor): boolean {
	return requests === 0 && pending === '' && !isSecure && !isBusy;
}

function patienceWith({socket, body, isBusy, isStreaming}: Visitor): number {
	if (socket.writableLength > 0) return takeTime;
	if (body !== undefined) return quietTime + body.length / bodyBytesPerMilli;
	return isBusy || isStreaming ? Number.POSITIVE_INFINITY : quietTime;
}

function plain(status: number, text: string): HttpAnswer {
	return {status, type: 'text/plain; charset=utf-8', body: `${text}\n`};
}

function count(counts: Map<string, number>, key: string, by: 1 | -1): void {
	const left = (counts.get(key) ?? 0) + by;
	if (left === 0) counts.delete(key);
	else counts.set(key, left);
}
