import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import type {Options} from './command.js';
import {
	type ConfigFault,
	configOptions,
	configPath,
	configText,
	lineOfSetting,
	optionOfSetting,
	readConfigFile,
	readOptions,
	readScreenSettings,
	settingNames,
} from './config-file.js';
import {optionName} from './option-names.js';

/** Where the value of a setting comes from. */
export type Origin = 'default' | 'file' | 'environment' | 'command line';

/** A setting with the value that holds. */
export interface Setting {
	readonly name: string;
	/** An object only of settings that have no option. */
	readonly value: string | boolean | readonly string[] | object | null;
	readonly origin: Origin;
	/** The line of the file, or the variable of the environment. */
	readonly place?: string;
}

/** What the config file comes to. */
export interface ConfigJudgement {
	readonly settings: readonly Setting[];
	/** What is wrong, in the order in which it stands in the file. */
	readonly faults: readonly ConfigFault[];
}

/** What is wrong with the settings of the screen that are no options. */
async function screenFaults(env: NodeJS.ProcessEnv, text: string | undefined): Promise<ConfigFault[]> {
	const settings = Object.entries(readScreenSettings(env, text));
	if (settings.length === 0) return [];
	const [{keyTable}, {keyProblem}, {frames}] = await Promise.all([
		import('../../ui/keys/key-table.js'),
		import('../../ui/keys/keymap.js'),
		import('../../ui/look/glyphs.js'),
	]);
	return settings.flatMap(([name, value]) => {
		const where = `${configPath(env)}:${lineOfSetting(text, name)}: ${name}`;
		const fault = (message: string): ConfigFault => ({name, message: `${where}${message}`, isFatal: false});
		if (name === 'frames') {
			const isKnown = typeof value === 'string' && Object.hasOwn(frames, value);
			const known = Object.keys(frames).join(', ');
			return isKnown ? [] : [fault(`: ${JSON.stringify(value)} is not one of: ${known}`)];
		}
		if (name === 'magnet-start')
			return value === 'ask' || value === 'all'
				? []
				: [fault(`: ${JSON.stringify(value)} is not one of: ask, all`)];
		if (name !== 'keys') return typeof value === 'boolean' ? [] : [fault(' must be true or false')];
		if (typeof value !== 'object' || value === null || Array.isArray(value))
			return [fault(' must be an object, such as {"pause": ["p", "ctrl-p"]}')];
		return Object.entries(value).flatMap(([command, keys]) => {
			const problem = keyProblem(keyTable, {[command]: keys});
			if (problem === undefined) return [];
			const commands = keyTable.map(({name}) => name);
			const guess = commands.includes(command) ? undefined : nearest(command, commands);
			const reason = problem.replace(/^keys in the config file: /, '').replace(/\.$/, '');
			return [fault(`: ${guess ? reason.replace('; ? lists them', `; did you mean ${guess}?`) : reason}`)];
		});
	});
}

/** Why a value cannot be meant, as the command line would say it; undefined when it can. */
function valueProblem(
	option: Options[string],
	value: string | boolean | readonly string[],
	where: string,
): string | undefined {
	if (option.kind === 'on' || option.kind === 'off') return undefined;
	try {
		const items = [value].flat().map(String);
		for (const item of items) option.read(item, where);
		option.readAll?.(items, where);
		return undefined;
	} catch (error) {
		if (error instanceof UserError) return error.message;
		throw error;
	}
}

/** What an option comes to when nothing is said. */
function standardOf(option: Options[string]): Setting['value'] {
	if (option.kind === 'on') return false;
	if (option.kind === 'off') return true;
	return option.kind === 'list' ? [] : (option.standard ?? null);
}

/** The options that variables of the environment set, by the key of the option: what they make of it. */
function fromEnvironment(
	env: NodeJS.ProcessEnv,
): Map<string, {readonly value: string; readonly place: string}> {
	const set = new Map<string, {value: string; place: string}>();
	if (env['TORTUI_HOME']) set.set('stateDir', {value: env['TORTUI_HOME'], place: 'TORTUI_HOME'});
	if (env['NO_COLOR']) set.set('color', {value: 'never', place: 'NO_COLOR'});
	return set;
}

/** The settings that are no options: of the screen, and of folders where there are some. */
async function otherSettings(env: NodeJS.ProcessEnv, text: string | undefined): Promise<Setting[]> {
	const {configured, defaultPreferences} = await import('../../ui/model/preferences.js');
	const set = readConfigFile(env, text);
	const settings = Object.keys(set).filter(name => !optionOfSetting(name) && settingNames().includes(name));
	const names = [...configured].filter(name => !optionOfSetting(name));
	return [...new Set([...names, ...settings])].map(name =>
		Object.hasOwn(set, name)
			? {name, value: set[name] as Setting['value'], origin: 'file', place: `${lineOfSetting(text, name)}`}
			: {name, value: (defaultPreferences as unknown as Record<string, string>)[name]!, origin: 'default'},
	);
}

/**
 * Judges the config file: every setting with the value that holds and where it comes from, and what is wrong. What is no
 * JSON object is a `UserError`.
 *
 * @param typed the options that were typed, by name in camelCase, as texts or switches
 * @param text what stands in the file, or would
 */
export async function judgeConfig(
	env: NodeJS.ProcessEnv,
	typed: ReadonlyMap<string, Setting['value']>,
	text = configText(env),
): Promise<ConfigJudgement> {
	const path = configPath(env);
	const {values: set, faults} = readOptions(env, text);
	const wrong = [...faults];
	const options: Options = configOptions;
	const variables = fromEnvironment(env);
	const settings = Object.entries(options).flatMap(([key, option]): Setting[] => {
		const name = optionName(key);
		const found = set.get(key);
		// What is read later is checked now: a wrong value is told here, too.
		const problem = found === undefined ? undefined : valueProblem(option, found.value, found.where);
		const own = found?.where.slice(path.length).replace(/^:\d+: /, '') ?? name;
		if (problem !== undefined) wrong.push({name: own, message: problem, isFatal: true});
		if (typed.has(key)) return [{name, value: typed.get(key)!, origin: 'command line'}];
		if (found !== undefined && problem === undefined) {
			const line = `${lineOfSetting(text, own)}`;
			return [{name, value: found.value, origin: 'file', place: line}];
		}
		const variable = variables.get(key);
		if (variable) return [{name, value: variable.value, origin: 'environment', place: variable.place}];
		// What has no effect yet is shown to those only who set it.
		if ('hidden' in option) return [];
		const value = key === 'stateDir' ? stateDirPath(undefined, env) : standardOf(option);
		return [{name, value, origin: 'default'}];
	});
	settings.push(...(await otherSettings(env, text)));
	wrong.push(...(await screenFaults(env, text)));
	const line = ({message}: ConfigFault) => Number(message.slice(path.length).match(/^:(\d+)/)?.[1] ?? 0);
	return {settings, faults: wrong.sort((a, b) => line(a) - line(b))};
}
