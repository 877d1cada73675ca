import net, {isIPv4} from 'node:net';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock} from '../../base/ports.js';
import {familyOf, type LocalAddresses} from './local-addresses.js';
import {receiveBufferLength, TcpConnection} from './tcp-connection.js';
import type {
	ConnectionEvents,
	DialOptions,
	Listener,
	ListenOptions,
	PeerStream,
	Transport,
} from './transport.js';

/**
 * Peers over TCP, by Node's sockets. One 64 KiB buffer takes what any of them receives, one after the other: it stays in
 * cache.
 */
export class TcpTransport implements Transport {
	readonly #buffer = Buffer.allocUnsafeSlow(receiveBufferLength);
	readonly #local: LocalAddresses;
	readonly #clock: Clock;

	constructor(local: LocalAddresses, clock: Clock) {
		this.#local = local;
		this.#clock = clock;
	}

	dial(to: PeerAddress, {timeout}: DialOptions, events: ConnectionEvents): PeerStream {
		const connection = new TcpConnection(to, false);
		const family = familyOf(to.host);
		if (!this.#local.reaches(family)) {
			this.#clock.soon(() =>
				events.closed(this.#local.gone ?? `we have no IPv${family} address to dial from`),
			);
			return connection;
		}
		const localAddress = this.#local.from(family);
		const socket = net.connect({
			host: to.host,
			port: to.port,
			noDelay: true,
			lookup: refuseName,
			...(localAddress === undefined ? {} : {localAddress}),
			onread: this.#reading(connection, events),
		});
		const slow = this.#clock.after(timeout, () => connection.close('connecting took too long'));
		socket.once('connect', () => {
			slow.clear();
			events.connected();
		});
		socket.once('close', () => slow.clear());
		this.#keep(socket, connection);
		connection.attach(socket, events);
		return connection;
	}

	/** Has a connection closed with the address that it runs from. */
	#keep(socket: net.Socket, connection: TcpConnection): void {
		const forget = this.#local.keep(familyOf(connection.remote.host), why => connection.reset(why));
		socket.once('close', forget);
	}

	#reading(connection: TcpConnection, events: ConnectionEvents): net.OnReadOpts {
		return {
			buffer: () => connection.nextBuffer(this.#buffer),
			callback: length => {
				events.data(this.#buffer, length);
				return !connection.paused;
			},
		};
	}

	/**
	 * Node lets only those who dial say where to read to. So a connection that was accepted changes hands: the socket
	 * that has not begun to read gives its handle to one that knows our buffer. It costs a third of the usual way.
	 */
	#take(
		accepted: net.Socket,
		accept: (stream: PeerStream) => ConnectionEvents | undefined,
	): net.Socket | undefined {
		const host = (accepted.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
		const connection = new TcpConnection({host, port: accepted.remotePort ?? 0}, true);
		const events = host === '' ? undefined : accept(connection);
		if (events === undefined) {
			accepted.destroy();
			return undefined;
		}
		const holder = accepted as unknown as {_handle: unknown};
		const handle = holder._handle;
		holder._handle = null;
		accepted.destroy();
		const options = {handle, onread: this.#reading(connection, events)};
		const socket = new net.Socket(options as net.SocketConstructorOpts);
		socket.setNoDelay(true);
		this.#keep(socket, connection);
		connection.attach(socket, events);
		return socket;
	}

	async listen(
		{port, refused = () => {}}: ListenOptions,
		accept: (stream: PeerStream) => ConnectionEvents | undefined,
	): Promise<Listener> {
		const servers: net.Server[] = [];
		const taken = new Set<net.Socket>();
		let bound = port;
		const hosts = this.#local.isBound ? this.#local.all : [undefined];
		if (hosts.length === 0) throw Object.assign(new Error(this.#local.gone), {code: 'EADDRNOTAVAIL'});
		try {
			for (const host of hosts) {
				const server = await listenOn(
					{port: bound, host, ipv6Only: host === '::' && this.#local.all.some(isIPv4)},
					accepted => {
						const socket = this.#take(accepted, accept);
						if (socket === undefined) return;
						taken.add(socket);
						socket.once('close', () => taken.delete(socket));
					},
					refused,
				);
				servers.push(server);
				if (host !== undefined) {
					const forget = this.#local.keep(familyOf(host), () => server.close());
					server.once('close', forget);
				}
				bound = (server.address() as net.AddressInfo).port;
			}
		} catch (error) {
			for (const server of servers) server.close();
			throw error;
		}
		return {
			port: bound,
			// A server that has stopped still waits for those whom it let in.
			retire: async () => {
				for (const server of servers) server.close();
			},
			close: async () => {
				for (const socket of taken) socket.destroy();
				await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
			},
		};
	}
}

/** Peers have addresses: a name among them would be asked of the system's resolver, past everything we are bound to. */
const refuseName: net.LookupFunction = (name, _, done) => done(new Error(`${name} is no address`), '', 0);

/** `ipv6Only`: `::` is not to stand for IPv4 as well, which has addresses of its own. */
function listenOn(
	{port, host, ipv6Only}: {port: number; host: string | undefined; ipv6Only: boolean},
	take: (socket: net.Socket) => void,
	refused: (code: string) => void,
): Promise<net.Server> {
	const server = net.createServer({pauseOnConnect: true}, take);
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen({port, ...(host === undefined ? {} : {host}), ipv6Only, backlog: 256}, () => {
			server.off('error', reject);
			// Running out of file descriptors costs the newcomer, not the listener.
			server.on('error', (error: NodeJS.ErrnoException) => refused(error.code ?? error.message));
			resolve(server);
		});
	});
}
