import {resolve} from 'node:path';
import {UserError} from '../../base/errors.js';
import {torrentName} from '../../io/files/torrent-name.js';
import {checkNamedFile, writeNamedFile} from '../../io/files/write-named-file.js';
import {defineCommand} from '../arguments/command.js';
import {createOptions, outputAdvice} from '../arguments/create-options.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {logOptions, stateOptions} from '../arguments/flags.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';

/** Writes the .torrent of a torrent of the running engine. */
export const command = defineCommand({
	name: 'export',
	usage: ['export ID [-o FILE]'],
	summary: 'Writes the .torrent of a torrent of the running engine, also of one that came as a magnet link.',
	words: [1, 1],
	options: {
		output: createOptions.output,
		force: createOptions.force,
		...stateOptions,
		verbose: logOptions.verbose,
	},
	notes: ['ID: the beginning of an info-hash, or a part of a name that fits one torrent only.'],
	async run({input, flags}, {env, version, stdout}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		try {
			const torrents = await findTorrents(engine, input);
			const [torrent] = torrents;
			if (torrent === undefined || torrents.length > 1)
				throw new UserError('usage', 'one torrent at a time: tortui export ID', 2);
			const rules = {force: flags.force, advice: outputAdvice};
			const output = flags.output === '-' ? undefined : resolve(flags.output ?? torrentName(torrent.name));
			if (output !== undefined) await checkNamedFile(output, rules);
			else if (stdout.isTTY)
				throw new UserError(
					'terminal',
					'a .torrent is nothing for a terminal: tortui export ID -o - > FILE',
					2,
				);
			const {metainfo} = await engine.send({type: 'torrent.export', id: torrent.id});
			if (metainfo === undefined)
				throw new UserError(
					'old-engine',
					'the running engine cannot do that: tortui stop, then start it again',
				);
			const bytes = Buffer.from(metainfo, 'base64');
			if (output === undefined) stdout.write(bytes);
			else {
				await writeNamedFile(output, bytes, rules);
				stdout.write(`${output}\n`);
			}
		} finally {
			engine.close();
		}
		return 0;
	},
});
