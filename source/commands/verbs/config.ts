import {existsSync} from 'node:fs';
import {UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {defineCommand, type Options} from '../arguments/command.js';
import {
	configOptions,
	configPath,
	lineOfSetting,
	readOptions,
	readScreenSettings,
} from '../arguments/config-file.js';
import {jsonOption} from '../arguments/flags.js';
import {nearest} from '../arguments/nearest.js';
import {optionName} from '../arguments/option-names.js';
import {stateDirPath} from '../engine-process/state-dir.js';

/** What is wrong with the settings of the screen that are no options, a sentence each. */
async function screenFaults(env: NodeJS.ProcessEnv): Promise<string[]> {
	const settings = Object.entries(readScreenSettings(env));
	if (settings.length === 0) return [];
	const [{keyTable}, {keyProblem}, {frames}] = await Promise.all([
		import('../../ui/keys/key-table.js'),
		import('../../ui/keys/keymap.js'),
		import('../../ui/look/glyphs.js'),
	]);
	return settings.flatMap(([name, value]) => {
		const where = `${configPath(env)}:${lineOfSetting(env, name)}: ${name}`;
		if (name === 'frames') {
			const isKnown = typeof value === 'string' && Object.hasOwn(frames, value);
			const known = Object.keys(frames).join(', ');
			return isKnown ? [] : [`${where}: ${JSON.stringify(value)} is not one of: ${known}`];
		}
		if (name !== 'keys') return typeof value === 'boolean' ? [] : [`${where} must be true or false`];
		if (typeof value !== 'object' || value === null || Array.isArray(value))
			return [`${where} must be an object, such as {"pause": ["p", "ctrl-p"]}`];
		return Object.entries(value).flatMap(([command, keys]) => {
			const problem = keyProblem(keyTable, {[command]: keys});
			if (problem === undefined) return [];
			const commands = keyTable.map(({name}) => name);
			const guess = commands.includes(command) ? undefined : nearest(command, commands);
			const reason = problem.replace(/^keys in the config file: /, '').replace(/\.$/, '');
			return [`${where}: ${guess ? reason.replace('; ? lists them', `; did you mean ${guess}?`) : reason}`];
		});
	});
}

/** Why a value cannot be meant, as the command line would say it; undefined when it can. */
function valueProblem(
	option: Options[string],
	value: string | boolean | readonly string[],
	where: string,
): string | undefined {
	if (option.kind === 'on') return undefined;
	if (option.kind === 'off')
		return value === false && option.refusal !== undefined ? `${where}: ${option.refusal}` : undefined;
	try {
		for (const item of [value].flat()) option.read(String(item), where);
		return undefined;
	} catch (error) {
		if (error instanceof UserError) return error.message;
		throw error;
	}
}

/** Where the config file is, and what it makes of every option. */
export const command = defineCommand({
	name: 'config',
	usage: ['config [--json]'],
	summary: 'Shows where the config file is, and every setting with the value in force.',
	words: [0, 0],
	options: jsonOption,
	notes: [
		'The file holds one JSON object; its names are those of the long options:',
		'  {"dir": "~/torrents", "max-upload": "500K", "bind": ["192.0.2.1"]}',
		'A path may begin with ~/ there. What is typed on the command line goes before it.',
		'What is wrong in it is told with its line; the exit status is 2 then.',
	],
	async run({flags}, {env, stdout, warn}) {
		const path = configPath(env);
		const {values: set, faults} = readOptions(env);
		const wrong = faults.map(({message}) => message);
		const options: Options = configOptions;
		const rows = Object.entries(options).map(([key, option]) => {
			const found = set.get(key);
			// What is read later is checked now: a wrong value is told here, too.
			const problem = found === undefined ? undefined : valueProblem(option, found.value, found.where);
			if (problem !== undefined) wrong.push(problem);
			const entry = problem === undefined ? found : undefined;
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
		wrong.push(...(await screenFaults(env)));
		// In the order in which they stand in the file.
		const line = (message: string) => Number(message.slice(path.length).match(/^:(\d+)/)?.[1] ?? 0);
		wrong.sort((a, b) => line(a) - line(b));
		const status = wrong.length === 0 ? 0 : 2;
		for (const message of wrong) warn(message);
		// What has no effect yet is shown to those only who set it.
		const shown = rows.filter((row, at) => row.isSet || !('hidden' in Object.values(options)[at]!));
		const stateDir = stateDirPath(set.get('stateDir')?.value as string | undefined, env);
		const values = shown.map(row => (row.name === 'state-dir' ? {...row, value: stateDir} : row));
		if (flags.json) {
			const settings = Object.fromEntries(values.map(({name, value}) => [name, value]));
			stdout.write(`${terminalJson({path, exists: existsSync(path), settings, faults: wrong}, 2)}\n`);
			return status;
		}
		stdout.write(
			`${terminalLine(path)}${existsSync(path) ? '' : ' (not there: everything is as it comes)'}\n\n`,
		);
		const widest = Math.max(...values.map(({name}) => name.length));
		for (const {name, value, isSet} of values) {
			const text =
				value === null || (Array.isArray(value) && value.length === 0) ? '–' : [value].flat().join(', ');
			stdout.write(`  ${name.padEnd(widest)} ${terminalLine(text)}${isSet ? '   (from the file)' : ''}\n`);
		}
		return status;
	},
});
