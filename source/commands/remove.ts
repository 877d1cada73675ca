import {defineCommand} from './command.js';
import {requireEngine} from './ensure-engine.js';
import {findTorrents} from './find-torrents.js';
import {logOptions, stateOptions} from './flags.js';
import {stateDirPath} from './state-dir.js';

/** Makes the running engine forget torrents. */
export const command = defineCommand({
	name: 'remove',
	usage: ['remove ID ... [options]', 'remove all'],
	summary: 'Makes the running engine forget torrents; their files stay.',
	words: [1, 1000],
	options: {
		withData: {kind: 'on', help: 'delete their files too'},
		...stateOptions,
		verbose: logOptions.verbose,
	},
	notes: ['ID: the beginning of an info-hash, or a part of a name that fits one torrent only.'],
	async run({input, flags}, {env, version}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		const {withData} = flags;
		try {
			for (const {id} of await findTorrents(engine, input)) {
				await engine.send({type: 'torrent.remove', id, withData});
			}
		} finally {
			engine.close();
		}
		return 0;
	},
});
