import {resolve} from 'node:path';
import type {Flags, Options} from './command.js';
import {engineOptions, logOptions, torrentOptions} from './flags.js';
import {hookOptions} from './hook-options.js';
import {optionName} from './option-names.js';
import {hideProxyPasswords, withoutPassword} from './proxy-setting.js';
import {rpcOptions} from './rpc-options.js';
import {goalOptions} from './seed-goal-values.js';
import {webOptions} from './web-options.js';

/** What an engine takes for itself, for all its torrents. */
export const ownOptions = {
	dir: torrentOptions.dir,
	maxPeers: torrentOptions.maxPeers,
	seedRatio: torrentOptions.seedRatio,
	seedTime: torrentOptions.seedTime,
	seedIdle: torrentOptions.seedIdle,
	seedMatch: torrentOptions.seedMatch,
	atGoal: torrentOptions.atGoal,
	keepLastSeed: torrentOptions.keepLastSeed,
	...engineOptions,
	...hookOptions,
	...webOptions,
	...rpcOptions,
	...logOptions,
} as const satisfies Options;

/** What can only be told to an engine when it starts. */
const fixed = [
	'maxConnections',
	'port',
	'portFile',
	'bind',
	'interface',
	'dnsServer',
	'proxy',
	'proxyPasswordFile',
	'blocklist',
	'dht',
	'dhtBootstrap',
	'portMap',
	'pex',
	'lsd',
	'utp',
	'tcp',
	'encryption',
	'localTrackers',
	'slowDownload',
	'slowUpload',
	'slowTimes',
	'activeDownloads',
	'activeSeeds',
	'catalogue',
	'nick',
	'seedRules',
	'allocation',
	'minFreeSpace',
	'name',
	'web',
	'webBase',
	'webHost',
	'webPasswordFile',
] as const;

const told = {...engineOptions, ...webOptions} as const;

/** What lives beside an engine cannot be typed everywhere. */
type Told = Flags<typeof engineOptions> & Partial<Flags<typeof webOptions>>;

/** The options an engine is started with, as it tells them to whoever connects. */
export function describeOptions(flags: Told): Record<string, unknown> {
	return Object.fromEntries(fixed.map(key => [key, tellable(key, flags[key]) ?? null]));
}

/** What may be told of an option: of a proxy everything but its password. */
function tellable(key: string, value: unknown): unknown {
	return key === 'proxy' && typeof value === 'string' ? withoutPassword(value) : value;
}

/** Whether an engine, by what it tells of itself, was started by a person or a service, and no screen: it is theirs to end. */
export function isService(about: Readonly<Record<string, unknown>>): boolean {
	return about['background'] === false;
}

/**
 * What was typed after `engine`, but for what each start of it says anew: how it is started, and where its state is.
 *
 * @param argv of the process
 */
export function typedForEngine(argv: readonly string[]): string[] {
	const typed = hideProxyPasswords(argv.slice(argv.indexOf('engine') + 1));
	return typed.filter(
		(word, at) =>
			!/^--(?:background|replace|state-dir(?:=.*)?)$/s.test(word) && typed[at - 1] !== '--state-dir',
	);
}

function isTyped(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every(word => typeof word === 'string');
}

/**
 * The options that start an engine like the one that tells `about` of itself, as words. `dir` is where its data goes.
 * What it was started without stays out.
 */
export function startedWith(about: Readonly<Record<string, unknown>>, dir: string | undefined): string[] {
	const {typed} = about;
	// One in the background is started with paths that mean the same everywhere.
	if (about['background'] === true && isTyped(typed)) return [...typed];
	const options = fixed.flatMap(key => {
		const value = about[key];
		const name = optionName(key);
		if (value === null || value === undefined) return [];
		const {kind} = told[key];
		if (kind === 'off') return value === false ? [`--no-${name}`] : [];
		if (kind === 'on') return value === true ? [`--${name}`] : [];
		return [value].flat().map(item => `--${name}=${item}`);
	});
	return dir === undefined ? options : [`--dir=${dir}`, ...options];
}

/** Those of the options that were typed that the engine which runs was started without, by their long names. */
export function differences(
	about: Readonly<Record<string, unknown>>,
	flags: Told,
	given: ReadonlySet<string>,
): string[] {
	return fixed
		.filter(key => given.has(key) && !('hidden' in told[key]))
		.filter(key => JSON.stringify(about[key]) !== JSON.stringify(tellable(key, flags[key]) ?? null))
		.map(key => `--${told[key].kind === 'off' ? 'no-' : ''}${optionName(key)}`);
}

/** The options that were typed as words for the engine that is started: it reads the config file by itself. */
export function engineArguments(
	flags: Partial<Flags<typeof ownOptions>>,
	given: ReadonlySet<string>,
): string[] {
	return Object.entries(ownOptions).flatMap(([key, option]) => {
		if (!given.has(key) && key !== 'dir') return [];
		// Typed for a screen they are for what it adds.
		if ((goalOptions as readonly string[]).includes(key)) return [];
		const value: unknown = flags[key as keyof typeof ownOptions];
		const name = optionName(key);
		if (option.kind === 'on') return value ? [`--${name}`] : [`--no-${name}`];
		if (option.kind === 'off') return value ? [`--${name}`] : [`--no-${name}`];
		if (option.kind === 'list') return (value as readonly string[]).map(item => `--${name}=${item}`);
		if (key === 'dir') return [`--dir=${resolve((value as string | undefined) ?? '.')}`];
		if (key === 'log' || key === 'proxyPasswordFile') return [`--${name}=${resolve(value as string)}`];
		return [`--${name}=${value ?? 'none'}`];
	});
}
