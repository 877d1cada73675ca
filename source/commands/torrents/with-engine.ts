import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import type {Context} from '../arguments/command.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {successorOf} from '../engine-process/successor-of.js';

/**
 * Does something with the running engine and lets go of it then. When that one hands over to a new engine meanwhile, that
 * one is asked for what is not done. Rejects with a `UserError` when none runs.
 */
export async function withEngine<Result>(
	{stateDir}: {readonly stateDir?: string | undefined},
	{env, version}: Pick<Context, 'env' | 'version'>,
	task: (engine: RemoteEngine) => Promise<Result>,
): Promise<Result> {
	const seat = {stateDir: stateDirPath(stateDir, env), env, version};
	let engine = await requireEngine(seat.stateDir, env, version);
	for (;;) {
		engine.follow(() => successorOf(seat));
		try {
			return await task(engine);
		} catch (error) {
			// What was begun is not begun anew: it may have been done.
			if (!engine.handsOver || engine.wasTold) throw error;
		} finally {
			engine.close();
		}
		engine = await requireEngine(seat.stateDir, env, version);
	}
}
