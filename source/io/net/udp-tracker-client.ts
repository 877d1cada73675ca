import {ProtocolError} from '../../base/errors.js';
import {formatIp, parseIp} from '../../base/ip-address.js';
import type {Clock, Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {AnnounceRequest, AnnounceResponse, ScrapeResponse} from '../../protocol/tracker/announce.js';
import {
	encodeUdpAnnounce,
	encodeUdpConnect,
	encodeUdpScrape,
	type UdpResponse,
} from '../../protocol/tracker/udp.js';
import type {LookUpHost} from './host-resolver.js';
import {familyOf, type IpFamily, type LocalAddresses} from './local-addresses.js';
import {describeNetworkError} from './network-error.js';
import type {UdpMux} from './udp-mux.js';
import {noAnswer, type UdpEndpoint, UdpTransactions} from './udp-transactions.js';
import {unlessAborted} from './unless-aborted.js';

export interface UdpTrackerRequest {
	readonly signal?: AbortSignal | undefined;
	/** Only its addresses of this family are asked; all when left out. */
	readonly family?: IpFamily | undefined;
	/** Called once when the tracker has not answered by the second retransmission; it may answer yet. */
	readonly onSlow?: (() => void) | undefined;
}

/** Speaks to UDP trackers. A rejection's message says in a few words what went wrong. BEP 15. */
export interface UdpTrackers {
	announce(url: string, request: AnnounceRequest, how?: UdpTrackerRequest): Promise<AnnounceResponse>;
	scrape(url: string, infoHash: Uint8Array, how?: UdpTrackerRequest): Promise<ScrapeResponse>;
}

export interface UdpTrackerClientOptions {
	readonly clock: Clock;
	readonly random: Random;
	readonly udp: UdpMux;
	/** A tracker is asked at addresses of the families they reach. */
	readonly local: LocalAddresses;
	readonly lookUp: LookUpHost;
	/** How long each attempt waits for an answer; 15 · 2ⁿ s when left out. */
	readonly patience?: readonly Millis[];
}

/** Where a tracker is asked, and at addresses of which family; at all when undefined. */
interface TrackerPlace {
	readonly host: string;
	readonly port: number;
	readonly family: IpFamily | undefined;
}

function keyOf({host, port, family}: TrackerPlace): string {
	return `${host}:${port} ${family ?? ''}`;
}

interface Connection {
	readonly endpoint: UdpEndpoint;
	readonly id: bigint;
	readonly expires: Millis;
}

/** The other addresses of a name are tried beside the first this long after it. */
const nextAddressAfter = 1000;
/** A connection id is good for this long. BEP 15. */
const connectionLife = 60_000;
const maximumAddresses = 4;

const wrongAnswer = 'the tracker answers something else than was asked';

/** Asks UDP trackers for all torrents of a session. Connection ids are kept for 60 s and shared. */
export class UdpTrackerClient implements UdpTrackers {
	readonly #options: UdpTrackerClientOptions;
	readonly #patience: readonly Millis[];
	readonly #transactions: UdpTransactions;
	readonly #connections = new Map<string, Promise<Connection>>();

	constructor(options: UdpTrackerClientOptions) {
		this.#options = options;
		this.#patience = options.patience ?? [15_000, 30_000, 60_000];
		this.#transactions = new UdpTransactions(options.udp, options.clock, options.random);
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
		throw new ProtocolError('bad-tracker-datagram', wrongAnswer, 15);
	}

	async scrape(url: string, infoHash: Uint8Array, how: UdpTrackerRequest = {}): Promise<ScrapeResponse> {
		const response = await this.#request(url, how, (connection, transactionId) =>
			encodeUdpScrape(connection, transactionId, [infoHash]),
		);
		if (response.kind === 'error') return {kind: 'failure', reason: response.message};
		const counts = response.kind === 'scrape' ? response.counts[0] : undefined;
		if (counts) return counts;
		throw new ProtocolError('bad-tracker-datagram', wrongAnswer, 15);
	}

	close(): void {
		this.#transactions.close();
	}

	async #request(
		url: string,
		{signal, onSlow, family}: UdpTrackerRequest,
		encode: (connectionId: bigint, transactionId: number) => Uint8Array,
	): Promise<UdpResponse> {
		const {hostname, port} = new URL(url);
		if (port === '') throw new Error('its URL names no port: udp://host:PORT/announce');
		const host = hostname.replace(/^\[|\]$/g, '');
		const tracker = {host, port: Number(port), family};
		const [first = 0, second = 0] = this.#patience;
		const slow = onSlow && this.#options.clock.after(first + second, onSlow);
		try {
			for (let fresh = false; ; fresh = true) {
				const known = !fresh && this.#connections.has(keyOf(tracker));
				const connection = await unlessAborted(this.#connection(tracker), signal);
				const response = await this.#transactions
					.exchange(connection.endpoint, transactionId => encode(connection.id, transactionId), {
						signal,
						patience: known ? [first] : this.#patience,
					})
					.catch(error => {
						if (known && error === noAnswer) return undefined;
						throw error;
					});
				if (response && (response.kind !== 'error' || !known)) return response;
				// It may only have forgotten our connection id: asked again with a new one, it tells what is really wrong.
				this.#connections.delete(keyOf(tracker));
			}
		} catch (error) {
			if (error instanceof ProtocolError || signal?.aborted) throw error;
			throw new Error(describeNetworkError(error), {cause: error});
		} finally {
			slow?.clear();
		}
	}

	async #connection(tracker: TrackerPlace): Promise<Connection> {
		const key = keyOf(tracker);
		const {clock} = this.#options;
		const known = this.#connections.get(key);
		if (known) {
			const connection = await known;
			if (connection.expires > clock.now()) return connection;
			if (this.#connections.get(key) === known) this.#connections.delete(key);
			return this.#connection(tracker);
		}
		const opening = this.#connect(tracker);
		this.#connections.set(key, opening);
		opening.catch(() => {
			if (this.#connections.get(key) === opening) this.#connections.delete(key);
		});
		return opening;
	}

	/** Asks the addresses of a name one shortly after the other; who answers first is used. */
	async #connect(tracker: TrackerPlace): Promise<Connection> {
		const {clock} = this.#options;
		const endpoints = await this.#endpoints(tracker);
		const losers = new AbortController();
		const attempts = endpoints.map(async (endpoint, index) => {
			if (index > 0) await pause(clock, index * nextAddressAfter, losers.signal);
			const response = await this.#transactions.exchange(endpoint, encodeUdpConnect, {
				signal: losers.signal,
				patience: this.#patience,
			});
			if (response.kind === 'error') throw new Error(response.message);
			if (response.kind !== 'connect') {
				throw new ProtocolError('bad-tracker-datagram', wrongAnswer, 15);
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

	async #endpoints({host, port, family}: TrackerPlace): Promise<UdpEndpoint[]> {
		const endpoints: UdpEndpoint[] = [];
		for (const text of await this.#options.lookUp(host)) {
			const address = parseIp(text);
			// A name that is its own address is for a proxy to look up, which does so for each datagram.
			if (text === host && !address) endpoints.push({host, port, isNamed: true});
			if (!address || endpoints.length === maximumAddresses) continue;
			const formatted = formatIp(address);
			if (family !== undefined && familyOf(formatted) !== family) continue;
			if (this.#options.local.reaches(familyOf(formatted))) endpoints.push({host: formatted, port});
		}
		if (endpoints.length === 0) throw new Error('it has no address we can send from');
		return endpoints;
	}
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
