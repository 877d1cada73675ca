import {defineCommand} from './command.js';
import {requireEngine} from './ensure-engine.js';
import {findTorrents} from './find-torrents.js';
import {logOptions, stateOptions} from './flags.js';
import {stateDirPath} from './state-dir.js';

/** Lets torrents of the running engine go on. */
export const command = defineCommand({
	name: 'resume',
	usage: ['resume ID ... [options]', 'resume all'],
	summary: 'Lets torrents of the running engine go on.',
	words: [1, 1000],
	options: {...stateOptions, verbose: logOptions.verbose},
	notes: ['ID: the beginning of an info-hash, or a part of a name that fits one torrent only.'],
	async run({input, flags}, {env, version}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		try {
			for (const {id} of await findTorrents(engine, input)) await engine.send({type: 'torrent.resume', id});
		} finally {
			engine.close();
		}
		return 0;
	},
});
