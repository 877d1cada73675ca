import type {IncomingMessage, Server, ServerResponse} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {ProtocolError} from '../base/errors.js';
import {nodeHttp} from '../io/node-http.js';
import {formatIp, parseIp} from '../protocol/ip-address.js';
import {
	encodeAnnounceAnswer,
	encodeScrapeAnswer,
	encodeTrackerFailure,
	parseAnnounceQuery,
	parseScrapeQuery,
	percentDecode,
} from '../protocol/tracker-query.js';
import type {TrackerService} from './tracker-service.js';

const maximumConnections = 1000;
const maximumConnectionsPerHost = 100;
const utf8 = new TextDecoder();

/** Answers `/announce`, `/scrape` and `/torrents` over HTTP. BEP 3, 7, 23, 24, 48. */
export class TrackerHttpServer {
	readonly #service: TrackerService;
	readonly #server: Server;
	readonly #perHost = new Map<string, number>();

	constructor(service: TrackerService) {
		this.#service = service;
		this.#server = nodeHttp().createServer(
			{
				// The longest URL too: a scrape of 74 torrents has 5.3 KB.
				maxHeaderSize: 8192,
				headersTimeout: 5000,
				requestTimeout: 10_000,
				keepAliveTimeout: 5000,
				connectionsCheckingInterval: 2000,
				noDelay: true,
			},
			(request, response) => this.#answer(request, response),
		);
		this.#server.maxConnections = maximumConnections;
		this.#server.maxRequestsPerSocket = 100;
		this.#server.on('connection', socket => this.#admit(socket));
		this.#server.on('clientError', (_error, socket) => {
			if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
			else socket.destroy();
		});
	}

	/** Rejects with the system's error when the port cannot be had. */
	async listen(port: number, host: string): Promise<number> {
		await new Promise<void>((resolve, reject) => {
			this.#server.once('error', reject);
			this.#server.listen({port, host}, () => {
				this.#server.off('error', reject);
				resolve();
			});
		});
		// From here on an error is one of a connection that could not be taken.
		this.#server.on('error', () => undefined);
		return (this.#server.address() as AddressInfo).port;
	}

	async close(): Promise<void> {
		if (!this.#server.listening) return;
		await new Promise(resolve => {
			this.#server.close(resolve);
			this.#server.closeAllConnections();
		});
	}

	#admit(socket: Socket): void {
		const host = hostOf(socket);
		const count = (this.#perHost.get(host) ?? 0) + 1;
		if (count > maximumConnectionsPerHost && !host.startsWith('127.') && host !== '::1') {
			socket.destroy();
			return;
		}
		this.#perHost.set(host, count);
		socket.once('close', () => {
			const left = this.#perHost.get(host)! - 1;
			if (left === 0) this.#perHost.delete(host);
			else this.#perHost.set(host, left);
		});
	}

	#answer(request: IncomingMessage, response: ServerResponse): void {
		const host = hostOf(request.socket);
		if (host === '' || !this.#service.admits(host)) {
			request.socket.destroy();
			return;
		}
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.setHeader('Connection', 'close');
			send(response, 405, 'text/plain', 'only GET\n');
			return;
		}
		const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s, 2);
		switch (path) {
			case '/announce':
				return sendBencoded(response, () => this.#announce(query, host));
			case '/scrape':
				return sendBencoded(response, () => {
					const files = parseScrapeQuery(query).map(
						infoHash => [infoHash, this.#service.scrape(infoHash)] as const,
					);
					return encodeScrapeAnswer(files);
				});
			case '/torrents':
				return this.#list(query, response);
			case '/':
				send(response, 200, 'text/plain; charset=utf-8', 'A BitTorrent tracker. Announce to /announce.\n');
				return;
			default:
				send(response, 404, 'text/plain; charset=utf-8', 'not found: announce to /announce\n');
		}
	}

	#announce(query: string, host: string): Uint8Array {
		const announce = parseAnnounceQuery(query);
		const answer = this.#service.announce(announce.request, host, 'both');
		const {interval, minInterval} = this.#service;
		return encodeAnnounceAnswer({...answer, interval, minInterval, externalIp: host}, announce);
	}

	#list(query: string, response: ServerResponse): void {
		const values = new Map(query.split('&', 20).map(part => part.split('=', 2) as [string, string]));
		const words = utf8.decode(percentDecode(values.get('q') ?? ''));
		const limit = Number(/^\d{1,4}$/.exec(values.get('limit') ?? '')?.[0] ?? 100);
		const torrents = this.#service.list(words, limit);
		send(response, 200, 'application/json; charset=utf-8', `${JSON.stringify({torrents})}\n`);
	}
}

function hostOf(socket: Socket): string {
	const address = parseIp(socket.remoteAddress ?? '');
	return address ? formatIp(address) : '';
}

function sendBencoded(response: ServerResponse, encode: () => Uint8Array): void {
	let body: Uint8Array;
	try {
		body = encode();
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		body = encodeTrackerFailure(error.message);
	}
	send(response, 200, 'text/plain', body);
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
	const bytes = typeof body === 'string' ? Buffer.from(body) : body;
	response.writeHead(status, {
		'Content-Type': type,
		'Content-Length': bytes.length,
		'Cache-Control': 'no-store',
		'X-Content-Type-Options': 'nosniff',
	});
	response.end(bytes);
}
