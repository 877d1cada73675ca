import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import {defineCommand} from '../arguments/command.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {lookAtSession} from '../torrents/look.js';
import {withEngine} from '../torrents/with-engine.js';

/** Turns slow mode of the running engine on and off. */
export const command = defineCommand({
	name: 'slow',
	usage: ['slow [on|off] [options]'],
	summary: 'Turns slow mode of the running engine on or off, or tells whether it is on.',
	words: [0, 1],
	options: remoteOptions,
	notes: ['In slow mode other limits hold: tortui limits tells and sets them.'],
	run({input: [word], flags}, context) {
		if (word !== undefined && word !== 'on' && word !== 'off')
			throw new UserError('bad-value', `slow: ${JSON.stringify(word)} is not one of: on, off`, 2);
		return withEngine(flags, context, async engine => {
			if (word !== undefined) await engine.send({type: 'session.slowMode', on: word === 'on'});
			if (word !== undefined && !flags.json) return 0 as const;
			const {slowMode} = await lookAtSession(engine);
			context.stdout.write(flags.json ? `${terminalJson({slowMode})}\n` : `${slowMode ? 'on' : 'off'}\n`);
			return 0 as const;
		});
	},
});
