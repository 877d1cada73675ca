import {randomBytes} from 'node:crypto';
import {mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join} from 'node:path';
import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import {readRegularFileNow, type UnreadableFile} from '../../io/files/regular-file.js';
import type {Options} from './command.js';
import {configSections, type SectionGround, type Sections, sectionNames} from './config-sections.js';
import {changeConfigText, linesOfNames, readConfigText} from './config-text.js';
import {engineOptions, logOptions, screenOptions, stateOptions, torrentOptions} from './flags.js';
import {hookOptions} from './hook-options.js';
import {optionName} from './option-names.js';
import type {Defaults} from './parse-arguments.js';
import {rpcOptions} from './rpc-options.js';
import {webOptions} from './web-options.js';

/** The options that the config file may set. */
export const configOptions = {
	...torrentOptions,
	...engineOptions,
	...hookOptions,
	...webOptions,
	...rpcOptions,
	...stateOptions,
	...logOptions,
	...screenOptions,
};

/** Settings of the screen that have no option of their own. */
const screenSettings: ReadonlySet<string> = new Set([
	'keys',
	'bell',
	'notify',
	'title',
	'frames',
	'magnet-start',
]);

const largestConfig = 1_048_576;

/** `XDG_CONFIG_HOME/tortui/config.json`, or the same below `~/.config`. */
export function configPath(env: NodeJS.ProcessEnv): string {
	const {XDG_CONFIG_HOME, HOME} = env;
	const base = XDG_CONFIG_HOME?.startsWith('/') ? XDG_CONFIG_HOME : join(HOME || homedir(), '.config');
	return join(base, 'tortui', 'config.json');
}

function read(path: string): string | undefined {
	try {
		const text = Buffer.from(readRegularFileNow(path, largestConfig)).toString('utf8');
		// Some editors begin a file with a mark of their own.
		return text.replace(/^\uFEFF/, '');
	} catch (error) {
		const {code, message} = error as UnreadableFile;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		if (code === 'too-large') throw new UserError('config', `${path} is too large for a config file`, 2);
		throw new UserError('config', message, 2);
	}
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
	const read = text.trim() === '' ? {value: {}} : readConfigText(text);
	if (read.fault !== undefined)
		throw new UserError('config', `${path}:${read.line} is not valid JSON: ${read.fault}`, 2);
	const {value} = read;
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new UserError('config', `${path} must hold one JSON object, such as {"max-peers": 80}`, 2);
	}
	return value as Record<string, unknown>;
}

/** Something in the config file that is not as it should be, in a sentence that begins with its place. */
export interface ConfigFault {
	readonly message: string;
	/** Of the setting, as it stands in the file. */
	readonly name: string;
	/** Whether it keeps commands from running; else the setting is left out. */
	readonly isFatal: boolean;
}

/** What the options of the config file come to, and what is wrong with them. */
export interface ConfigOptions {
	readonly values: Defaults;
	readonly faults: readonly ConfigFault[];
}

/** A path as people write it in a file, where no shell replaces `~`. */
function withHome(path: string, env: NodeJS.ProcessEnv): string {
	return path === '~' || path.startsWith('~/') ? join(env['HOME'] || homedir(), path.slice(1)) : path;
}

const isPath = (option: Options[string]) => 'value' in option && /^(?:DIR|FILE|PATH)$/.test(option.value);

/** The text of the config file; undefined when there is none. What cannot be read is a `UserError`. */
export function configText(env: NodeJS.ProcessEnv): string | undefined {
	return read(configPath(env));
}

/** Every name that may stand in the config file. */
export function settingNames(): string[] {
	return [...Object.keys(configOptions).map(optionName), ...screenSettings, ...sectionNames];
}

/** The option that a name of the config file is of, and whether it says the opposite: `no-dht`. */
export function optionOfSetting(
	name: string,
): {readonly key: string; readonly isNegated: boolean} | undefined {
	const options: Options = configOptions;
	const keyOf = (wanted: string) => Object.keys(options).find(key => optionName(key) === wanted);
	const key = keyOf(name);
	if (key !== undefined) return {key, isNegated: false};
	const negated = name.startsWith('no-') ? keyOf(name.slice(3)) : undefined;
	return negated !== undefined && /^(?:on|off)$/.test(options[negated]!.kind)
		? {key: negated, isNegated: true}
		: undefined;
}

/**
 * Reads what the config file sets, named as the long options are: `{"max-upload": "500K", "no-dht": true}`; empty when
 * there is no file. What is no JSON object is a `UserError`.
 *
 * @param text what stands in it, or would
 */
export function readOptions(env: NodeJS.ProcessEnv, text = configText(env)): ConfigOptions {
	const path = configPath(env);
	const values = new Map<string, {value: string | boolean | readonly string[]; where: string}>();
	const faults: ConfigFault[] = [];
	if (text === undefined) return {values, faults};
	const settings = Object.entries(parse(path, text));
	const lines = linesOfNames(text);
	const options: Options = configOptions;
	for (const [name, value] of settings) {
		const [line, again] = lines.get(name)?.slice(-2) ?? [];
		const where = `${path}:${again ?? line}: ${name}`;
		const wrong = (message: string, isFatal = true) =>
			faults.push({name, message: `${where} ${message}`, isFatal});
		if (again !== undefined) wrong(`is set on line ${line} already; this one holds`, false);
		if (screenSettings.has(name) || sectionNames.has(name)) continue;
		const found = optionOfSetting(name);
		if (found === undefined) {
			const guess = nearest(name, settingNames());
			const advice = guess ? `did you mean ${guess}?` : 'tortui config lists those there are';
			const message = `${path}:${again ?? line}: unknown setting ${JSON.stringify(name)}; ${advice}`;
			faults.push({name, message, isFatal: true});
			continue;
		}
		const {key, isNegated} = found;
		const option = options[key]!;
		const written = (item: string) => (isPath(option) ? withHome(item, env) : item);
		if (option.kind === 'on' || option.kind === 'off') {
			if (typeof value !== 'boolean') wrong('must be true or false');
			else values.set(key, {value: isNegated ? !value : value, where});
		} else if (typeof value === 'string' || typeof value === 'number') {
			values.set(key, {value: written(String(value)), where});
		} else if (
			option.kind === 'list' &&
			Array.isArray(value) &&
			value.every(item => typeof item === 'string')
		) {
			values.set(key, {value: value.map(written), where});
		} else wrong(`must be ${option.kind === 'list' ? 'a list of texts' : 'a text or number'}`);
	}
	for (const {name, message} of readAllSections(env, path, text, Object.fromEntries(settings)).faults)
		faults.push({name, message, isFatal: true});
	return {values, faults};
}

function readAllSections(
	env: NodeJS.ProcessEnv,
	path: string,
	text: string,
	settings: Readonly<Record<string, unknown>>,
): {readonly sections: Sections; readonly faults: readonly Omit<ConfigFault, 'isFatal'>[]} {
	const lines = linesOfNames(text);
	const ground: SectionGround = {
		placeOf: name => `${path}:${lines.get(name)?.at(-1)}: ${name}`,
		env,
		usualTrackers: [settings['tracker'] ?? []].flat().filter(url => typeof url === 'string'),
	};
	const faults: Omit<ConfigFault, 'isFatal'>[] = [];
	const read = Object.entries(configSections).map(([key, section]) => {
		const {value, faults: messages} = section.read(settings, ground);
		for (const message of messages) {
			const name = Object.keys(section.parts).find(each => message.startsWith(ground.placeOf(each))) ?? '';
			faults.push({name, message});
		}
		return [key, value] as const;
	});
	return {sections: Object.fromEntries(read) as unknown as Sections, faults};
}

/**
 * What the config file says that is no option: of folders, say. What is shared without trackers of its own gets those
 * that it names for all. What is wrong is a `UserError`.
 */
export function readSections(env: NodeJS.ProcessEnv): Sections {
	const path = configPath(env);
	const text = read(path) ?? '';
	const {sections, faults} = readAllSections(env, path, text, text === '' ? {} : parse(path, text));
	if (faults[0] !== undefined) throw new UserError('config', faults[0].message, 2);
	return sections;
}

/**
 * As `readOptions`, for a command that is to run: a name that is no setting, or a value of the wrong kind, is a
 * `UserError`; what is there twice is told to `warn`.
 */
export function readConfig(env: NodeJS.ProcessEnv, warn: (message: string) => void): Defaults {
	const {values, faults} = readOptions(env);
	for (const {message, isFatal} of faults) {
		if (isFatal) throw new UserError('config', message, 2);
		warn(message);
	}
	return values;
}

/** The line of a setting in the config file; undefined when it is not there. */
export function lineOfSetting(text: string | undefined, name: string): number | undefined {
	return linesOfNames(text ?? '')
		.get(name)
		?.at(-1);
}

/** What the config file says about the screen beside its options; the screen leaves out what makes no sense. */
export function readScreenSettings(
	env: NodeJS.ProcessEnv,
	text = configText(env),
): Readonly<Record<string, unknown>> {
	if (text === undefined) return {};
	const settings = Object.entries(parse(configPath(env), text));
	return Object.fromEntries(settings.filter(([name]) => screenSettings.has(name)));
}

/** All that the config file holds, as it stands there. A `UserError` when it cannot be read. */
export function readConfigFile(
	env: NodeJS.ProcessEnv,
	text = configText(env),
): Readonly<Record<string, unknown>> {
	return text === undefined ? {} : parse(configPath(env), text);
}

/** What the config file would hold with settings changed. A `UserError` when it cannot be read. */
export function changedConfig(env: NodeJS.ProcessEnv, changes: Readonly<Record<string, unknown>>): string {
	const text = configText(env);
	if (text !== undefined) parse(configPath(env), text);
	return changeConfigText(text, changes);
}

/**
 * Changes settings in the config file, which is made when it is missing; undefined takes one out. All else in it
 * stays, comments too. A `UserError` when it cannot be read or written.
 */
export function writeConfig(env: NodeJS.ProcessEnv, changes: Readonly<Record<string, unknown>>): void {
	const path = configPath(env);
	const isNew = configText(env) === undefined;
	const text = changedConfig(env, changes);
	try {
		mkdirSync(dirname(path), {recursive: true, mode: 0o700});
		// A link to where the file really is stays one.
		const target = isNew ? path : realpathSync(path);
		const mode = isNew ? 0o600 : statSync(target).mode & 0o777;
		replaceFileNow(target, text, mode);
	} catch (error) {
		throw new UserError('config', `cannot write ${path}: ${(error as Error).message.split(',')[0]}`);
	}
}

function replaceFileNow(path: string, text: string, mode: number): void {
	const draft = `${path}.${randomBytes(8).toString('hex')}`;
	try {
		writeFileSync(draft, text, {mode, flag: 'wx'});
		renameSync(draft, path);
	} catch (error) {
		rmSync(draft, {force: true});
		throw error;
	}
}
