import net from 'node:net';
import type {PeerAddress} from '../../../base/peer-address.js';
import type {Clock} from '../../../base/ports.js';
import {ProxyRefusal} from '../../../protocol/transport/proxy-handshake.js';
import {receiveBufferLength, TcpConnection} from '../tcp-connection.js';
import type {ConnectionEvents, DialOptions, Listener, PeerStream, Transport} from '../transport.js';
import type {ProxyWay} from './proxy-way.js';

const mostRefusals = 3;

/**
 * Peers by way of a proxy. Nobody can come in: there is no listener. As with `TcpTransport` one buffer takes what any of
 * them receives.
 */
export class ProxiedTransport implements Transport {
	readonly #buffer = Buffer.allocUnsafeSlow(receiveBufferLength);
	readonly #way: ProxyWay;
	/** Peers in a row that its rules do not let us through to. */
	#refusals = 0;
	#isTold = false;
	readonly #clock: Clock;

	constructor(way: ProxyWay, clock: Clock) {
		this.#way = way;
		this.#clock = clock;
	}

	dial(to: PeerAddress, {timeout}: DialOptions, events: ConnectionEvents): PeerStream {
		const connection = new TcpConnection(to, false);
		const way = this.#way;
		const {blocked} = way;
		if (blocked !== undefined) {
			this.#clock.soon(() => events.closed(blocked));
			return connection;
		}
		const handshake = way.handshake(to);
		let state: 'dialling' | 'asking' | 'open' | 'closed' = 'dialling';
		/** What we ended it for, when we did. */
		let reason: string | undefined;
		const socket = net.connect({
			...way.connectOptions(),
			onread: {
				buffer: () => connection.nextBuffer(this.#buffer),
				callback: length => {
					if (state === 'open') events.data(this.#buffer, length);
					else if (state === 'asking') hear(length);
					return !connection.paused;
				},
			},
		});
		const give = (error: unknown): void => {
			if (state === 'closed' || state === 'open') return;
			if (error instanceof ProxyRefusal && error.isByRule) this.#refusedByRule();
			reason ??= way.judge(error, state === 'dialling' ? undefined : handshake).message;
			state = 'closed';
			socket.destroy();
		};
		const hear = (length: number): void => {
			try {
				const step = handshake.push(this.#buffer, length);
				if (step.kind === 'send') socket.write(step.bytes);
				if (step.kind !== 'open') return;
				state = 'open';
				slow.clear();
				this.#refusals = 0;
				way.worked();
				events.connected();
				if (step.used === length || socket.destroyed) return;
				this.#buffer.copyWithin(0, step.used, length);
				events.data(this.#buffer, length - step.used);
			} catch (error) {
				give(error);
			}
		};
		const slow = this.#clock.after(timeout, () => {
			give(new Error(handshake.isAdmitted ? 'connecting took too long' : 'it does not answer'));
		});
		socket.once('connect', () => {
			state = 'asking';
			socket.write(handshake.first());
		});
		socket.on('error', error => {
			if (state === 'open') way.ended();
			give(error);
		});
		// Not so when it is we who close it.
		socket.once('end', () => {
			if (state === 'open') way.ended();
			give(new Error(handshake.isAdmitted ? 'the proxy could not reach it' : 'it closes the connection'));
		});
		socket.once('close', () => slow.clear());
		way.keep(socket);
		connection.attach(socket, {
			connected: () => {},
			data: () => {},
			drained: () => {
				if (state === 'open') events.drained();
			},
			closed: why => {
				state = 'closed';
				events.closed(reason ?? why);
			},
		});
		return connection;
	}

	/** Many HTTP proxies let nobody through but to port 443: that is told once, and no fault of the peers. */
	#refusedByRule(): void {
		if (++this.#refusals < mostRefusals || this.#isTold) return;
		this.#isTold = true;
		this.#way.warn('lets us through to no peers: its rules do not allow their ports');
	}

	/** Nobody can come in through a proxy: port 0 says so. */
	async listen(): Promise<Listener> {
		return {port: 0, close: async () => {}};
	}
}
