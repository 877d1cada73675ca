import {UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {defineCommand} from '../arguments/command.js';
import {nickname} from '../network/catalogue-values.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {look} from '../torrents/look.js';
import {withEngine} from '../torrents/with-engine.js';

/** What one is called where it is told who shares what. */
export const command = defineCommand({
	name: 'nick',
	usage: ['nick [NAME] [options]'],
	summary: 'Tells what you are called by trackers with a catalogue, or has you called otherwise from now on.',
	words: [0, 1],
	options: remoteOptions,
	notes: ['What you share under the former name is told under the new one.'],
	run({input: [word], flags}, context) {
		const wanted = word === undefined ? undefined : nickname(word, 'nick');
		return withEngine(flags, context, async engine => {
			if (wanted !== undefined) await engine.send({type: 'network.nick', nick: wanted});
			if (wanted !== undefined && !flags.json) return 0 as const;
			const {network} = await look(engine, {network: true});
			if (network === undefined)
				throw new UserError(
					'old-engine',
					'the running engine knows no catalogues: tortui stop, then start it again',
				);
			const {nick, nickChosen: chosen} = network;
			context.stdout.write(flags.json ? `${terminalJson({nick, chosen})}\n` : `${terminalLine(nick)}\n`);
			return 0 as const;
		});
	},
});
