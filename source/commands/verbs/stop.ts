import process from 'node:process';
import {UserError} from '../../base/errors.js';
import {EngineMismatch} from '../../bridge/socket/connect-engine.js';
import {defineCommand} from '../arguments/command.js';
import {logOptions, stateOptions} from '../arguments/flags.js';
import {enginePid} from '../engine-process/engine-lock.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {engineGone, stopEngine} from '../engine-process/stop-engine.js';

/** Stops the running engine, which saves everything first. */
export const command = defineCommand({
	name: 'stop',
	usage: ['stop [options]'],
	summary: 'Stops the running engine, which saves everything first, and waits for its end.',
	words: [0, 0],
	options: {...stateOptions, verbose: logOptions.verbose},
	async run({flags}, {env, version}) {
		const stateDir = stateDirPath(flags.stateDir, env);
		try {
			await stopEngine(await requireEngine(stateDir, env, version), stateDir);
		} catch (error) {
			// An engine that cannot be spoken to still understands a signal.
			const mute = error instanceof UserError && ['engine-version', 'engine-silent'].includes(error.code);
			const pid = error instanceof EngineMismatch ? error.pid : enginePid(stateDir);
			if (!mute || pid === undefined) throw error;
			process.kill(pid, 'SIGTERM');
			if (!(await engineGone(stateDir, pid))) {
				throw new UserError(
					'engine-stays',
					`the engine (process ${pid}) does not end; end it with: kill -9 ${pid}`,
				);
			}
		}
		return 0;
	},
});
