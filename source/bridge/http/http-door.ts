import {createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {ProtocolError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import {compressed} from './compressed.js';
import {isAllowedHost, isOwnOrigin} from './host-check.js';
import {type HttpAnswer, type HttpLogin, HttpRefusal, type HttpRoute} from './http-route.js';
import {HttpVisitors} from './http-visitors.js';
import {IncomingRequest} from './incoming-request.js';
import type {ListenAddress} from './listen-address.js';
import {claimSocketPath, listenAt} from './listening.js';
import {basePath, requestPath} from './request-path.js';

const maximumHead = 16_384;
const mostConnections = 256;
/** What is read of a body that nobody wants, for its sender to hear the answer. */
const mostDrained = 32 * 1024 * 1024;
/** In which the sender of a longer one may read the answer. */
const lingerTime = 2000;
/** In which answers that are under way are finished when the door is closed. */
const farewellTime = 1000;
const idleTime = 60_000;
/** Requests that may wait on a connection for the one before them to be answered: no browser sends any. */
const mostWaiting = 16;

/** What a door is opened with. */
export interface HttpDoorOptions {
	readonly where: ListenAddress;
	/** The path below which all is: `/` when left out. */
	readonly base?: string;
	/** Where those are sent who ask for something outside of the base: a path. They are told that nothing is there else. */
	readonly home?: string;
	/** Names by which it may be called beside addresses and localhost; all of them behind a password that is asked for. */
	readonly hosts: readonly string[] | 'any';
	/**
	 * Whether pages of others may ask: with `any` they are told so, which is for doors where each request names a password.
	 * A WebSocket is for our own pages in any case.
	 */
	readonly origins?: 'own' | 'any';
	/** Asked in this order. */
	readonly routes: readonly HttpRoute[];
	readonly login?: HttpLogin | undefined;
	/** Headers of every answer, also of those that the door gives itself. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly clock: Clock;
	/** Told of what a route threw that is no `HttpRefusal`; who asked is told that something went wrong, not what. */
	failed(path: string, error: unknown): void;
	/** Connections at a time; replaced in tests. */
	readonly most?: number;
}

/**
 * An HTTP server for a few people and their programs. It knows who may ask (by password, host name and origin), has
 * ceilings for all that comes, and reads what is sent before it answers. What is answered is decided by its routes.
 */
export class HttpDoor {
	readonly #options: HttpDoorOptions;
	readonly #base: string;
	readonly #visitors: HttpVisitors;
	readonly #server: Server;
	/** Connections that are being answered, with what else was asked there meanwhile. */
	readonly #waiting = new WeakMap<Socket, Array<() => void>>();

	constructor(options: HttpDoorOptions) {
		this.#options = options;
		this.#base = basePath(options.base ?? '/');
		this.#visitors = new HttpVisitors(options.clock, options.most ?? mostConnections);
		this.#server = createServer({
			maxHeaderSize: maximumHead,
			keepAliveTimeout: idleTime,
			// All waiting is looked after by the visitors' clock.
			headersTimeout: 0,
			requestTimeout: 0,
			connectionsCheckingInterval: 2 ** 31 - 1,
			noDelay: true,
		});
		this.#server.on('connection', socket => this.#visitors.add(socket));
		this.#server.on('request', (message, response) => this.#serveInTurn(message, response));
		if (options.routes.some(({upgrade}) => upgrade !== undefined))
			this.#server.on('upgrade', (message, socket, head) => void this.#upgrade(message, socket, head));
	}

	/** Opens it: the address it has then, with the port that was free when any was asked for. Rejects with a `UserError`. */
	async open(): Promise<ListenAddress> {
		const {where} = this.#options;
		if ('path' in where) await claimSocketPath(where.path);
		await listenAt(this.#server, where);
		// From here on an error is one of a connection that could not be taken.
		this.#server.on('error', () => undefined);
		return 'path' in where ? where : {...where, port: (this.#server.address() as AddressInfo).port};
	}

	/** Connections that are open. */
	get connections(): number {
		return this.#visitors.size;
	}

	/** Takes no more; what is being answered has a second. */
	async close(): Promise<void> {
		if (!this.#server.listening) return;
		const closed = new Promise(resolve => this.#server.close(resolve));
		this.#visitors.end(false);
		const late = this.#options.clock.after(farewellTime, () => this.#visitors.end(true));
		await closed;
		late.clear();
		this.#visitors.end(true);
	}

	/** One after the other: answers to all that somebody can ask in a breath would fill the memory. */
	#serveInTurn(message: IncomingMessage, response: ServerResponse): void {
		const {socket} = message;
		const before = this.#waiting.get(socket);
		if (before !== undefined) {
			if (before.length < mostWaiting) before.push(() => void this.#serve(message, response));
			else socket.destroy();
			return;
		}
		this.#waiting.set(socket, []);
		void this.#serve(message, response);
	}

	/** A connection is answered: what was asked there next has its turn. */
	#answered(socket: Socket): void {
		this.#visitors.is('quiet', socket);
		const next = socket.destroyed ? undefined : this.#waiting.get(socket)?.shift();
		if (next === undefined) this.#waiting.delete(socket);
		else next();
	}

	async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
		const {socket} = message;
		response.on('error', () => undefined);
		this.#visitors.is('answer', socket);
		response.once('close', () => this.#answered(socket));
		const path = requestPath(message.url ?? '') ?? '';
		const request = new IncomingRequest(message, path, stage => this.#visitors.is(stage, socket));
		try {
			const answer = await this.#answer(request, path).catch(error => this.#refusal(path, error));
			if (socket.destroyed) return;
			await this.#send(message, response, request, answer);
		} catch {
			// The connection is gone, or what was to be said cannot be.
			socket.destroy();
		}
	}

	async #answer(request: IncomingRequest, path: string): Promise<HttpAnswer> {
		if (path === '') return new HttpRefusal(400, 'no such path').answer;
		const stranger = this.#strangeness(request, this.#options.origins ?? 'own');
		if (stranger) return stranger;
		if (request.method === 'OPTIONS' && request.header('access-control-request-method') !== undefined)
			return {status: 204, headers: this.#preflight(request)};
		// Who knows all but the last letter of the base is told that.
		if (`${path}/` === this.#base)
			return {status: 301, headers: {Location: this.#options.home ?? this.#base}};
		const route = this.#routeOf(path);
		const refused = route?.isPublic ? undefined : await this.#options.login?.admit(this.#below(request));
		if (refused) return refused;
		if (route) return route.answer(this.#below(request));
		const {home} = this.#options;
		if (home === undefined || path.startsWith(this.#base))
			return new HttpRefusal(404, 'nothing is here').answer;
		return new HttpRefusal(301, `look at ${home}`, {Location: home}).answer;
	}

	/** Why somebody who calls us so, or comes from there, is not answered. */
	#strangeness(request: IncomingRequest, origins: 'own' | 'any'): HttpAnswer | undefined {
		const {hosts, where} = this.#options;
		const names = hosts === 'any' ? [] : hosts;
		const host = request.header('host');
		if (hosts !== 'any' && !('path' in where) && !isAllowedHost(host, names))
			return new HttpRefusal(421, 'not by that name: use an address, localhost, or a name that was allowed')
				.answer;
		// No page of a stranger can set the second: it would have to ask first.
		const called = [host, request.header('x-forwarded-host')];
		if (origins === 'own' && !isOwnOrigin(request.header('origin'), called, names))
			return new HttpRefusal(403, 'not for pages of others').answer;
		return undefined;
	}

	#preflight(request: IncomingRequest): Record<string, string> {
		if (this.#options.origins !== 'any') return {};
		const wanted = request.header('access-control-request-headers');
		return {
			'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
			...(wanted !== undefined && {'Access-Control-Allow-Headers': wanted}),
		};
	}

	#routeOf(path: string): HttpRoute | undefined {
		if (!path.startsWith(this.#base)) return undefined;
		const below = path.slice(this.#base.length - 1);
		return this.#options.routes.find(route => route.handles(below));
	}

	/** The request as those below the base path see it. */
	#below(request: IncomingRequest): IncomingRequest {
		return request.path.startsWith(this.#base)
			? request.at(request.path.slice(this.#base.length - 1))
			: request;
	}

	/** What a route's failure is to whoever asked. */
	#refusal(path: string, error: unknown): HttpAnswer {
		if (error instanceof HttpRefusal) return error.answer;
		if (error instanceof ProtocolError) return new HttpRefusal(400, error.message).answer;
		this.#options.failed(path, error);
		return new HttpRefusal(500, 'something went wrong here').answer;
	}

	#headers(answer: HttpAnswer): Record<string, string | readonly string[]> {
		return {
			'X-Content-Type-Options': 'nosniff',
			'X-Frame-Options': 'SAMEORIGIN',
			'Content-Security-Policy': "frame-ancestors 'self'",
			'Cache-Control': 'no-store',
			...(this.#options.origins === 'any' && {'Access-Control-Allow-Origin': '*'}),
			...this.#options.headers,
			...(answer.type !== undefined && {'Content-Type': answer.type}),
			...answer.headers,
		};
	}

	async #send(
		message: IncomingMessage,
		response: ServerResponse,
		request: IncomingRequest,
		answer: HttpAnswer,
	): Promise<void> {
		const isHeard = await request.drain(mostDrained);
		const withBody = message.method !== 'HEAD' && answer.status !== 204 && answer.status !== 304;
		const headers = this.#headers(answer);
		if (!isHeard) headers['Connection'] = 'close';
		if (answer.stream) {
			response.writeHead(answer.status, headers as Record<string, string | string[]>);
			if (!withBody) return void response.end();
			this.#visitors.is('own', message.socket);
			answer.stream(response);
			return;
		}
		const body = withBody ? await compressed(answer, request.header('accept-encoding'), headers) : undefined;
		if (answer.status !== 204 && answer.status !== 304)
			headers['Content-Length'] ??= String(body?.length ?? Buffer.byteLength(answer.body ?? ''));
		response.writeHead(answer.status, headers as Record<string, string | string[]>);
		if (isHeard || message.destroyed) return void response.end(body);
		// Closed at once, the system would take the answer back from a sender who is not done yet.
		response.write(body ?? '');
		message.on('error', () => undefined).resume();
		const late = this.#options.clock.after(lingerTime, () => response.end());
		message.once('end', () => response.end());
		response.once('close', () => late.clear());
	}

	async #upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
		socket.on('error', () => socket.destroy());
		// Two would write there.
		if (this.#waiting.has(socket as Socket)) return void socket.destroy();
		this.#visitors.is('answer', socket as Socket);
		const path = requestPath(message.url ?? '') ?? '';
		const request = new IncomingRequest(message, path, () => undefined);
		const route = this.#routeOf(path);
		let answer: HttpAnswer | undefined;
		try {
			answer =
				this.#strangeness(request, 'own') ??
				(route?.isPublic ? undefined : await this.#options.login?.admit(this.#below(request))) ??
				(route?.upgrade ? undefined : new HttpRefusal(404, 'nothing is here').answer);
			if (answer === undefined) {
				this.#visitors.is('own', socket as Socket);
				route?.upgrade?.(this.#below(request), {message, socket, head});
				return;
			}
		} catch (error) {
			answer = this.#refusal(path, error);
		}
		const {status, body = ''} = answer;
		const headers = {
			...this.#headers(answer),
			'Content-Length': Buffer.byteLength(body),
			Connection: 'close',
		};
		const lines = Object.entries(headers).flatMap(([name, value]) =>
			[value].flat().map(one => `${name}: ${one}\r\n`),
		);
		socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`);
		socket.end(body);
		// Nobody has to close the other half.
		socket.resume();
		this.#visitors.is('quiet', socket as Socket);
	}
}
