import {homedir} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';
import type {HookEvent, HookSettings, HookTarget} from '../../automation/hooks/hook-settings.js';
import {labelMoves} from '../../automation/labels/label-settings.js';
import {UserError} from '../../base/errors.js';
import {areUrls} from '../arguments/hook-options.js';
import type {CompanionKind} from './companion.js';
import type {Configuration} from './reloading-engine.js';

const usualTimeout = 600;

/** The program is found by its name, or at a path that is whole; `~` is the home folder. */
function program(words: readonly string[], where: string, env: NodeJS.ProcessEnv): string[] {
	const [first = '', ...rest] = words;
	if (first.trim() === '') throw new UserError('bad-value', `${where} names no program`, 2);
	const path = first.startsWith('~/') ? join(env['HOME'] || homedir(), first.slice(2)) : first;
	if (path.includes('/') && !isAbsolute(path))
		throw new UserError('bad-value', `${where}: ${first} is not absolute: write it in full, or with ~/`, 2);
	return [path, ...rest];
}

function target(words: readonly string[], where: string, env: NodeJS.ProcessEnv): HookTarget | undefined {
	if (words.length === 0) return undefined;
	if (areUrls(words, where)) return {kind: 'urls', urls: words};
	return {kind: 'program', words: program(words, where, env)};
}

/** What is done when something happens to a torrent. Throws a `UserError` for what cannot be done. */
export function hookSettings({flags, labels}: Configuration, env: NodeJS.ProcessEnv): HookSettings {
	const {onAdded, onComplete, onGoal, onError, onCompleteMove, hookUrl, hookTimeout} = flags;
	const words: Readonly<Record<HookEvent, readonly string[]>> = {
		added: onAdded,
		complete: onComplete,
		goal: onGoal,
		error: onError,
	};
	return {
		targets: Object.fromEntries(
			Object.entries(words).map(([event, each]) => [event, target(each, `on-${event}`, env)]),
		),
		urls: hookUrl,
		timeout: (hookTimeout ?? usualTimeout) * 1000,
		moveTo: onCompleteMove === undefined ? undefined : resolve(onCompleteMove),
		moveByLabel: labelMoves(labels),
	};
}

/** Programs that are run, and servers that are told, when something happens to a torrent. */
export const hooksCompanion: CompanionKind = {
	name: 'hooks',
	options: ['onAdded', 'onComplete', 'onGoal', 'onError', 'onCompleteMove', 'hookUrl', 'hookTimeout'],
	sections: ['labels'],
	isWanted: ({flags: {onAdded, onComplete, onGoal, onError, onCompleteMove, hookUrl}, labels}) =>
		[onAdded, onComplete, onGoal, onError, hookUrl].some(list => list.length > 0) ||
		onCompleteMove !== undefined ||
		[...labels.values()].some(({moveTo}) => moveTo !== undefined),
	async open({engine, stateDir, env, version}, configuration) {
		const settings = hookSettings(configuration, env);
		const [{Hooks}, {NodeHttpClient}, {HostResolver}, {LocalAddresses}, {machineClock}] = await Promise.all([
			import('../../automation/hooks/hooks.js'),
			import('../../io/net/http/http-client.js'),
			import('../../io/net/host-resolver.js'),
			import('../../io/net/local-addresses.js'),
			import('../../io/machine/clock.js'),
		]);
		const http = new NodeHttpClient({
			clock: machineClock,
			userAgent: `tortui/${version}`,
			local: new LocalAddresses(configuration.flags.bind),
			lookUp: new HostResolver(machineClock).lookUp,
		});
		const hooks = await Hooks.open({engine, clock: machineClock, http, stateDir, env, version}, settings);
		return {
			apply: now => hooks.apply(hookSettings(now, env)),
			stop: () => hooks.stop(),
		};
	},
};
