import {UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {count, size} from '../../ui/text/format.js';
import {terminalText} from '../../ui/text/text.js';
import {defineCommand} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions} from '../arguments/flags.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {catalogueUrl, nickname} from '../network/catalogue-values.js';
import {sharedTable} from '../network/network-tables.js';

/** What the running engine shares. */
export const command = defineCommand({
	name: 'shared',
	usage: ['shared [options]'],
	summary: 'Shows what you share through trackers with a catalogue, and what you are called there.',
	words: [0, 0],
	options: {
		nick: {kind: 'value', value: 'NAME', read: nickname, help: 'be called this from now on'},
		join: {
			kind: 'value',
			value: 'URL',
			read: catalogueUrl,
			help: 'ask and tell the catalogue of this tracker, too, until the engine ends',
		},
		...stateOptions,
		...jsonOption,
		verbose: logOptions.verbose,
	},
	notes: [
		'A torrent is shared there when it was added with --publish, or lies in a shared',
		'folder. What is not told to all trackers says why in its last column.',
		'',
		'In a pipe a line each, with tabs between: info-hash, bytes, trackers, why not, name.',
		'--json: one object with your name, the trackers and what you share.',
	],
	async run({flags}, {env, version, stdout, stderr, warn}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		try {
			if (flags.nick !== undefined) await engine.send({type: 'network.nick', nick: flags.nick});
			if (flags.join !== undefined) await engine.send({type: 'network.use', tracker: flags.join});
			const {network} = await engine.send({type: 'network.look'}).catch(error => {
				// Nobody to be asked: a name can be chosen all the same.
				if (flags.nick === undefined || (error as UserError).code !== 'no-catalogue') throw error;
				return {network: undefined};
			});
			if (network === undefined) {
				if (flags.nick === undefined)
					throw new UserError(
						'old-engine',
						'the running engine knows no catalogues: tortui stop, then start it again',
					);
				stderr.write(`you are called ${flags.nick}; no tracker with a catalogue is known yet\n`);
				return 0;
			}
			for (const error of network.errors) warn(error);
			const {nick, catalogues, shared} = network;
			if (flags.json) {
				stdout.write(`${terminalJson({nick, catalogues, shared}, 2)}\n`);
				return 0;
			}
			if (!stdout.isTTY) {
				for (const {id, size: bytes, catalogues: where, why, name} of shared)
					stdout.write(`${[id, bytes, where.join(','), why ?? '', terminalText(name)].join('\t')}\n`);
				return 0;
			}
			const all = shared.reduce((sum, torrent) => sum + torrent.size, 0);
			stdout.write(
				`you are called ${terminalLine(nick)}, and share ${count(shared.length, 'torrent')}, ${size(all)}\n`,
			);
			if (shared.length > 0)
				stdout.write(`${(await sharedTable(shared, stdout.columns || 80)).join('\n')}\n`);
			return 0;
		} finally {
			engine.close();
		}
	},
});
