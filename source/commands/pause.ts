import {defineCommand} from './command.js';
import {requireEngine} from './ensure-engine.js';
import {findTorrents} from './find-torrents.js';
import {logOptions, stateOptions} from './flags.js';
import {stateDirPath} from './state-dir.js';

/** Holds torrents of the running engine: what they have stays. */
export const command = defineCommand({
	name: 'pause',
	usage: ['pause ID ... [options]', 'pause all'],
	summary: 'Holds torrents of the running engine: what they have stays.',
	words: [1, 1000],
	options: {...stateOptions, verbose: logOptions.verbose},
	notes: ['ID: the beginning of an info-hash, or a part of a name that fits one torrent only.'],
	async run({input, flags}, {env, version}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		try {
			for (const {id} of await findTorrents(engine, input)) await engine.send({type: 'torrent.pause', id});
		} finally {
			engine.close();
		}
		return 0;
	},
});
