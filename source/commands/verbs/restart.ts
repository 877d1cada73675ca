import {type ExitStatus, UserError} from '../../base/errors.js';
import {EngineMismatch, type RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {defineCommand} from '../arguments/command.js';
import {isService, startedWith} from '../arguments/engine-arguments.js';
import {logOptions, stateOptions} from '../arguments/flags.js';
import {replaceEngine} from '../engine-process/ensure-engine.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {restartAdvice, restartService} from '../engine-process/renew-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';

function say(engine: RemoteEngine, stderr: NodeJS.WriteStream): ExitStatus {
	if (stderr.isTTY)
		stderr.write(`the engine of version ${engine.hello.version} goes on (process ${engine.hello.pid})\n`);
	engine.close();
	return 0;
}

/** Puts an engine of this program in the place of the one in the background. */
export const command = defineCommand({
	name: 'restart',
	usage: ['restart [options]'],
	summary: 'Puts an engine of this version in the place of the one that runs in the background.',
	words: [0, 0],
	options: {...stateOptions, verbose: logOptions.verbose},
	notes: [
		'The new engine gets ready first: torrents rest for a second or two, nothing is hashed again, screens stay open, and the port is the same. It is started with the options of the one of before, and reads the config file anew. Should it not start, the one of before goes on.',
		'tortui does it by itself when it finds an engine of an older version. One that a service or a terminal runs starts its own program anew, as it is on the disk now, in the same way.',
	],
	async run({flags}, {env, version, program, stderr}) {
		const stateDir = stateDirPath(flags.stateDir, env);
		let hello: EngineMismatch['hello'];
		try {
			const engine = await requireEngine(stateDir, env, version);
			({hello} = engine);
			engine.close();
		} catch (error) {
			if (!(error instanceof EngineMismatch)) throw error;
			({hello} = error);
		}
		const settings = {stateDir, env, version, program: [program, 'engine']};
		if (hello.about['restarts'] === true) {
			return say(await restartService(settings, hello.pid), stderr);
		}
		if (isService(hello.about)) {
			throw new UserError(
				'engine-service',
				`the engine (process ${hello.pid}) is not one in the background: ${restartAdvice(hello.about)}`,
			);
		}
		const options = startedWith(hello.about, undefined);
		return say(await replaceEngine({...settings, options}, hello.pid), stderr);
	},
});
