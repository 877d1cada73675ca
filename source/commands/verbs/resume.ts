import {defineCommand} from '../arguments/command.js';
import {logOptions, stateOptions} from '../arguments/flags.js';
import {tellTorrents} from '../engine-process/tell-torrents.js';

/** Lets torrents of the running engine go on. */
export const command = defineCommand({
	name: 'resume',
	usage: ['resume ID ... [options]', 'resume all'],
	summary: 'Lets torrents of the running engine go on.',
	words: [1, 1000],
	options: {
		overwrite: {kind: 'on', help: 'replace files in the way that are none of the torrent'},
		repair: {kind: 'on', help: 'download what is missing or wrong, over what is there'},
		...stateOptions,
		verbose: logOptions.verbose,
	},
	notes: [
		'ID: the beginning of an info-hash, or a part of a name that fits one torrent only.',
		'all: what pause all held; without that, everything but what reached its seeding goal.',
	],
	run({input, flags}, context) {
		const {overwrite, repair} = flags;
		const allowed = {...(overwrite && {overwrite}), ...(repair && {repair})};
		return tellTorrents({type: 'torrent.resume', ...allowed}, input, flags.stateDir, context);
	},
});
