import {dirname} from 'node:path';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {socketPath} from '../../bridge/socket/socket-path.js';
import {FolderWatch} from '../../io/files/folder-watch.js';
import {startedWith} from '../arguments/engine-arguments.js';
import {type EngineSeat, type EnsureSettings, ensureEngine, findEngine} from './ensure-engine.js';

/** In ms: the system tells of a new socket, but not of all that may be wrong with it. */
const lookAgain = 50;
/** In ms; so long the engine that takes another's place is waited for before one is started. */
const successionTime = 20_000;

/** The engine that has taken the place of another; undefined when none comes. */
export async function successorOf(seat: EngineSeat): Promise<RemoteEngine | undefined> {
	const {stateDir, env, version} = seat;
	const folder = new FolderWatch(dirname(socketPath(stateDir, env)));
	try {
		const deadline = performance.now() + successionTime;
		while (performance.now() < deadline) {
			const engine = await findEngine(stateDir, env, version);
			if (engine) return engine;
			await folder.next(lookAgain);
		}
	} finally {
		folder.close();
	}
	return undefined;
}

/**
 * How the engine behind a screen is started again after it has died: with the options that were typed when this process
 * started it, else with those it said it was started with, and its folder. One that has handed over is not started again:
 * the one in its place is found.
 *
 * @param typed the options this process has started it with; undefined when somebody else did
 */
export function engineRevival(
	engine: RemoteEngine,
	settings: Omit<EnsureSettings, 'options'>,
	typed: readonly string[] | undefined,
): () => Promise<RemoteEngine> {
	let current = engine;
	let dir: string | undefined;
	if (!typed) {
		const watching = engine.watch({interval: 60_000, session: true}, ({session}) => {
			if (!session) return;
			({dir} = session);
			watching.stop();
		});
	}
	return async () => {
		const successor = current.handsOver ? await successorOf(settings) : undefined;
		const options = typed ?? startedWith(current.hello.about, dir);
		current = successor ?? (await ensureEngine({...settings, options})).engine;
		return current;
	};
}
