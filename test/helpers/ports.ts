import {createSocket} from 'node:dgram';
import {createServer} from 'node:net';
import process from 'node:process';

const first = 23000;
const count = 3000;
// Below the system's range for outgoing connections, so that a port that is free now is still free when it is used.
let next = (process.pid * 37) % count;

function tcpFree(port: number, host: string): Promise<boolean> {
	return new Promise(resolve => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen({port, host, exclusive: true}, () => server.close(() => resolve(true)));
	});
}

function udpFree(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = createSocket('udp4');
		socket.once('error', () => {
			socket.close();
			resolve(false);
		});
		socket.bind({port, exclusive: true}, () => socket.close(() => resolve(true)));
	});
}

/** A port that nobody has, neither TCP nor UDP, on any address of this machine. */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < count; tries++) {
		const port = first + (next++ % count);
		if ((await tcpFree(port, '0.0.0.0')) && (await udpFree(port))) return port;
	}
	throw new Error(`no free port from ${first} to ${first + count - 1}`);
}

/** Whether this machine has the address. */
export function hasAddress(host: string): Promise<boolean> {
	return tcpFree(0, host);
}
