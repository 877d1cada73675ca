import {defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

/** Has the running engine hash again what is on the disk. */
export const command = defineCommand({
	name: 'verify-again',
	usage: ['verify-again ID ... [options]'],
	summary: 'Has the running engine hash again what is on the disk of torrents; what is wrong is downloaded.',
	words: [1, 1000],
	options: remoteOptions,
	notes: [
		idNote,
		'',
		'It goes on when the command has ended: tortui wait ID --until "not checking" waits for it. tortui verify TORRENT DIR needs no engine.',
	],
	run({input, flags}, context) {
		return withEngine(flags, context, async engine => {
			const torrents = await findTorrents(engine, input);
			await tellEach(
				torrents,
				async ({id}) => void (await engine.send({type: 'torrent.verify', id})) as undefined,
				flags,
				context,
			);
			return 0 as const;
		});
	},
});
