import {defineCommand} from '../arguments/command.js';
import {logOptions, stateOptions} from '../arguments/flags.js';
import {tellTorrents} from '../engine-process/tell-torrents.js';

/** Holds torrents of the running engine: what they have stays. */
export const command = defineCommand({
	name: 'pause',
	usage: ['pause ID ... [options]', 'pause all'],
	summary: 'Holds torrents of the running engine: what they have stays.',
	words: [1, 1000],
	options: {...stateOptions, verbose: logOptions.verbose},
	notes: ['ID: the beginning of an info-hash, or a part of a name that fits one torrent only.'],
	run: ({input, flags}, context) => tellTorrents({type: 'torrent.pause'}, input, flags.stateDir, context),
});
