import type {CreationView} from '../../api/creation.js';
import {UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {percent, rateWithUnit} from '../../ui/text/format.js';
import {defineCommand} from '../arguments/command.js';
import {integer} from '../arguments/quantities.js';
import {oneByOne} from '../engine-process/one-by-one.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {look} from '../torrents/look.js';
import {withEngine} from '../torrents/with-engine.js';

function line({id, path, output, state, hashed, length, rate, why, magnet}: CreationView): string {
	const how = {
		looking: 'its files are being found',
		hashing: `${percent(hashed, length)} hashed, ${rateWithUnit(rate)}`,
		done: `written to ${output}${magnet === undefined ? '' : `  ${magnet}`}`,
		failed: `failed: ${why ?? 'nobody knows why'}`,
	};
	return terminalLine(`${id}  ${path}: ${how[state]}`);
}

/** What torrents the running engine makes. */
export const command = defineCommand({
	name: 'creations',
	usage: ['creations [options]', 'creations end N ...'],
	summary: 'Shows the torrents that the running engine makes, or ends the making of some.',
	words: [0, 1001],
	options: remoteOptions,
	notes: [
		'tortui create PATH --background has the engine make one, and says its number N. end forgets one that is over. --json: one array.',
	],
	run({input: [action, ...rest], flags}, context) {
		if (action !== undefined && action !== 'end')
			throw new UserError(
				'usage',
				`creations ${JSON.stringify(action)}: there is creations, creations end N`,
				2,
			);
		if (action === 'end' && rest.length === 0) throw new UserError('usage', 'missing: creations end N', 2);
		const numbers = rest.map(word => integer(0, Number.MAX_SAFE_INTEGER)(word, 'creations end'));
		return withEngine(flags, context, async engine => {
			const {stdout} = context;
			const {creations = []} = await look(engine, {creations: true});
			if (action === 'end') {
				const end = async (creation: number) => {
					if (!creations.some(({id}) => id === creation))
						throw new UserError(
							'no-creation',
							`the engine makes no torrent ${creation} (see: tortui creations)`,
						);
					await engine.send({type: 'creation.end', creation});
				};
				await oneByOne(numbers, end, context);
			} else if (flags.json) stdout.write(`${terminalJson(creations, 2)}\n`);
			else for (const creation of creations) stdout.write(`${line(creation)}\n`);
			return 0 as const;
		});
	},
});
