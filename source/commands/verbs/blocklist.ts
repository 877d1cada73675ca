import type {SessionView} from '../../api/snapshot.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {count} from '../../ui/text/format.js';
import {defineCommand} from '../arguments/command.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {lookAtSession} from '../torrents/look.js';
import {withEngine} from '../torrents/with-engine.js';

function words(list: SessionView['blocklist']): string {
	if (list === undefined) return 'no blocklist: name one with --blocklist FILE or URL, or in the config file';
	const {from, ranges, readAt, trouble} = list;
	const when =
		readAt === undefined ? '' : `, read ${new Date(readAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
	return trouble ?? `${from}: ${count(ranges, 'range')} of addresses${when}`;
}

/** The blocklist of the running engine. */
export const command = defineCommand({
	name: 'blocklist',
	usage: ['blocklist [--update] [options]'],
	summary: 'Shows which list of addresses the running engine speaks to nobody of, and reads it anew.',
	words: [0, 0],
	options: {update: {kind: 'on', help: 'read or fetch it now'}, ...remoteOptions},
	notes: [
		'A list is named when the engine starts: --blocklist FILE or URL, or "blocklist" in the',
		'config file. A file is read again when it is another, a URL once a day; what cannot be',
		'read changes nothing. --json: from, ranges, readAt in ms since 1970, and trouble.',
	],
	run({flags}, context) {
		return withEngine(flags, context, async engine => {
			if (flags.update) await engine.send({type: 'session.blocklist'});
			const {blocklist} = await lookAtSession(engine);
			const text = flags.json ? terminalJson(blocklist ?? null) : terminalLine(words(blocklist));
			context.stdout.write(`${text}\n`);
			return 0 as const;
		});
	},
});
