import {mkdirSync, realpathSync, renameSync, statSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join} from 'node:path';
import {UserError} from '../base/errors.js';
import {readRegularFileNow, type UnreadableFile} from '../io/regular-file.js';
import {engineOptions, logOptions, screenOptions, stateOptions, torrentOptions} from './flags.js';
import {nearest} from './nearest.js';
import {type Defaults, optionName} from './parse-arguments.js';

/** The options that the config file may set. */
export const configOptions = {
	...torrentOptions,
	...engineOptions,
	...stateOptions,
	...logOptions,
	...screenOptions,
};

/** Settings of the screen that have no option of their own. */
const screenSettings: ReadonlySet<string> = new Set(['keys', 'bell', 'notify', 'title', 'frames']);

const largestConfig = 1_048_576;

/** `XDG_CONFIG_HOME/tortui/config.json`, or the same below `~/.config`. */
export function configPath(env: NodeJS.ProcessEnv): string {
	const {XDG_CONFIG_HOME, HOME} = env;
	const base = XDG_CONFIG_HOME?.startsWith('/') ? XDG_CONFIG_HOME : join(HOME || homedir(), '.config');
	return join(base, 'tortui', 'config.json');
}

function read(path: string): string | undefined {
	try {
		return Buffer.from(readRegularFileNow(path, largestConfig)).toString('utf8');
	} catch (error) {
		const {code, message} = error as UnreadableFile;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		if (code === 'too-large') throw new UserError('config', `${path} is too large for a config file`, 2);
		throw new UserError('config', message, 2);
	}
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new UserError('config', `${path} is not valid JSON: ${(error as Error).message.split('\n')[0]}`, 2);
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new UserError('config', `${path} must hold one JSON object, such as {"max-peers": 80}`, 2);
	}
	return value as Record<string, unknown>;
}

/**
 * What the config file sets, named as the long options are: `{"max-upload": "500K", "no-dht": true}`. Empty when
 * there is no file. A name that is no option is told to `warn` and left out; a value of the wrong kind is a
 * `UserError`.
 */
export function readConfig(env: NodeJS.ProcessEnv, warn: (message: string) => void): Defaults {
	const path = configPath(env);
	const text = read(path);
	if (text === undefined) return new Map();
	const keys = new Map(
		Object.keys(configOptions).map(key => [optionName(key), key as keyof typeof configOptions]),
	);
	const result = new Map<string, {value: string | boolean | readonly string[]; where: string}>();
	for (const [name, value] of Object.entries(parse(path, text))) {
		if (screenSettings.has(name)) continue;
		const plain = name.replace(/^no-/, '');
		const key = keys.get(name) ?? keys.get(plain);
		if (key === undefined) {
			const guess = nearest(name, [...keys.keys(), ...screenSettings]);
			warn(`${path}: unknown setting ${JSON.stringify(name)}${guess ? `; did you mean ${guess}?` : ''}`);
			continue;
		}
		const {kind} = configOptions[key];
		const where = `${name} in ${path}`;
		if (kind === 'on' || kind === 'off') {
			if (typeof value !== 'boolean') throw new UserError('config', `${where} must be true or false`, 2);
			result.set(key, {value: keys.has(name) ? value : !value, where});
		} else if (typeof value === 'string' || typeof value === 'number') {
			result.set(key, {value: String(value), where});
		} else if (kind === 'list' && Array.isArray(value) && value.every(item => typeof item === 'string')) {
			result.set(key, {value: value as string[], where});
		} else {
			throw new UserError(
				'config',
				`${where} must be ${kind === 'list' ? 'a list of texts' : 'a text or number'}`,
				2,
			);
		}
	}
	return result;
}

/** What the config file says about the screen beside its options; the screen leaves out what makes no sense. */
export function readScreenSettings(env: NodeJS.ProcessEnv): Readonly<Record<string, unknown>> {
	const path = configPath(env);
	const text = read(path);
	if (text === undefined) return {};
	return Object.fromEntries(Object.entries(parse(path, text)).filter(([name]) => screenSettings.has(name)));
}

/** All that the config file holds, as it stands there. A `UserError` when it cannot be read. */
export function readConfigFile(env: NodeJS.ProcessEnv): Readonly<Record<string, unknown>> {
	const path = configPath(env);
	const text = read(path);
	return text === undefined ? {} : parse(path, text);
}

/**
 * Changes settings in the config file, which is made when it is missing; undefined takes one out. All else in it
 * stays, also the width of its indentation. A `UserError` when it cannot be read or written.
 */
export function writeConfig(env: NodeJS.ProcessEnv, changes: Readonly<Record<string, unknown>>): void {
	const path = configPath(env);
	const text = read(path);
	const before = text === undefined ? {} : parse(path, text);
	const after = Object.fromEntries(
		Object.entries({...before, ...changes}).filter(([, value]) => value !== undefined),
	);
	const indent = /^([ \t]+)"/m.exec(text ?? '')?.[1] ?? '\t';
	try {
		mkdirSync(dirname(path), {recursive: true, mode: 0o700});
		// A link to where the file really is stays one.
		const target = text === undefined ? path : realpathSync(path);
		const mode = text === undefined ? 0o600 : statSync(target).mode & 0o777;
		replaceFileNow(target, `${JSON.stringify(after, undefined, indent)}\n`, mode);
	} catch (error) {
		throw new UserError('config', `cannot write ${path}: ${(error as Error).message.split(',')[0]}`);
	}
}

function replaceFileNow(path: string, text: string, mode: number): void {
	const draft = `${path}.${process.pid}`;
	writeFileSync(draft, text, {mode});
	renameSync(draft, path);
}
