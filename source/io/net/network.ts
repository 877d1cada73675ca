import net from 'node:net';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';

/** What a connection tells its owner. */
export interface ConnectionEvents {
	connected(): void;
	/** `bytes[0..length)` arrived; the buffer is shared by all connections and good until the call returns. */
	data(bytes: Uint8Array, length: number): void;
	/** Everything written has left for the kernel. */
	drained(): void;
	/** Told once, last, however it ended. */
	closed(reason: string): void;
}

/** A stream to one peer. */
export interface Connection {
	readonly remote: PeerAddress;
	readonly incoming: boolean;
	/** Bytes written that the kernel has not taken. */
	readonly unsent: number;
	/** As far as it can be told: bytes of what is being written just now that the kernel has not taken. */
	readonly untaken?: number;
	/** `done` is called when the kernel has taken the bytes, or the connection is closed: then they may be reused. */
	write(bytes: Uint8Array, done?: () => void): void;
	/** Stops and restarts reading. */
	pause(): void;
	resume(): void;
	/**
	 * From the next portion on so many bytes are told at a time, for those who pause after each; undefined for as many
	 * as have come.
	 */
	readAtMost?(bytes: number | undefined): void;
	close(reason: string): void;
}

export interface Listener {
	readonly port: number;
	/** Takes nobody any more, and ends the connections it took that still stand. */
	close(): Promise<void>;
}

/** Streams between peers: TCP here, a simulated one in tests. */
export interface Network {
	dial(to: PeerAddress, timeout: Millis, events: ConnectionEvents): Connection;
	/**
	 * Takes connections on `port` (0 for any) at the given addresses (none for all). `accept` answers who listens to a
	 * new one, or undefined to close it. Rejects with the system's error code when the port cannot be had.
	 */
	listen(
		port: number,
		addresses: readonly string[],
		accept: (connection: Connection) => ConnectionEvents | undefined,
		/** Told the system's error code when somebody came and could not be let in. */
		refused?: (code: string) => void,
	): Promise<Listener>;
}

const receiveBufferLength = 65_536;

/** TCP by Node's sockets. One 64 KiB buffer takes what any of them receives, one after the other: it stays in cache. */
export class TcpNetwork implements Network {
	readonly #buffer = Buffer.allocUnsafeSlow(receiveBufferLength);
	/** Dials from this address. */
	readonly #from: {readonly v4: string | undefined; readonly v6: string | undefined};

	constructor(bind: readonly string[] = []) {
		this.#from = {
			v4: bind.find(address => net.isIPv4(address)),
			v6: bind.find(address => net.isIPv6(address)),
		};
	}

	dial(to: PeerAddress, timeout: Millis, events: ConnectionEvents): Connection {
		const connection = new TcpConnection(to, false);
		const localAddress = net.isIPv6(to.host) ? this.#from.v6 : this.#from.v4;
		const socket = net.connect({
			host: to.host,
			port: to.port,
			noDelay: true,
			...(localAddress === undefined ? {} : {localAddress}),
			onread: this.#reading(connection, events),
		});
		const slow = setTimeout(() => connection.close('connecting took too long'), timeout);
		slow.unref();
		socket.once('connect', () => {
			clearTimeout(slow);
			events.connected();
		});
		socket.once('close', () => clearTimeout(slow));
		connection.attach(socket, events);
		return connection;
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
		accept: (connection: Connection) => ConnectionEvents | undefined,
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
		connection.attach(socket, events);
		return socket;
	}

	async listen(
		port: number,
		addresses: readonly string[],
		accept: (connection: Connection) => ConnectionEvents | undefined,
		refused: (code: string) => void = () => {},
	): Promise<Listener> {
		const servers: net.Server[] = [];
		const taken = new Set<net.Socket>();
		let bound = port;
		try {
			for (const host of addresses.length > 0 ? addresses : [undefined]) {
				const server = await listenOn(
					bound,
					host,
					accepted => {
						const socket = this.#take(accepted, accept);
						if (socket === undefined) return;
						taken.add(socket);
						socket.once('close', () => taken.delete(socket));
					},
					refused,
				);
				servers.push(server);
				bound = (server.address() as net.AddressInfo).port;
			}
		} catch (error) {
			for (const server of servers) server.close();
			throw error;
		}
		return {
			port: bound,
			close: async () => {
				for (const socket of taken) socket.destroy();
				await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
			},
		};
	}
}

/** What Node reads into; it takes undefined as "the same again", which its types do not tell. */
type ReadBuffer = Uint8Array;

function listenOn(
	port: number,
	host: string | undefined,
	take: (socket: net.Socket) => void,
	refused: (code: string) => void,
): Promise<net.Server> {
	const server = net.createServer({pauseOnConnect: true}, take);
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen({port, ...(host === undefined ? {} : {host}), backlog: 256}, () => {
			server.off('error', reject);
			// Running out of file descriptors costs the newcomer, not the listener.
			server.on('error', (error: NodeJS.ErrnoException) => refused(error.code ?? error.message));
			resolve(server);
		});
	});
}

class TcpConnection implements Connection {
	readonly remote: PeerAddress;
	readonly incoming: boolean;
	paused = false;
	#socket: net.Socket | undefined;
	#reason = 'the peer closed the connection';
	#most = receiveBufferLength;
	/** The length of the buffer that Node has. */
	#given = 0;

	constructor(remote: PeerAddress, incoming: boolean) {
		this.remote = remote;
		this.incoming = incoming;
	}

	attach(socket: net.Socket, events: ConnectionEvents): void {
		this.#socket = socket;
		socket.on('drain', () => events.drained());
		socket.on('error', error => {
			this.#reason = sayWhy(error);
		});
		socket.once('end', () => socket.destroy());
		socket.once('close', () => events.closed(this.#reason));
	}

	get unsent(): number {
		return this.#socket?.writableLength ?? 0;
	}

	/** Node tells that a write is done when all of it is; its handle knows how far it has come. */
	get untaken(): number {
		const holder = this.#socket as unknown as {_handle?: {writeQueueSize?: number} | null} | undefined;
		return holder?._handle?.writeQueueSize ?? 0;
	}

	write(bytes: Uint8Array, done?: () => void): void {
		if (this.#socket === undefined || this.#socket.destroyed) {
			if (done !== undefined) setImmediate(done);
			return;
		}
		if (done === undefined) this.#socket.write(bytes);
		else this.#socket.write(bytes, () => done());
	}

	pause(): void {
		this.paused = true;
		this.#socket?.pause();
	}

	resume(): void {
		this.paused = false;
		this.#socket?.resume();
	}

	readAtMost(bytes: number | undefined): void {
		this.#most = Math.min(receiveBufferLength, bytes ?? receiveBufferLength);
	}

	/** Changes the buffer only when another size is wanted: doing so for each read would cost. */
	nextBuffer(whole: Uint8Array): ReadBuffer {
		if (this.#given === this.#most) return undefined as unknown as ReadBuffer;
		this.#given = this.#most;
		return whole.subarray(0, this.#most);
	}

	close(reason: string): void {
		if (this.#socket === undefined || this.#socket.destroyed) return;
		this.#reason = reason;
		this.#socket.destroy();
	}
}

function sayWhy(error: NodeJS.ErrnoException): string {
	switch (error.code) {
		case 'ECONNREFUSED':
			return 'connection refused';
		case 'ECONNRESET':
		case 'EPIPE':
			return 'connection reset by the peer';
		case 'ETIMEDOUT':
			return 'connecting took too long';
		case 'EHOSTUNREACH':
		case 'ENETUNREACH':
			return 'no route to the peer';
		case 'EMFILE':
		case 'ENFILE':
			return 'too many open files';
		default:
			return error.code ?? error.message;
	}
}
