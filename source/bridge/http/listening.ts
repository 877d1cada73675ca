import {chmod, lstat, rm} from 'node:fs/promises';
import {connect, type Server} from 'node:net';
import process from 'node:process';
import {UserError} from '../../base/errors.js';
import {formatListenAddress, type ListenAddress} from './listen-address.js';

/** Makes way for a socket that nobody listens at any more. Rejects with a `UserError` when something else is there. */
export async function claimSocketPath(path: string): Promise<void> {
	const stats = await lstat(path).catch(() => undefined);
	if (stats === undefined) return;
	if (!stats.isSocket())
		throw new UserError('socket-path', `${path} is in the way: move it away, then try again`);
	const isAlive = await new Promise<boolean>(resolve => {
		const socket = connect(path, () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
	if (isAlive) throw new UserError('port-taken', `another program listens at ${path}: choose another path`);
	await rm(path, {force: true});
}

/** Has a server listen; at a socket for this user only. Rejects with a `UserError` that says what is in the way. */
export async function listenAt(server: Server, where: ListenAddress): Promise<void> {
	const listening = new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.once('listening', () => {
			server.off('error', reject);
			resolve();
		});
	});
	try {
		if ('path' in where) {
			// No turn passes meanwhile: the mask is that of every thread.
			const mask = process.umask(0o177);
			try {
				server.listen(where.path);
			} finally {
				process.umask(mask);
			}
		} else server.listen({host: where.host, port: where.port, backlog: 512});
		await listening;
		if ('path' in where) await chmod(where.path, 0o600);
	} catch (error) {
		throw new UserError('cannot-listen', `${formatListenAddress(where)}: ${obstacle(error)}`);
	}
}

function obstacle(error: unknown): string {
	const {code, message} = error as NodeJS.ErrnoException;
	switch (code) {
		case 'EADDRINUSE':
			return 'another program listens there; choose another port';
		case 'EACCES':
			return 'this user may not listen there; choose a port from 1024 on';
		case 'EADDRNOTAVAIL':
			return 'this machine does not have that address';
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return 'nobody knows a machine of that name';
		case 'ENOENT':
			return 'the folder of that socket is not there';
		default:
			return message;
	}
}
