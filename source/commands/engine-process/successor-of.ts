import {dirname} from 'node:path';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {socketPath} from '../../bridge/socket/socket-path.js';
import {FolderWatch} from '../../io/files/folder-watch.js';
import type {EngineSeat} from './ensure-engine.js';
import {findEngine} from './find-engine.js';

/** In ms: the system tells of a new socket, but not of all that may be wrong with it. */
const lookAgain = 50;
/** In ms; so long the engine that takes another's place is waited for before one is started. */
const successionTime = 20_000;

/**
 * The engine that has taken the place of another; undefined when none comes.
 *
 * @param former the process of that other
 */
export async function successorOf(seat: EngineSeat, former?: number): Promise<RemoteEngine | undefined> {
	const {stateDir, env, version} = seat;
	const folder = new FolderWatch(dirname(socketPath(stateDir, env)));
	try {
		const deadline = performance.now() + successionTime;
		while (performance.now() < deadline) {
			const engine = await findEngine(stateDir, env, version);
			if (engine && engine.hello.pid !== former) return engine;
			engine?.close();
			await folder.next(lookAgain);
		}
	} finally {
		folder.close();
	}
	return undefined;
}
