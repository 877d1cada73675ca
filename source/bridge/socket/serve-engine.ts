import {chmodSync, rmSync} from 'node:fs';
import {createServer, type Server, type Socket} from 'node:net';
import type {EngineClient} from '../../api/engine-client.js';
import {UserError} from '../../base/errors.js';
import {ClientSession} from './client-session.js';
import {FrameBudget} from './frame-budget.js';
import type {EngineFacts} from './message.js';
import {WatchPlaces} from './watch-places.js';

/** An engine that can be reached. */
export interface ServedEngine {
	/** Tells every client `reason`, and whether another engine takes its place, lets them go and removes the socket. */
	close(reason: string, handOver?: boolean): Promise<void>;
}

/** More than anybody has screens and scripts; each may hold what it was told and has not read. */
const mostVisitors = 256;

/** Listens with nobody but this user allowed in, from the first instant on. */
async function listen(server: Server, path: string): Promise<void> {
	const listening = new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.once('listening', () => {
			server.off('error', reject);
			resolve();
		});
	});
	// The socket is there when the call returns. No turn passes meanwhile, for the mask is that of every thread: a folder
	// that one made of a torrent would have no right to be entered.
	const mask = process.umask(0o177);
	try {
		server.listen(path);
	} finally {
		process.umask(mask);
	}
	await listening;
	chmodSync(path, 0o600);
}

/**
 * Lets other processes of this user speak to `client` through a socket at `path`. The caller holds the engine's
 * lock, so a socket that is there already belongs to nobody any more and is removed.
 */
export async function serveEngine(
	client: EngineClient,
	path: string,
	facts: EngineFacts,
): Promise<ServedEngine> {
	try {
		rmSync(path, {force: true});
	} catch {
		throw new UserError(
			'socket-path',
			`${path} is in the way of the engine's socket: move it away, then try again`,
		);
	}
	const visitors = new Map<Socket, ClientSession>();
	const shared = {frames: new FrameBudget(), watches: new WatchPlaces()};
	const server = createServer(socket => {
		// Who cannot get in now tries again.
		if (visitors.size >= mostVisitors) return void socket.destroy();
		const visitor = new ClientSession(socket, client, facts, shared);
		visitors.set(socket, visitor);
		socket.once('close', () => visitors.delete(socket));
	});
	await listen(server, path);
	// Running out of file descriptors must not end the engine; whoever could not get in tries again.
	server.on('error', () => {});
	let closing: Promise<void> | undefined;
	return {
		close(reason, handOver) {
			closing ??= new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const visitor of visitors.values()) visitor.dismiss(reason, handOver);
			});
			return closing;
		},
	};
}
