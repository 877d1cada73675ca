import type {RemovedFiles} from '../../api/command.js';
import type {TorrentView} from '../../api/snapshot.js';
import {safeText} from '../../base/safe-text.js';
import {defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {allOption, idsOrAll} from '../torrents/ids-or-all.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

/** What was deleted and what was not, and why. */
function removedText(name: string, {deleted, kept, keptFiles}: RemovedFiles): string {
	const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;
	const stay = kept === 0 ? '' : `, ${files(kept)} ${kept === 1 ? 'stays' : 'stay'}:`;
	const lines = [`${safeText(name)}: ${files(deleted)} deleted${stay}`];
	for (const {path, why} of keptFiles) lines.push(`  ${safeText(path)}: ${safeText(why)}`);
	if (kept > keptFiles.length) lines.push(`  and ${kept - keptFiles.length} more`);
	return lines.join('\n');
}

/** Makes the running engine forget torrents. */
export const command = defineCommand({
	name: 'remove',
	usage: ['remove ID ... [options]', 'remove --all'],
	summary: 'Makes the running engine forget torrents; their files stay.',
	words: [0, 1000],
	options: {
		...allOption,
		withData: {kind: 'on', help: 'delete their files too: those that are theirs alone'},
		...remoteOptions,
	},
	notes: [idNote],
	run({input, flags}, context) {
		const ids = idsOrAll(input, flags.all, 'remove');
		return withEngine(flags, context, async engine => {
			const {withData} = flags;
			const remove = async ({id, name}: TorrentView) => {
				const {removed} = await engine.send({type: 'torrent.remove', id, withData});
				return removed === undefined ? undefined : {text: removedText(name, removed), facts: {...removed}};
			};
			await tellEach(await findTorrents(engine, ids), remove, flags, context);
			return 0 as const;
		});
	},
});
