import type {RemovedFiles} from '../../api/command.js';
import type {TorrentView} from '../../api/snapshot.js';
import {safeText} from '../../base/safe-text.js';
import {defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {logOptions, stateOptions} from '../arguments/flags.js';
import {requireEngine} from '../engine-process/ensure-engine.js';
import {oneByOne} from '../engine-process/one-by-one.js';
import {stateDirPath} from '../engine-process/state-dir.js';

/** What was deleted and what was not, and why. */
function removedLines(name: string, {deleted, kept, keptFiles}: RemovedFiles): string {
	const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;
	const stay = kept === 0 ? '' : `, ${files(kept)} ${kept === 1 ? 'stays' : 'stay'}:`;
	const lines = [`${safeText(name)}: ${files(deleted)} deleted${stay}`];
	for (const {path, why} of keptFiles) lines.push(`  ${safeText(path)}: ${safeText(why)}`);
	if (kept > keptFiles.length) lines.push(`  and ${kept - keptFiles.length} more`);
	return `${lines.join('\n')}\n`;
}

/** Makes the running engine forget torrents. */
export const command = defineCommand({
	name: 'remove',
	usage: ['remove ID ... [options]', 'remove all'],
	summary: 'Makes the running engine forget torrents; their files stay.',
	words: [1, 1000],
	options: {
		withData: {kind: 'on', help: 'delete their files too: those that are theirs alone'},
		...stateOptions,
		verbose: logOptions.verbose,
	},
	notes: ['ID: the beginning of an info-hash, or a part of a name that fits one torrent only.'],
	async run({input, flags}, {env, version, stdout, warn}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		const {withData} = flags;
		try {
			const remove = async ({id, name}: TorrentView) => {
				const {removed} = await engine.send({type: 'torrent.remove', id, withData});
				if (removed !== undefined) stdout.write(removedLines(name, removed));
			};
			await oneByOne(await findTorrents(engine, input), remove, {warn});
		} finally {
			engine.close();
		}
		return 0;
	},
});
