import {typedPath} from '../../io/files/typed-path.js';
import {defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

/** Moves the files of torrents of the running engine. */
export const command = defineCommand({
	name: 'move',
	usage: ['move ID ... DIR [options]'],
	summary: 'Moves the files of torrents of the running engine to another folder.',
	words: [2, 1001],
	options: remoteOptions,
	notes: [idNote, '', 'It is done when the command ends; what downloads goes on meanwhile.'],
	run({input, flags}, context) {
		const dir = typedPath(input.at(-1)!);
		return withEngine(flags, context, async engine => {
			const torrents = await findTorrents(engine, input.slice(0, -1));
			await tellEach(
				torrents,
				async ({id}) => {
					await engine.send({type: 'torrent.move', id, dir});
					return {facts: {dir}};
				},
				flags,
				context,
			);
			return 0 as const;
		});
	},
});
