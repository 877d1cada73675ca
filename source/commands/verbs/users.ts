import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import {machineClock} from '../../io/machine/clock.js';
import {defineCommand} from '../arguments/command.js';
import {engineOptions, jsonOption, logOptions, stateOptions} from '../arguments/flags.js';
import {wayOptions} from '../arguments/way-out.js';
import {askedTracker} from '../network/asked-tracker.js';
import {foundLine, foundTable, peopleTable} from '../network/network-tables.js';
import {openNetwork} from '../network/open-network.js';

/** Who shares something, and what somebody shares. */
export const command = defineCommand({
	name: 'users',
	usage: ['users [NAME] [options]'],
	summary: 'Shows who shares something through trackers with a catalogue, or what somebody shares.',
	words: [0, 1],
	config: true,
	options: {
		tracker: askedTracker,
		catalogue: {...engineOptions.catalogue, hidden: true},
		...wayOptions,
		...stateOptions,
		...jsonOption,
		verbose: logOptions.verbose,
	},
	notes: [
		'A table on a terminal. In a pipe a line each, with tabs between: name, torrents,',
		'bytes, since when in ms since 1970, whether others can connect to them (yes, no, or',
		'nothing where that is not known), tracker. What somebody shares is told as by',
		'tortui search. --json: one array of all that is known about each.',
	],
	async run({input, flags, given}, context) {
		const {stdout, stderr, warn} = context;
		const [nick] = input;
		const network = await openNetwork(
			{...flags, tracker: given.has('tracker') ? flags.tracker : undefined},
			context,
		);
		try {
			if (nick !== undefined) {
				const {found} = await network.send({type: 'network.browse', nick});
				if (found === undefined) throw tooOld();
				for (const error of found.errors) warn(error);
				if (flags.json) stdout.write(`${terminalJson(found.torrents, 2)}\n`);
				else {
					const lines = stdout.isTTY
						? await foundTable(found.torrents, stdout.columns || 80, machineClock.wall())
						: found.torrents.map(foundLine);
					stdout.write(`${lines.join('\n')}\n`);
				}
				return 0;
			}
			const {network: view} = await network.send({type: 'network.look'});
			if (view === undefined) throw tooOld();
			for (const error of view.errors) warn(error);
			const {people, catalogues, errors} = view;
			const isNobody = !catalogues.some(({state}) => state === 'open');
			if (isNobody && errors.length > 0) return 1;
			if (flags.json) stdout.write(`${terminalJson(people, 2)}\n`);
			else if (people.length === 0) stderr.write('nobody shares anything now\n');
			else {
				const lines = stdout.isTTY
					? await peopleTable(people, stdout.columns || 80, machineClock.wall())
					: people.map(({nick: name, torrents, size, since, reachable, catalogue}) =>
							[
								...[name, torrents, size, since],
								...[reachable === undefined ? '' : reachable ? 'yes' : 'no', catalogue],
							].join('\t'),
						);
				stdout.write(`${lines.join('\n')}\n`);
			}
			return 0;
		} finally {
			network.close();
		}
	},
});

function tooOld(): UserError {
	return new UserError(
		'old-engine',
		'the running engine knows no catalogues: tortui stop, then start it again',
	);
}
