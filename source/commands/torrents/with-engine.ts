import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import type {Context} from '../arguments/command.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';

/** Does something with the running engine and lets go of it then. Rejects with a `UserError` when none runs. */
export async function withEngine<Result>(
	{stateDir}: {readonly stateDir?: string | undefined},
	{env, version}: Pick<Context, 'env' | 'version'>,
	task: (engine: RemoteEngine) => Promise<Result>,
): Promise<Result> {
	const engine = await requireEngine(stateDirPath(stateDir, env), env, version);
	try {
		return await task(engine);
	} finally {
		engine.close();
	}
}
