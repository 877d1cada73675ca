import {resolve} from 'node:path';
import {defineCommand} from '../arguments/command.js';
import {readFolderSettings} from '../arguments/config-file.js';
import {describeOptions, ownOptions} from '../arguments/engine-arguments.js';
import {stateOptions} from '../arguments/flags.js';
import {automate} from '../engine-process/automate.js';
import {openLog} from '../engine-process/file-log.js';
import {hostEngine} from '../engine-process/host-engine.js';
import {openSession} from '../engine-process/open-session.js';
import {makeStateDir} from '../engine-process/state-dir.js';

/** The engine itself, in the foreground: what the session starts in the background. */
export const command = defineCommand({
	name: 'engine',
	usage: ['engine [options]'],
	summary: 'Runs the engine in the foreground; the session starts it by itself.',
	notes: [
		'For systemd, containers and machines without a screen: tortui attach, add, list and the others speak to it.',
		'It ends with Ctrl-C, SIGTERM or tortui stop, and saves everything first.',
	],
	words: [0, 0],
	config: true,
	options: {
		...ownOptions,
		...stateOptions,
		background: {kind: 'on', help: 'stay when the terminal closes', hidden: true},
	},
	async run({flags, given}, {env, version}) {
		const stateDir = makeStateDir(flags.stateDir, env);
		const folders = readFolderSettings(env);
		const log = openLog(flags.log, flags.verbose);
		if (flags.background) process.on('SIGHUP', () => {});
		await hostEngine({
			stateDir,
			env,
			version,
			signals: flags.background ? ['SIGTERM', 'SIGINT'] : ['SIGTERM', 'SIGINT', 'SIGHUP'],
			about: {...describeOptions(flags), background: flags.background},
			async open() {
				const dir = resolve(flags.dir ?? '.');
				const engine = await openSession({stateDir, dir, restore: true, version, log, flags, given});
				return automate(engine, stateDir, folders, version);
			},
		});
		return 0;
	},
});
