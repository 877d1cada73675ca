import {hash, randomBytes} from 'node:crypto';
import {createSocket, type Socket} from 'node:dgram';
import {ProtocolError} from '../base/errors.js';
import type {Clock} from '../base/ports.js';
import {nameInQuery} from '../protocol/tracker/query.js';
import {
	decodeUdpRequest,
	encodeUdpAnnounced,
	encodeUdpConnected,
	encodeUdpError,
	encodeUdpScraped,
	type UdpRequest,
} from '../protocol/tracker/udp.js';
import {plainHost} from './plain-host.js';
import type {TrackerService} from './tracker-service.js';

/** Connection ids change this often, and the last one is still good. BEP 15 wants two minutes in all. */
const connectionWindow = 60_000;
/** Room for datagrams that come while we are busy; the system may give less. */
const receiveBuffer = 1 << 20;
const ignore = (): void => undefined;
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
	readonly #secret = randomBytes(32).toString('hex');
	#socket: Socket | undefined;

	constructor(service: TrackerService, clock: Clock) {
		this.#service = service;
		this.#clock = clock;
	}

	/** Rejects with the system's error when the port cannot be had. */
	async listen(port: number, host: string): Promise<number> {
		const ipv6 = host.includes(':');
		const socket = createSocket({
			type: ipv6 ? 'udp6' : 'udp4',
			recvBufferSize: receiveBuffer,
			// Answers go to addresses only: nothing is to be looked up, which takes a turn of the loop each.
			lookup: (address, _options, done) => done(null, address, ipv6 ? 6 : 4),
		});
		try {
			await new Promise<void>((resolve, reject) => {
				socket.once('error', reject);
				socket.bind({port, address: host, exclusive: true}, () => {
					socket.off('error', reject);
					resolve();
				});
			});
		} catch (error) {
			socket.close();
			throw error;
		}
		socket.on('error', () => undefined);
		socket.on('message', (bytes, remote) => {
			const answer = this.answer(bytes, plainHost(remote.address));
			// A datagram that cannot be sent is as good as lost.
			if (answer) socket.send(answer, 0, answer.length, remote.port, remote.address, ignore);
		});
		this.#socket = socket;
		return socket.address().port;
	}

	async close(): Promise<void> {
		const socket = this.#socket;
		this.#socket = undefined;
		if (socket) await new Promise<void>(resolve => socket.close(resolve));
	}

	/** What to send back to a host for its datagram; undefined for nothing. */
	answer(bytes: Uint8Array, host: string): Uint8Array | undefined {
		let request: UdpRequest;
		try {
			request = decodeUdpRequest(bytes);
		} catch (error) {
			if (error instanceof ProtocolError) return undefined;
			throw error;
		}
		const {transactionId} = request;
		const window = Math.floor(this.#clock.now() / connectionWindow);
		if (request.kind === 'connect') {
			if (!this.#service.admitsStranger(host)) return undefined;
			return encodeUdpConnected(transactionId, this.#connectionId(host, window));
		}
		const {connectionId} = request;
		if (
			connectionId !== this.#connectionId(host, window) &&
			connectionId !== this.#connectionId(host, window - 1)
		) {
			if (!this.#service.admitsStranger(host)) return undefined;
			return encodeUdpError(transactionId, 'bad connection id');
		}
		if (!this.#service.admits(host)) return undefined;
		try {
			return request.kind === 'announce'
				? this.#announce(request, host)
				: encodeUdpScraped(
						transactionId,
						request.infoHashes.map(infoHash => this.#service.scrape(infoHash)),
					);
		} catch (error) {
			if (error instanceof ProtocolError) return encodeUdpError(transactionId, error.message);
			throw error;
		}
	}

	#announce({transactionId, request, urlData}: UdpRequest & {kind: 'announce'}, host: string): Uint8Array {
		const family = host.includes(':') ? 'ipv6' : 'ipv4';
		const name = urlData === '' ? undefined : nameInQuery(urlData.split(/\?(.*)/s, 2)[1] ?? '');
		const {seeders, leechers, peers4, peers6} = this.#service.announceCompact(
			name === undefined ? request : {...request, name},
			host,
			family,
			maximumPeers[family],
		);
		const peers = family === 'ipv4' ? peers4 : peers6;
		return encodeUdpAnnounced(transactionId, {interval: this.#service.interval, seeders, leechers, peers});
	}

	#connectionId(host: string, window: number): bigint {
		// Cut to 64 bits, a hash behind a secret is a fine authentication code.
		return hash('sha256', `${this.#secret} ${window} ${host}`, 'buffer').readBigUInt64BE();
	}
}
