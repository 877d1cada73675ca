import {homedir} from 'node:os';
import {join, resolve} from 'node:path';
import type {HookEvent, HookSettings, HookTarget} from '../../automation/hooks/hook-settings.js';
import {labelMoves} from '../../automation/labels/label-settings.js';
import {areUrls} from '../arguments/hook-options.js';
import {wayOut} from '../arguments/way-out.js';
import type {CompanionKind} from './companion.js';
import type {Configuration} from './reloading-engine.js';

const usualTimeout = 600;

/** `~` is the home folder; what has no slash is found by its name. */
function target(words: readonly string[], env: NodeJS.ProcessEnv): HookTarget | undefined {
	const [first, ...rest] = words;
	if (first === undefined) return undefined;
	if (areUrls(words)) return {kind: 'urls', urls: words};
	return {kind: 'program', words: [fromHome(first, env), ...rest]};
}

function fromHome(path: string, env: NodeJS.ProcessEnv): string {
	return path.startsWith('~/') ? join(env['HOME'] || homedir(), path.slice(2)) : path;
}

/** What is done when something happens to a torrent. */
export function hookSettings({flags, labels}: Configuration, env: NodeJS.ProcessEnv): HookSettings {
	const {onAdded, onComplete, onGoal, onError, onCompleteMove, hookUrl, hookTimeout} = flags;
	const words: Readonly<Record<HookEvent, readonly string[]>> = {
		added: onAdded,
		complete: onComplete,
		goal: onGoal,
		error: onError,
	};
	return {
		targets: Object.fromEntries(Object.entries(words).map(([event, each]) => [event, target(each, env)])),
		urls: hookUrl,
		timeout: (hookTimeout ?? usualTimeout) * 1000,
		moveTo: onCompleteMove === undefined ? undefined : resolve(fromHome(onCompleteMove, env)),
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
		const [{Hooks}, {makeSockets}, {machineClock}] = await Promise.all([
			import('../../automation/hooks/hooks.js'),
			import('../../io/net/sockets.js'),
			import('../../io/machine/clock.js'),
		]);
		const {http} = makeSockets({
			clock: machineClock,
			...wayOut(configuration.flags),
			userAgent: `tortui/${version}`,
		});
		const hooks = await Hooks.open({engine, clock: machineClock, http, stateDir, env, version}, settings);
		return {
			apply: now => hooks.apply(hookSettings(now, env)),
			stop: () => hooks.stop(),
		};
	},
};
