import {defineCommand} from './command.js';
import {logOptions, stateOptions} from './flags.js';
import {tellTorrents} from './tell-torrents.js';

/** Lets torrents of the running engine go on. */
export const command = defineCommand({
	name: 'resume',
	usage: ['resume ID ... [options]', 'resume all'],
	summary: 'Lets torrents of the running engine go on.',
	words: [1, 1000],
	options: {...stateOptions, verbose: logOptions.verbose},
	notes: ['ID: the beginning of an info-hash, or a part of a name that fits one torrent only.'],
	run: ({input, flags}, context) => tellTorrents('torrent.resume', input, flags.stateDir, context),
});
