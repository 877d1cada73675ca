import {defineCommand} from '../arguments/command.js';
import {tellTorrents} from '../engine-process/tell-torrents.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {allOption, idsOrAll} from '../torrents/ids-or-all.js';

/** Lets torrents of the running engine go on. */
export const command = defineCommand({
	name: 'resume',
	usage: ['resume ID ... [options]', 'resume --all'],
	summary: 'Lets torrents of the running engine go on.',
	words: [0, 1000],
	options: {
		...allOption,
		overwrite: {kind: 'on', help: 'replace files in the way that are none of the torrent'},
		repair: {kind: 'on', help: 'download what is missing or wrong, over what is there'},
		...remoteOptions,
	},
	notes: [
		idNote,
		'',
		'all: what pause all held; without that, everything but what reached its seeding goal.',
	],
	run({input, flags}, context) {
		const {overwrite, repair} = flags;
		const allowed = {...(overwrite && {overwrite}), ...(repair && {repair})};
		const ids = idsOrAll(input, flags.all, 'resume');
		return tellTorrents({type: 'torrent.resume', ...allowed}, ids, flags, context);
	},
});
