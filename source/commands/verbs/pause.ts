import {defineCommand} from '../arguments/command.js';
import {tellTorrents} from '../engine-process/tell-torrents.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {allOption, idsOrAll} from '../torrents/ids-or-all.js';

/** Holds torrents of the running engine: what they have stays. */
export const command = defineCommand({
	name: 'pause',
	usage: ['pause ID ... [options]', 'pause --all'],
	summary: 'Holds torrents of the running engine: what they have stays.',
	words: [0, 1000],
	options: {...allOption, ...remoteOptions},
	notes: [idNote],
	run: ({input, flags}, context) =>
		tellTorrents({type: 'torrent.pause'}, idsOrAll(input, flags.all, 'pause'), flags, context),
});
