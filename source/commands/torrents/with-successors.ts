import {UserError} from '../../base/errors.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import type {Context} from '../arguments/command.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {successorOf} from '../engine-process/successor-of.js';

/**
 * As `withEngine`, for what lasts: when the engine hands over to a new one, and the task fails with it, it is done anew with
 * that.
 */
export async function withSuccessors<Result>(
	{stateDir}: {readonly stateDir?: string | undefined},
	{env, version}: Pick<Context, 'env' | 'version'>,
	task: (engine: RemoteEngine) => Promise<Result>,
): Promise<Result> {
	const seat = {stateDir: stateDirPath(stateDir, env), env, version};
	let engine = await requireEngine(seat.stateDir, env, version);
	for (;;) {
		try {
			return await task(engine);
		} catch (error) {
			if (!engine.handsOver) throw error;
		} finally {
			engine.close();
		}
		const successor = await successorOf(seat);
		if (successor === undefined)
			throw new UserError('engine-lost', 'the engine handed over to a new one, which did not come');
		engine = successor;
	}
}
