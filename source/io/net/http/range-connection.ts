import type {OnReadOpts, Socket} from 'node:net';
import {ProtocolError} from '../../../base/errors.js';
import type {Bytes} from '../../../base/units.js';
import {type AnswerSink, HttpAnswerParser} from '../../../protocol/http/answer-parser.js';
import {describeNetworkError} from '../network-error.js';
import {receiveBufferLength} from '../tcp-connection.js';
import {AddressGuard} from './address-guard.js';
import type {RequestForm, WebDialer} from './http-dialer.js';
import {authorization} from './http-exchange.js';

/** What a connection to a web server tells; the answers come in the order in which was asked. */
export interface RangeEvents extends AnswerSink {
	/** What was asked for is on its way. */
	connected(): void;
	/** A portion of what has come was told. */
	read(length: Bytes): void;
	/** Told once, last, unless `close` was called: in a few words why. */
	closed(why: string): void;
}

/** A kept connection to one web server. */
export interface RangeStream {
	/** Whether an address of the whole internet may have been reached. Known once it is connected. */
	readonly isPublic: boolean;
	/** Asks for a part of a file; also before it is connected, and before what was asked for earlier has come. */
	ask(url: URL, from: Bytes, length: Bytes): void;
	/** Stops and restarts reading. */
	pause(): void;
	resume(): void;
	/** As `Connection.readAtMost`. */
	readAtMost(bytes: Bytes | undefined): void;
	/** Nothing more is told. */
	close(): void;
}

/** What may be asked where. */
export interface RangeServer {
	/** A URL of the server. */
	readonly url: URL;
	/** A redirect from a public address leads there: it must not be a local one. */
	readonly fromPublic: boolean;
	/** A local address may be asked whatever the URL says: a person named it. */
	readonly trusted: boolean;
}

/** Opens connections to web servers over which parts of files are asked for. */
export interface RangeDialer {
	/** Never throws: what goes wrong is told by `closed`. */
	open(server: RangeServer, events: RangeEvents): RangeStream;
}

/**
 * Web servers over Node's sockets. TLS is verified. One buffer takes what any of them sends, one after the other: it
 * stays in cache.
 */
export class NodeRangeDialer implements RangeDialer {
	readonly #dialer: WebDialer;
	readonly #userAgent: string;
	readonly #buffer = {bytes: undefined as Uint8Array | undefined};

	constructor(dialer: WebDialer, userAgent: string) {
		this.#dialer = dialer;
		this.#userAgent = userAgent;
	}

	open(server: RangeServer, events: RangeEvents): RangeStream {
		this.#buffer.bytes ??= Buffer.allocUnsafeSlow(receiveBufferLength);
		return new RangeConnection(server, events, this.#dialer, this.#userAgent, this.#buffer.bytes);
	}
}

class RangeConnection implements RangeStream {
	readonly #events: RangeEvents;
	readonly #userAgent: string;
	readonly #buffer: Uint8Array;
	readonly #parser: HttpAnswerParser;
	readonly #guard: AddressGuard;
	readonly #form: RequestForm;
	readonly #given = new AbortController();
	#socket: Socket | undefined;
	/** What is to be asked when it is connected. */
	#unsent: string[] = [];
	#isPaused = false;
	#isClosed = false;
	#most = receiveBufferLength;
	/** The length of the buffer that Node has. */
	#has = 0;
	#why: string | undefined;

	constructor(
		{url, fromPublic, trusted}: RangeServer,
		events: RangeEvents,
		dialer: WebDialer,
		userAgent: string,
		buffer: Uint8Array,
	) {
		this.#events = events;
		this.#userAgent = userAgent;
		this.#buffer = buffer;
		this.#form = dialer.form?.(url) ?? {};
		const {answered} = this.#form;
		this.#parser = new HttpAnswerParser({
			head: head => {
				this.#judge(() => answered?.(head.status));
				events.head(head);
			},
			body: (bytes, from, to) => events.body(bytes, from, to),
			end: () => events.end(),
		});
		const mayBeLocal = (): boolean => trusted || url.search === '';
		this.#guard = new AddressGuard(url.pathname, fromPublic, mayBeLocal, asksLocally);
		dialer.dial(url, this.#guard, this.#given.signal, undefined, this.#reading()).then(
			socket => this.#attach(socket),
			(error: unknown) => this.#end(describeNetworkError(error)),
		);
	}

	get isPublic(): boolean {
		return this.#guard.public;
	}

	ask(url: URL, from: Bytes, length: Bytes): void {
		const text = requestFor(url, from, length, this.#userAgent, this.#form);
		if (this.#socket === undefined) this.#unsent.push(text);
		else this.#socket.write(text);
	}

	pause(): void {
		this.#isPaused = true;
		this.#socket?.pause();
	}

	resume(): void {
		if (!this.#isPaused) return;
		this.#isPaused = false;
		this.#socket?.resume();
	}

	readAtMost(bytes: Bytes | undefined): void {
		this.#most = Math.min(receiveBufferLength, bytes ?? receiveBufferLength);
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#parser.stop();
		this.#given.abort(new Error('given up'));
		this.#socket?.destroy();
	}

	#reading(): OnReadOpts {
		return {
			buffer: () => {
				// Node takes undefined as "the same again", which its types do not tell.
				if (this.#has === this.#most) return undefined as unknown as Uint8Array;
				this.#has = this.#most;
				return this.#buffer.subarray(0, this.#most);
			},
			callback: length => {
				if (this.#socket !== undefined) this.#read(this.#buffer, length);
				return !this.#isPaused;
			},
		};
	}

	#attach(socket: Socket): void {
		if (this.#isClosed) return void socket.destroy();
		this.#socket = socket;
		socket.setNoDelay(true);
		// A connection with TLS cannot be told where to read to.
		socket.on('data', (bytes: Uint8Array) => this.#read(bytes, bytes.length));
		socket.on('error', error => {
			this.#why ??= describeNetworkError(error);
		});
		socket.once('end', () => this.#take(() => this.#parser.end()));
		socket.once('close', () => this.#end(this.#why ?? 'the connection broke off'));
		for (const text of this.#unsent) socket.write(text);
		this.#unsent = [];
		if (this.#isPaused) socket.pause();
		this.#events.connected();
	}

	#read(bytes: Uint8Array, length: Bytes): void {
		if (this.#isClosed) return;
		this.#take(() => this.#parser.push(bytes, 0, length));
		if (!this.#isClosed) this.#events.read(length);
	}

	/** What makes no sense ends the connection, and is why. */
	#take(step: () => void): void {
		try {
			step();
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#end(error.message);
		}
	}

	/** What a proxy says of itself in place of the server is why. */
	#judge(step: () => void): void {
		try {
			step();
		} catch (error) {
			throw new ProtocolError('refused-by-proxy', describeNetworkError(error));
		}
	}

	#end(why: string): void {
		if (this.#isClosed) return;
		this.close();
		this.#events.closed(why);
	}
}

const asksLocally =
	'its URL has a query: refused unless you name it with --web-seed or add it by hand, for it could make another program do something';

function requestFor(
	url: URL,
	from: Bytes,
	length: Bytes,
	userAgent: string,
	{isWhole = false, headers = {}}: RequestForm,
): string {
	return [
		`GET ${isWhole ? url.origin : ''}${url.pathname}${url.search} HTTP/1.1`,
		`Host: ${url.host}`,
		`User-Agent: ${userAgent}`,
		'Accept: */*',
		'Accept-Encoding: identity',
		...authorization(url),
		...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
		`Range: bytes=${from}-${from + length - 1}`,
		'Connection: keep-alive',
		'\r\n',
	].join('\r\n');
}
