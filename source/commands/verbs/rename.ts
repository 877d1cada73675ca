import {selectFiles} from '../../api/file-rules.js';
import {UserError} from '../../base/errors.js';
import {defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {listedFiles} from '../torrents/listed-files.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

/** Gives a file of a torrent of the running engine another name on the disk. */
export const command = defineCommand({
	name: 'rename',
	usage: ['rename ID FILE NAME [options]'],
	summary: 'Gives a file of a torrent of the running engine another name on the disk.',
	words: [3, 3],
	options: remoteOptions,
	notes: [
		idNote.replace('; all: every one', ''),
		'',
		'FILE: its number as tortui files tells it, its name or path, or any rule of --select that picks one file only. NAME is a name, not a path: the file stays in its folder.',
	],
	run({input, flags}, context) {
		const [word = '', rule = '', name = ''] = input;
		if (name.includes('/'))
			throw new UserError(
				'bad-value',
				`rename: ${JSON.stringify(name)} is a path: give a name, the file stays in its folder`,
				2,
			);
		return withEngine(flags, context, async engine => {
			const torrents = await findTorrents(engine, [word]);
			if (torrents.length !== 1)
				throw new UserError('usage', 'one torrent at a time: tortui rename ID FILE NAME', 2);
			await tellEach(
				torrents,
				async ({id}) => {
					const files = await listedFiles(engine, id);
					const wanted = selectFiles(rule, files);
					const picked = files.filter((_, at) => wanted[at]);
					const [file] = picked;
					if (file === undefined || picked.length > 1)
						throw new UserError(
							'ambiguous',
							`${JSON.stringify(rule)} fits ${picked.length} files; give its number (see: tortui files)`,
							2,
						);
					await engine.send({type: 'torrent.rename', id, fileIndex: file.index, name});
					const {path = []} = (await listedFiles(engine, id)).find(({index}) => index === file.index) ?? {};
					return {facts: {file: file.number, path}};
				},
				flags,
				context,
			);
			return 0 as const;
		});
	},
});
