import type {Socket} from 'node:dgram';
import {formatIp, parseIp} from '../../base/ip-address.js';

export type DatagramFamily = 4 | 6;

/** Who listens to a datagram socket. `host` is in the form of `formatIp`; `bytes` belong to the listener. */
export type DatagramListener = (bytes: Uint8Array, host: string, port: number) => void;

/** Sends and receives datagrams of one address family. */
export interface Datagrams {
	/** `failed` is called when the datagram cannot leave. */
	send(bytes: Uint8Array, host: string, port: number, failed: (error: Error) => void): void;
	/** Whether the process must stay alive for what is on its way. */
	hold(on: boolean): void;
	close(): void;
}

export type OpenDatagrams = (
	family: DatagramFamily,
	bind: string | undefined,
	listener: DatagramListener,
) => Promise<Datagrams>;

/** A UDP socket on a port of the system's choice; it keeps the process alive only while it is held. */
export const openDatagrams: OpenDatagrams = async (family, bind, listener) => {
	const {createSocket} = await import('node:dgram');
	const socket: Socket = createSocket({type: family === 6 ? 'udp6' : 'udp4', ipv6Only: family === 6});
	socket.on('message', (bytes, remote) => {
		const address = parseIp(remote.address);
		if (address) listener(bytes, formatIp(address), remote.port);
	});
	await new Promise<void>((resolve, reject) => {
		socket.once('error', reject);
		socket.bind({port: 0, ...(bind !== undefined && {address: bind})}, () => {
			socket.off('error', reject);
			resolve();
		});
	});
	// What goes wrong with one datagram is told to its sender.
	socket.on('error', () => undefined);
	socket.unref();
	let closed = false;
	return {
		send(bytes, host, port, failed) {
			if (closed) return;
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
