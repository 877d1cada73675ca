import {UserError} from '../../base/errors.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import type {Context} from '../arguments/command.js';
import {requireEngine} from '../engine-process/ensure-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';

/** Who does not know a command lets go of the one who sends it. */
function explained(error: unknown, {hello, saidGoodbye}: RemoteEngine, version: string): unknown {
	const isLost = error instanceof UserError && error.code === 'engine-lost' && !saidGoodbye;
	return isLost && hello.version !== version
		? new UserError(
				'engine-version',
				`the running engine is of another version (${hello.version}) and may not know that; put this one in its place with: tortui restart`,
			)
		: error;
}

/** Does something with the running engine and lets go of it then. Rejects with a `UserError` when none runs. */
export async function withEngine<Result>(
	{stateDir}: {readonly stateDir?: string | undefined},
	{env, version}: Pick<Context, 'env' | 'version'>,
	task: (engine: RemoteEngine) => Promise<Result>,
): Promise<Result> {
	const engine = await requireEngine(stateDirPath(stateDir, env), env, version);
	try {
		return await task(engine);
	} catch (error) {
		throw explained(error, engine, version);
	} finally {
		engine.close();
	}
}
