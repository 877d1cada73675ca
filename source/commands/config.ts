import {existsSync} from 'node:fs';
import {terminalJson, terminalLine} from '../base/terminal-text.js';
import {defineCommand, type Options} from './command.js';
import {configOptions, configPath, readConfig} from './config-file.js';
import {jsonOption} from './flags.js';
import {optionName} from './parse-arguments.js';
import {stateDirPath} from './state-dir.js';

/** Where the config file is, and what it makes of every option. */
export const command = defineCommand({
	name: 'config',
	usage: ['config [--json]'],
	summary: 'Shows where the config file is, and every setting with the value in force.',
	words: [0, 0],
	options: jsonOption,
	notes: [
		'The file holds one JSON object; its names are those of the long options:',
		'{"dir": "/srv/torrents", "max-upload": "500K", "sequential": true, "bind": ["192.0.2.1"]}',
		'What is typed on the command line goes before it.',
	],
	async run({flags}, {env, stdout, warn}) {
		const path = configPath(env);
		const set = readConfig(env, warn);
		const options: Options = configOptions;
		const rows = Object.entries(options).map(([key, option]) => {
			const entry = set.get(key);
			// What is read later is checked now: a wrong value is told here, too.
			for (const value of [entry?.value ?? []].flat()) {
				if (option.kind === 'value' || option.kind === 'list')
					option.read(String(value), entry?.where ?? key);
			}
			const standard =
				option.kind === 'on'
					? false
					: option.kind === 'off'
						? true
						: option.kind === 'list'
							? []
							: (option.standard ?? null);
			return {name: optionName(key), value: entry?.value ?? standard, isSet: entry !== undefined};
		});
		// What has no effect yet is shown to those only who set it.
		const shown = rows.filter((row, at) => row.isSet || !('hidden' in Object.values(options)[at]!));
		const stateDir = stateDirPath(set.get('stateDir')?.value as string | undefined, env);
		const values = shown.map(row => (row.name === 'state-dir' ? {...row, value: stateDir} : row));
		if (flags.json) {
			const settings = Object.fromEntries(values.map(({name, value}) => [name, value]));
			stdout.write(`${terminalJson({path, exists: existsSync(path), settings}, 2)}\n`);
			return 0;
		}
		stdout.write(
			`${terminalLine(path)}${existsSync(path) ? '' : ' (not there: everything is as it comes)'}\n\n`,
		);
		for (const {name, value, isSet} of values) {
			const text =
				value === null || (Array.isArray(value) && value.length === 0) ? '–' : [value].flat().join(', ');
			stdout.write(`  ${name.padEnd(14)} ${terminalLine(text)}${isSet ? '   (from the file)' : ''}\n`);
		}
		return 0;
	},
});
