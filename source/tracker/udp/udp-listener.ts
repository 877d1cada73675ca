import {hash, randomBytes} from 'node:crypto';
import {ProtocolError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {CompactPeers, SwarmCounts} from '../../policy/tracker/swarm-table.js';
import {nameInQuery} from '../../protocol/tracker/query.js';
import {passkeyIn} from '../../protocol/tracker/tracker-path.js';
import {
	decodeUdpRequest,
	encodeUdpAnnounced,
	encodeUdpConnected,
	encodeUdpError,
	encodeUdpScraped,
	type UdpRequest,
} from '../../protocol/tracker/udp.js';
import type {AnnounceOrigin, TrackerService} from '../tracker-service.js';
import {UdpSockets} from './udp-sockets.js';

/** Connection ids change this often, and the last one is still good. BEP 15 wants two minutes in all. */
const connectionWindow = 60_000;
/** An answer is one datagram that no network has to cut. */
const maximumPeers = {ipv4: 200, ipv6: 76} as const;

/**
 * Answers connect, announce and scrape over UDP. BEP 15. Nothing is kept per client: connection ids are made of the
 * client's address and a secret, so nobody can announce for an address that is not theirs, and no answer is larger
 * than its request until the client has shown that it receives at its address.
 */
export class TrackerUdpServer {
	readonly #service: TrackerService;
	readonly #clock: Clock;
	readonly #secret: string;
	readonly #epoch: Millis;
	readonly #sockets: UdpSockets;

	/** @param secret 32 bytes that connection ids are made of: when it is kept over a restart, clients need not ask anew */
	constructor(service: TrackerService, clock: Clock, secret: Uint8Array = randomBytes(32)) {
		this.#secret = Buffer.from(secret).toString('hex');
		this.#service = service;
		this.#clock = clock;
		// So that windows go on over a restart, and no step of the wall clock ends one.
		this.#epoch = clock.wall() - clock.now();
		this.#sockets = new UdpSockets(
			(bytes, host) => this.reply(bytes, host),
			clock,
			text => service.say('warn', text),
		);
	}

	/** Rejects with the system's error when the port cannot be had. */
	listen(port: number, host: string): Promise<number> {
		return this.#sockets.listen(port, host);
	}

	close(): Promise<void> {
		return this.#sockets.close();
	}

	/** What to send back to a host for its datagram; undefined for nothing. From memory, whatever is shared. */
	answer(bytes: Uint8Array, host: string): Uint8Array | undefined {
		return this.#serve(bytes, host, false) as Uint8Array | undefined;
	}

	/** The same, promised when it has to be asked of the store that trackers share. */
	reply(bytes: Uint8Array, host: string): Uint8Array | undefined | Promise<Uint8Array> {
		return this.#serve(bytes, host, this.#service.isShared);
	}

	#serve(bytes: Uint8Array, host: string, isShared: boolean): Uint8Array | undefined | Promise<Uint8Array> {
		let request: UdpRequest;
		try {
			request = decodeUdpRequest(bytes);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#service.counts.dropped.malformed++;
			return undefined;
		}
		const {transactionId} = request;
		const window = Math.floor((this.#clock.now() + this.#epoch) / connectionWindow);
		if (request.kind === 'connect') {
			if (!this.#service.admitsStranger(host)) return undefined;
			this.#service.counts.connects++;
			return encodeUdpConnected(transactionId, this.#connectionId(host, window));
		}
		const {connectionId} = request;
		if (
			connectionId !== this.#connectionId(host, window) &&
			connectionId !== this.#connectionId(host, window - 1)
		) {
			// Whoever forges its address shall not have anything sent there, not even a reason.
			this.#service.counts.dropped['wrong-connection-id']++;
			return undefined;
		}
		if (!this.#service.admits(host)) return undefined;
		try {
			return request.kind === 'announce'
				? this.#announce(request, host, isShared)
				: this.#scrape(request, host, isShared);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#service.refused(error);
			return encodeUdpError(transactionId, error.message);
		}
	}

	#scrape(
		{transactionId, infoHashes}: UdpRequest & {kind: 'scrape'},
		host: string,
		isShared: boolean,
	): Uint8Array | Promise<Uint8Array> {
		// A scrape has no room for a passkey: who announces has shown one.
		if (this.#service.isPrivate && !this.#service.knowsHost(host)) this.#service.requirePasskey(undefined);
		this.#service.counts.scrapes += infoHashes.length;
		const counts = isShared
			? this.#service.scrapeAll(infoHashes)
			: infoHashes.map(infoHash => this.#service.scrape(infoHash));
		return counts instanceof Promise
			? counts.then(made => encodeUdpScraped(transactionId, made))
			: encodeUdpScraped(transactionId, counts);
	}

	#announce(
		{transactionId, request, urlData}: UdpRequest & {kind: 'announce'},
		host: string,
		isShared: boolean,
	): Uint8Array | Promise<Uint8Array> {
		const family = host.includes(':') ? 'ipv6' : 'ipv4';
		const [path = '', query = ''] = urlData === '' ? [] : urlData.split(/\?(.*)/s, 2);
		const name = query === '' ? undefined : nameInQuery(query);
		const passkey = urlData === '' ? undefined : passkeyIn(path, query);
		const {interval} = this.#service;
		const encode = ({seeders, leechers, peers4, peers6}: SwarmCounts & CompactPeers): Uint8Array =>
			encodeUdpAnnounced(transactionId, {
				interval,
				seeders,
				leechers,
				peers: family === 'ipv4' ? peers4 : peers6,
			});
		const named = name === undefined ? request : {...request, name};
		const origin: AnnounceOrigin = {host, over: 'udp', passkey};
		const answer = isShared
			? this.#service.exchange(named, origin, family, maximumPeers[family])
			: this.#service.announceCompact(named, origin, family, maximumPeers[family]);
		return answer instanceof Promise ? answer.then(encode) : encode(answer);
	}

	#connectionId(host: string, window: number): bigint {
		// Cut to 64 bits, a hash behind a secret is a fine authentication code.
		return hash('sha256', `${this.#secret} ${window} ${host}`, 'buffer').readBigUInt64BE();
	}
}
