import {UserError} from '../../base/errors.js';
import {defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {tellEach} from '../torrents/tell-each.js';
import {changeOptions, torrentChanges} from '../torrents/torrent-changes.js';
import {withEngine} from '../torrents/with-engine.js';

/** Changes what holds for torrents of the running engine. */
export const command = defineCommand({
	name: 'set',
	usage: ['set ID ... [options]'],
	summary: 'Changes limits, label, seeding goal and order of torrents of the running engine.',
	words: [1, 1000],
	options: {...changeOptions, ...remoteOptions},
	notes: [
		idNote,
		'',
		'What is not typed stays as it is. usual: as its label, its tracker or the config file has it. --json: a line for each torrent.',
	],
	run({input, flags, given}, context) {
		if (torrentChanges('', flags, given).length === 0)
			throw new UserError('usage', 'nothing to set: name what is to change (see: tortui set --help)', 2);
		return withEngine(flags, context, async engine => {
			const torrents = await findTorrents(engine, input);
			await tellEach(
				torrents,
				async ({id}) => {
					for (const change of torrentChanges(id, flags, given)) await engine.send(change);
					return undefined;
				},
				flags,
				context,
			);
			return 0 as const;
		});
	},
});
