import {lookup} from 'node:dns/promises';
import {ProtocolError} from '../../base/errors.js';
import {formatIp, parseIp} from '../../base/ip-address.js';
import type {Clock, Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {AnnounceRequest, AnnounceResponse, ScrapeResponse} from '../../protocol/tracker/announce.js';
import {
	decodeUdpResponse,
	encodeUdpAnnounce,
	encodeUdpConnect,
	encodeUdpScrape,
	type UdpResponse,
	udpTransactionId,
} from '../../protocol/tracker/udp.js';
import {type DatagramFamily, type Datagrams, type OpenDatagrams, openDatagrams} from './datagrams.js';
import {describeNetworkError} from './network-error.js';

export interface UdpTrackerRequest {
	readonly signal?: AbortSignal | undefined;
	/** Called once when the tracker has not answered by the second retransmission; it may answer yet. */
	readonly onSlow?: (() => void) | undefined;
}

/** Speaks to UDP trackers. A rejection's message says in a few words what went wrong. BEP 15. */
export interface UdpTrackerSocket {
	announce(url: string, request: AnnounceRequest, how?: UdpTrackerRequest): Promise<AnnounceResponse>;
	scrape(url: string, infoHash: Uint8Array, how?: UdpTrackerRequest): Promise<ScrapeResponse>;
	close(): void;
}

export interface UdpTrackerSocketOptions {
	readonly clock: Clock;
	readonly random: Random;
	/** Local addresses to send from: at most one a family; the other family is not used then. */
	readonly bind?: readonly string[];
	/** How long each attempt waits for an answer; 15 · 2ⁿ s when left out. */
	readonly patience?: readonly Millis[];
	readonly open?: OpenDatagrams;
	/** All addresses of a name, the preferred ones first. */
	readonly resolve?: (name: string) => Promise<readonly string[]>;
}

interface Endpoint {
	readonly host: string;
	readonly port: number;
	readonly family: DatagramFamily;
}

interface Connection {
	readonly endpoint: Endpoint;
	readonly id: bigint;
	readonly expires: Millis;
}

interface Transaction {
	readonly endpoint: Endpoint;
	settle(result: UdpResponse | Error): void;
}

interface Retransmission {
	readonly signal: AbortSignal | undefined;
	/** How long each attempt waits. */
	readonly patience: readonly Millis[];
}

/** The other addresses of a name are tried beside the first this long after it. */
const nextAddressAfter = 1000;
/** A connection id is good for this long. BEP 15. */
const connectionLife = 60_000;
const maximumAddresses = 4;
const noAnswer = new Error('no answer');

async function lookupAll(name: string): Promise<readonly string[]> {
	return (await lookup(name, {all: true})).map(({address}) => address);
}

/**
 * One socket a family for all torrents. Connection ids are kept for 60 s and shared; answers count only when both the
 * transaction id and the address they come from are right.
 */
export class NodeUdpTrackerSocket implements UdpTrackerSocket {
	readonly #options: UdpTrackerSocketOptions;
	readonly #patience: readonly Millis[];
	readonly #sockets = new Map<DatagramFamily, Promise<Datagrams>>();
	readonly #transactions = new Map<number, Transaction>();
	readonly #connections = new Map<string, Promise<Connection>>();
	#closed = false;

	constructor(options: UdpTrackerSocketOptions) {
		this.#options = options;
		this.#patience = options.patience ?? [15_000, 30_000, 60_000];
	}

	async announce(
		url: string,
		request: AnnounceRequest,
		how: UdpTrackerRequest = {},
	): Promise<AnnounceResponse> {
		const {pathname, search} = new URL(url);
		const name = request.name === undefined ? '' : `name=${encodeURIComponent(request.name.toWellFormed())}`;
		const path = pathname + search + (name && `${search === '' ? '?' : '&'}${name}`);
		const urlData = path === '/' ? '' : path;
		const response = await this.#request(url, how, (connection, transactionId) =>
			encodeUdpAnnounce(connection, transactionId, request, urlData),
		);
		if (response.kind === 'error') return {kind: 'failure', reason: response.message};
		if (response.kind === 'announce') return response.answer;
		throw new ProtocolError('bad-tracker-datagram', 'the tracker answers something else than was asked', 15);
	}

	async scrape(url: string, infoHash: Uint8Array, how: UdpTrackerRequest = {}): Promise<ScrapeResponse> {
		const response = await this.#request(url, how, (connection, transactionId) =>
			encodeUdpScrape(connection, transactionId, [infoHash]),
		);
		if (response.kind === 'error') return {kind: 'failure', reason: response.message};
		const counts = response.kind === 'scrape' ? response.counts[0] : undefined;
		if (counts) return counts;
		throw new ProtocolError('bad-tracker-datagram', 'the tracker answers something else than was asked', 15);
	}

	close(): void {
		this.#closed = true;
		for (const transaction of [...this.#transactions.values()]) transaction.settle(new Error('closed'));
		for (const socket of this.#sockets.values()) {
			socket.then(
				open => open.close(),
				() => undefined,
			);
		}
		this.#sockets.clear();
	}

	async #request(
		url: string,
		{signal, onSlow}: UdpTrackerRequest,
		encode: (connectionId: bigint, transactionId: number) => Uint8Array,
	): Promise<UdpResponse> {
		const {hostname, port} = new URL(url);
		if (port === '') throw new Error('its URL names no port: udp://host:PORT/announce');
		const host = hostname.replace(/^\[|\]$/g, '');
		const [first = 0, second = 0] = this.#patience;
		const slow = onSlow && this.#options.clock.after(first + second, onSlow);
		try {
			for (let fresh = false; ; fresh = true) {
				const known = !fresh && this.#connections.has(`${host}:${port}`);
				const connection = await unlessAborted(this.#connection(host, Number(port)), signal);
				const response = await this.#exchange(
					connection.endpoint,
					transactionId => encode(connection.id, transactionId),
					{signal, patience: known ? [first] : this.#patience},
				).catch(error => {
					if (known && error === noAnswer) return undefined;
					throw error;
				});
				if (response && (response.kind !== 'error' || !known)) return response;
				// It may only have forgotten our connection id: asked again with a new one, it tells what is really wrong.
				this.#connections.delete(`${host}:${port}`);
			}
		} catch (error) {
			if (error instanceof ProtocolError || signal?.aborted) throw error;
			throw new Error(describeNetworkError(error), {cause: error});
		} finally {
			slow?.clear();
		}
	}

	async #connection(host: string, port: number): Promise<Connection> {
		const key = `${host}:${port}`;
		const {clock} = this.#options;
		const known = this.#connections.get(key);
		if (known) {
			const connection = await known;
			if (connection.expires > clock.now()) return connection;
			if (this.#connections.get(key) === known) this.#connections.delete(key);
			return this.#connection(host, port);
		}
		const opening = this.#connect(host, port);
		this.#connections.set(key, opening);
		opening.catch(() => {
			if (this.#connections.get(key) === opening) this.#connections.delete(key);
		});
		return opening;
	}

	/** Asks the addresses of a name one shortly after the other; who answers first is used. */
	async #connect(host: string, port: number): Promise<Connection> {
		const {clock} = this.#options;
		const endpoints = await this.#endpoints(host, port);
		const losers = new AbortController();
		const attempts = endpoints.map(async (endpoint, index) => {
			if (index > 0) await pause(clock, index * nextAddressAfter, losers.signal);
			const response = await this.#exchange(endpoint, encodeUdpConnect, {
				signal: losers.signal,
				patience: this.#patience,
			});
			if (response.kind === 'error') throw new Error(response.message);
			if (response.kind !== 'connect') {
				throw new ProtocolError(
					'bad-tracker-datagram',
					'the tracker answers something else than was asked',
					15,
				);
			}
			return {endpoint, id: response.connectionId, expires: clock.now() + connectionLife};
		});
		try {
			return await Promise.any(attempts);
		} catch (error) {
			throw (error as AggregateError).errors[0];
		} finally {
			losers.abort();
		}
	}

	async #endpoints(host: string, port: number): Promise<Endpoint[]> {
		const addresses = parseIp(host) ? [host] : await (this.#options.resolve ?? lookupAll)(host);
		const {bind = []} = this.#options;
		const endpoints: Endpoint[] = [];
		for (const text of addresses) {
			const address = parseIp(text);
			if (!address || endpoints.length === maximumAddresses) continue;
			const family = address.length === 4 ? 4 : 6;
			if (bind.length > 0 && !bind.some(local => familyOf(local) === family)) continue;
			endpoints.push({host: formatIp(address), port, family});
		}
		if (endpoints.length === 0) throw new Error('it has no address we can send from');
		return endpoints;
	}

	/** Sends until something comes back. */
	async #exchange(
		endpoint: Endpoint,
		encode: (transactionId: number) => Uint8Array,
		{signal, patience}: Retransmission,
	): Promise<UdpResponse> {
		const socket = await this.#socket(endpoint.family);
		if (this.#closed) throw new Error('closed');
		signal?.throwIfAborted();
		const {clock} = this.#options;
		const transactionId = this.#newTransactionId();
		return new Promise((resolve, reject) => {
			let attempt = 0;
			let timer = {clear: (): void => undefined};
			const settle = (result: UdpResponse | Error): void => {
				timer.clear();
				signal?.removeEventListener('abort', abort);
				this.#transactions.delete(transactionId);
				if (this.#transactions.size === 0) socket.hold(false);
				if (result instanceof Error) reject(result);
				else resolve(result);
			};
			const abort = (): void => settle(signal?.reason as Error);
			const send = (): void => {
				const wait = patience[attempt++];
				if (wait === undefined) return settle(noAnswer);
				timer = clock.after(wait, send);
				socket.send(encode(transactionId), endpoint.host, endpoint.port, settle);
			};
			signal?.addEventListener('abort', abort);
			this.#transactions.set(transactionId, {endpoint, settle});
			socket.hold(true);
			send();
		});
	}

	#newTransactionId(): number {
		for (;;) {
			const [a = 0, b = 0, c = 0, d = 0] = this.#options.random.bytes(4);
			const id = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
			if (!this.#transactions.has(id)) return id;
		}
	}

	#socket(family: DatagramFamily): Promise<Datagrams> {
		const known = this.#sockets.get(family);
		if (known) return known;
		const bind = this.#options.bind?.find(local => familyOf(local) === family);
		const socket = (this.#options.open ?? openDatagrams)(family, bind, (bytes, host, port) =>
			this.#receive(bytes, host, port, family),
		);
		this.#sockets.set(family, socket);
		socket.catch(() => this.#sockets.delete(family));
		return socket;
	}

	#receive(bytes: Uint8Array, host: string, port: number, family: DatagramFamily): void {
		const transaction = this.#transactions.get(udpTransactionId(bytes) ?? -1);
		if (transaction?.endpoint.host !== host || transaction.endpoint.port !== port) return;
		try {
			transaction.settle(decodeUdpResponse(bytes, family === 6 ? 'ipv6' : 'ipv4'));
		} catch (error) {
			transaction.settle(error as Error);
		}
	}
}

function familyOf(address: string): DatagramFamily {
	return address.includes(':') ? 6 : 4;
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return promise;
	return new Promise((resolve, reject) => {
		const abort = (): void => reject(signal.reason);
		if (signal.aborted) return abort();
		signal.addEventListener('abort', abort);
		promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
	});
}

function pause(clock: Clock, delay: Millis, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(signal.reason);
		const timer = clock.after(delay, resolve);
		signal.addEventListener('abort', () => {
			timer.clear();
			reject(signal.reason);
		});
	});
}
