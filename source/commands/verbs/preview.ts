import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import {typedPath} from '../../io/files/typed-path.js';
import {defineCommand} from '../arguments/command.js';
import {duration} from '../arguments/quantities.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {previewLines} from '../torrents/preview-lines.js';
import {withEngine} from '../torrents/with-engine.js';

/** In seconds. */
const usualTime = 120;

/** What a torrent would add to the running engine. */
export const command = defineCommand({
	name: 'preview',
	usage: ['preview TORRENT [options]'],
	summary: 'Asks the running engine what TORRENT would add, and whether it has that already; adds nothing.',
	words: [1, 1],
	options: {
		timeout: {
			kind: 'value',
			value: 'TIME',
			read: duration,
			help: 'give up after this time',
			standard: `${usualTime / 60}m`,
		},
		...remoteOptions,
	},
	notes: [
		'TORRENT: a .torrent file, an http(s) URL of one, which the engine fetches, a magnet link or an info-hash. Of a link that it has not, it knows what the link says: tortui info --resolve asks peers, and tortui add --choose fetches nothing before its files are chosen. --json: all that is known, the first of its files among it.',
	],
	run({input: [word = ''], flags}, context) {
		const isLink = /^(?:[a-z][a-z\d+.-]*:|[\da-f]{40}$|[\da-f]{64}$|[a-z2-7]{32}$)/i.test(word);
		const link = isLink ? word : typedPath(word);
		return withEngine(flags, context, async engine => {
			const time = flags.timeout ?? usualTime;
			const late = Promise.withResolvers<undefined>();
			const timer = setTimeout(() => late.resolve(undefined), time * 1000);
			try {
				const reply = await Promise.race([engine.send({type: 'torrent.preview', link}), late.promise]);
				if (reply === undefined)
					throw new UserError(
						'timeout',
						`it could not be fetched within ${time} s: try again, or with more --timeout`,
					);
				const {preview} = reply;
				if (preview === undefined)
					throw new UserError(
						'old-engine',
						'the running engine cannot do that: tortui stop, then start it again',
					);
				context.stdout.write(
					flags.json ? `${terminalJson(preview, 2)}\n` : `${previewLines(preview).join('\n')}\n`,
				);
			} finally {
				clearTimeout(timer);
			}
			return 0 as const;
		});
	},
});
