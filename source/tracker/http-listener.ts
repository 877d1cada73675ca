import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {ProtocolError} from '../base/errors.js';
import {parseIp} from '../base/ip-address.js';
import type {Clock, Timer} from '../base/ports.js';
import {terminalJson} from '../base/terminal-text.js';
import {isLoopback} from '../policy/peers/peer-key.js';
import {networkOf} from '../policy/tracker/host-table.js';
import {type HttpRequestHead, headLength, parseRequestHead} from '../protocol/tracker/http-request.js';
import {
	encodeAnnounceAnswer,
	encodeCompactAnswer,
	encodeScrapeAnswer,
	encodeTrackerFailure,
	parseAnnounceQuery,
	parseScrapeQuery,
	percentDecode,
} from '../protocol/tracker/query.js';
import {plainHost} from './plain-host.js';
import type {TrackerService} from './tracker-service.js';

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
const sweepTime = 1000;
const maximumRequests = 100;
const utf8 = new TextDecoder();

const reasons: Readonly<Record<number, string>> = {
	200: 'OK',
	400: 'Bad Request',
	404: 'Not Found',
	405: 'Method Not Allowed',
	413: 'Content Too Large',
	431: 'Request Header Fields Too Large',
	503: 'Service Unavailable',
};

interface Visitor {
	readonly socket: Socket;
	readonly host: string;
	readonly network: string;
	/** What came and is no whole request yet. */
	pending: string;
	requests: number;
	/** When it came, or its last request was whole. */
	since: number;
	/** Nothing more is read. */
	leaving: boolean;
}

/**
 * Answers `/announce`, `/scrape` and `/torrents` over HTTP. BEP 3, 7, 23, 24, 48. On plain sockets: a third of what
 * Node's own server takes for each request, and nobody holds a place by saying nothing. Whoever has not sent a whole
 * request in 5 s goes, and when all places are taken the one that has waited longest does.
 */
export class TrackerHttpServer {
	readonly #service: TrackerService;
	readonly #clock: Clock;
	readonly #isExempt: (host: string) => boolean;
	readonly #server: Server;
	/** The one whose last request is longest ago first. */
	readonly #visitors = new Set<Visitor>();
	readonly #perHost = new Map<string, number>();
	readonly #perNetwork = new Map<string, number>();
	#sweep: Timer | undefined;

	/** @param isExempt hosts whose connections are not counted: a proxy on this machine speaks for all; replaced in tests */
	constructor(service: TrackerService, clock: Clock, isExempt: (host: string) => boolean = isLoopback) {
		this.#isExempt = isExempt;
		this.#service = service;
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
			since: this.#clock.now(),
			leaving: false,
		};
		this.#visitors.add(visitor);
		count(this.#perHost, host, 1);
		count(this.#perNetwork, network, 1);
		socket.on('data', bytes => this.#read(visitor, bytes));
		socket.on('error', () => undefined);
		socket.on('close', () => this.#forget(visitor));
		if (!this.#sweep) this.#sweepLater();
	}

	#dismiss(visitor: Visitor): void {
		visitor.socket.destroy();
		this.#forget(visitor);
	}

	#forget(visitor: Visitor): void {
		if (!this.#visitors.delete(visitor)) return;
		count(this.#perHost, visitor.host, -1);
		count(this.#perNetwork, visitor.network, -1);
	}

	#sweepLater(): void {
		this.#sweep = this.#clock.after(sweepTime, () => {
			this.#sweep = undefined;
			const now = this.#clock.now();
			for (const visitor of this.#visitors) {
				const patience = visitor.socket.writableLength > 0 ? takeTime : quietTime;
				if (now - visitor.since >= patience) this.#dismiss(visitor);
			}
			if (this.#visitors.size > 0) this.#sweepLater();
		});
	}

	#read(visitor: Visitor, bytes: Buffer): void {
		if (visitor.leaving) return;
		visitor.pending += bytes.toString('latin1');
		while (!visitor.leaving) {
			const {pending} = visitor;
			const length = headLength(pending);
			if ((length ?? pending.length) > maximumHead) {
				this.#send(visitor, undefined, 431, 'text/plain', 'too long\n');
				return;
			}
			if (length === undefined) return;
			visitor.pending = pending.slice(length);
			this.#answer(visitor, parseRequestHead(pending.slice(0, length)));
		}
	}

	#answer(visitor: Visitor, request: HttpRequestHead | undefined): void {
		const {host} = visitor;
		if (!this.#service.admits(host)) {
			this.#dismiss(visitor);
			visitor.leaving = true;
			return;
		}
		// The one that has waited longest is the first of all.
		this.#visitors.delete(visitor);
		this.#visitors.add(visitor);
		visitor.since = this.#clock.now();
		visitor.requests++;
		if (!request) return this.#send(visitor, undefined, 400, 'text/plain', 'not HTTP\n');
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			return this.#send(visitor, undefined, 405, 'text/plain', 'only GET\n');
		}
		if (request.hasBody) return this.#send(visitor, undefined, 413, 'text/plain', 'no bodies\n');
		switch (request.path) {
			case '/announce':
				return this.#send(
					visitor,
					request,
					200,
					'text/plain',
					this.#encode(() => this.#announce(request, host)),
				);
			case '/scrape':
				return this.#send(
					visitor,
					request,
					200,
					'text/plain',
					this.#encode(() => this.#scrape(request)),
				);
			case '/torrents':
				if (!this.#service.admitsListing(host))
					return this.#send(visitor, request, 503, 'text/plain', 'busy: ask again in a minute\n');
				return this.#send(visitor, request, 200, 'application/json; charset=utf-8', this.#list(request));
			case '/':
				return this.#send(
					visitor,
					request,
					200,
					'text/plain; charset=utf-8',
					'A BitTorrent tracker. Announce to /announce.\n',
				);
			default:
				return this.#send(
					visitor,
					request,
					404,
					'text/plain; charset=utf-8',
					'not found: announce to /announce\n',
				);
		}
	}

	#announce({query}: HttpRequestHead, host: string): Uint8Array {
		const announce = parseAnnounceQuery(query);
		const {interval, minInterval} = this.#service;
		if (!announce.compact) {
			const answer = this.#service.announce(announce.request, host, 'both');
			return encodeAnnounceAnswer({...answer, interval, minInterval, externalIp: host}, announce);
		}
		const answer = this.#service.announceCompact(announce.request, host, 'both');
		return encodeCompactAnswer({...answer, interval, minInterval, externalIp: parseIp(host)});
	}

	#scrape({query}: HttpRequestHead): Uint8Array {
		const files = parseScrapeQuery(query).map(
			infoHash => [infoHash, this.#service.scrape(infoHash)] as const,
		);
		return encodeScrapeAnswer(files);
	}

	#list({query}: HttpRequestHead): string {
		const values = new Map(query.split('&', 20).map(part => part.split('=', 2) as [string, string]));
		const words = utf8.decode(percentDecode(values.get('q') ?? ''));
		const limit = Number(/^\d{1,4}$/.exec(values.get('limit') ?? '')?.[0] ?? 100);
		return `${terminalJson({torrents: this.#service.list(words, limit)})}\n`;
	}

	#encode(encode: () => Uint8Array): Uint8Array {
		try {
			return encode();
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			return encodeTrackerFailure(error.message);
		}
	}

	/** Answers a request; undefined for one that is none, after which the connection ends. */
	#send(
		visitor: Visitor,
		request: HttpRequestHead | undefined,
		status: number,
		type: string,
		body: string | Uint8Array,
	): void {
		const {socket} = visitor;
		const keepAlive =
			request?.keepAlive === true &&
			visitor.requests < maximumRequests &&
			// Who asks and asks and never reads has had enough.
			socket.writableLength === 0;
		const content = typeof body === 'string' ? Buffer.from(body) : body;
		const head =
			`HTTP/1.1 ${status} ${reasons[status]}\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n` +
			`Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n`;
		const withBody = request?.method !== 'HEAD';
		const bytes = Buffer.allocUnsafe(head.length + (withBody ? content.length : 0));
		bytes.write(head, 0, 'latin1');
		if (withBody) bytes.set(content, head.length);
		if (keepAlive) {
			socket.write(bytes);
			return;
		}
		visitor.leaving = true;
		visitor.pending = '';
		socket.end(bytes);
	}
}

function count(counts: Map<string, number>, key: string, by: 1 | -1): void {
	const left = (counts.get(key) ?? 0) + by;
	if (left === 0) counts.delete(key);
	else counts.set(key, left);
}
