import type {RemoteInfo, Socket, SocketOptions} from 'node:dgram';
import type {IpFamily, LocalAddresses} from './local-addresses.js';

/** Who hears what comes: `bytes` are the listener's own, `host` is as the system writes it. */
export type DatagramListener = (
	bytes: Uint8Array,
	remote: {readonly address: string; readonly port: number},
) => void;

/** Where a datagram socket is. */
export interface DatagramPlace {
	readonly family: IpFamily;
	/** 0 for any. */
	readonly port: number;
	/** A local address; all of the family when undefined. */
	readonly address: string | undefined;
}

/** Sends and receives datagrams of one address family. */
export interface DatagramSocket {
	readonly port: number;
	/** `failed` is called when the datagram cannot leave: with the system's error, whose `code` tells why. */
	send(bytes: Uint8Array, host: string, port: number, failed: ((error: Error) => void) | undefined): void;
	/** Whether the process must stay alive for what is on its way; not so at first. */
	hold(on: boolean): void;
	close(): void;
}

/** Rejects with the system's error code when the place cannot be had. */
export type OpenDatagramSocket = (
	place: DatagramPlace,
	listener: DatagramListener,
) => Promise<DatagramSocket>;

/** Hosts are addresses: nothing is looked up on the way out. */
const asItIs: SocketOptions['lookup'] = (host, _, done) => done(null, host, host.includes(':') ? 6 : 4);

/** Bytes that are to wait in the system each way. */
const buffered = 1 << 20;

/** A UDP socket of Node's, whose module is loaded with the first of them. */
export const openDatagramSocket: OpenDatagramSocket = async ({family, port, address}, listener) => {
	const {createSocket} = await import('node:dgram');
	const socket: Socket = createSocket({
		type: family === 6 ? 'udp6' : 'udp4',
		ipv6Only: family === 6,
		lookup: asItIs,
	});
	socket.on('message', (bytes: Uint8Array, remote: RemoteInfo) => listener(bytes, remote));
	await new Promise<void>((resolve, reject) => {
		socket.once('error', error => {
			socket.close();
			reject(error);
		});
		socket.bind({port, ...(address !== undefined && {address})}, () => {
			socket.removeAllListeners('error');
			resolve();
		});
	});
	// What comes while the event loop is busy waits in the system, as far as it grants that.
	try {
		socket.setRecvBufferSize(buffered);
		socket.setSendBufferSize(buffered);
	} catch {
		// It stays at what it is.
	}
	// What goes wrong with one datagram is told to its sender.
	socket.on('error', () => {});
	socket.unref();
	let closed = false;
	return {
		port: socket.address().port,
		send(bytes, host, port, failed) {
			if (closed) return;
			if (failed === undefined) socket.send(bytes, port, host);
			else
				socket.send(bytes, port, host, error => {
					if (error) failed(error);
				});
		},
		hold(on) {
			if (closed) return;
			if (on) socket.ref();
			else socket.unref();
		},
		close() {
			if (closed) return;
			closed = true;
			socket.close();
		},
	};
};

/** Opens datagram sockets that are closed when the interface that we are bound to has lost its address. */
export function bindDatagrams(open: OpenDatagramSocket, local: LocalAddresses): OpenDatagramSocket {
	if (local.watched === undefined) return open;
	return async (place, listener) => {
		const {family, address} = place;
		const isOurs = (): boolean => address !== undefined && local.from(family) === address;
		const refuse = (): never => {
			throw Object.assign(new Error(local.whyNot(family)), {code: 'EADDRNOTAVAIL'});
		};
		if (!isOurs()) refuse();
		const socket = await open(place, listener);
		if (!isOurs()) {
			socket.close();
			refuse();
		}
		const forget = local.keep(family, () => socket.close());
		return {
			...socket,
			close() {
				forget();
				socket.close();
			},
		};
	};
}
