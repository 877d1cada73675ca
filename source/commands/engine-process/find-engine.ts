import {dirname} from 'node:path';
import {UserError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';
import {connectEngine, type RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {socketPath} from '../../bridge/socket/socket-path.js';
import {FolderWatch} from '../../io/files/folder-watch.js';
import {comingEngine} from './engine-lock.js';
import {requireOwnSocket} from './own-folder.js';

/** The system tells of a new socket, but not of the end of a process. */
const lookAgain: Millis = 50;
/** One with very many torrents to take up answers by then. */
const patience: Millis = 60_000;

/** What it means that nobody listens, or that who did was about to end, or killed, before a word was said. */
const nobodyThere: ReadonlySet<string> = new Set([
	...['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'engine-lost'],
	...['ECONNRESET', 'EPIPE'],
]);

/** The engine that answers now, undefined when none does: one that is about to is seen by `reachEngine`. */
export async function findEngine(
	stateDir: string,
	env: NodeJS.ProcessEnv,
	version: string,
): Promise<RemoteEngine | undefined> {
	try {
		const path = socketPath(stateDir, env);
		requireOwnSocket(path);
		return await connectEngine(path, {version});
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code !== undefined && nobodyThere.has(code)) return undefined;
		if (code === 'EACCES' || code === 'EPERM') {
			throw new UserError(
				'engine-foreign',
				`the engine in ${stateDir} belongs to another user; choose another --state-dir`,
			);
		}
		throw error;
	}
}

/**
 * The engine that runs, undefined when none does. One that is coming up, or to which another hands over, is waited for.
 *
 * @throws {UserError} when that takes too long
 */
export async function reachEngine(
	stateDir: string,
	env: NodeJS.ProcessEnv,
	version: string,
	time: Millis = patience,
): Promise<RemoteEngine | undefined> {
	let folder: FolderWatch | undefined;
	const deadline = performance.now() + time;
	try {
		for (;;) {
			const engine = await findEngine(stateDir, env, version);
			if (engine !== undefined) return engine;
			const coming = comingEngine(stateDir);
			if (coming === undefined) return undefined;
			if (performance.now() > deadline) {
				throw new UserError(
					'engine-coming',
					`the engine (process ${coming}) has not come up yet; try again later, or end it with: kill ${coming}`,
				);
			}
			// It may have begun to listen before its folder was watched.
			if (folder === undefined) folder = new FolderWatch(dirname(socketPath(stateDir, env)));
			else await folder.next(lookAgain);
		}
	} finally {
		folder?.close();
	}
}

/** The engine that runs; a `UserError` that says how to start one when none does. */
export async function requireEngine(
	stateDir: string,
	env: NodeJS.ProcessEnv,
	version: string,
): Promise<RemoteEngine> {
	const engine = await reachEngine(stateDir, env, version);
	if (!engine) throw new UserError('no-engine', 'no engine is running; start one with: tortui engine');
	return engine;
}
