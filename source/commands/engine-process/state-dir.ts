import {mkdirSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import {join, resolve} from 'node:path';
import {UserError} from '../../base/errors.js';
import {requireOwnFolder} from './own-folder.js';

/** The folders in it; what others put there would be believed. */
const inner = [
	'get',
	'web',
	...['resume', 'spare', 'parts', 'speed', 'torrents'].flatMap(name => [name, join('get', name)]),
];

/**
 * The folder of resume data, engine socket and log, absolute: `--state-dir`, else `TORTUI_HOME`, else
 * `XDG_STATE_HOME/tortui`, else `~/.local/state/tortui`.
 */
export function stateDirPath(option: string | undefined, env: NodeJS.ProcessEnv): string {
	const {TORTUI_HOME, XDG_STATE_HOME, HOME} = env;
	if (option !== undefined) return resolve(option);
	if (TORTUI_HOME) return resolve(TORTUI_HOME);
	if (XDG_STATE_HOME?.startsWith('/')) return join(XDG_STATE_HOME, 'tortui');
	return join(HOME || homedir(), '.local', 'state', 'tortui');
}

/** The same, made when it is missing, for this user only; one that others can write to is a `UserError`. */
export function makeStateDir(option: string | undefined, env: NodeJS.ProcessEnv): string {
	const path = stateDirPath(option, env);
	try {
		mkdirSync(path, {recursive: true, mode: 0o700});
	} catch (error) {
		const {message} = error as Error;
		throw new UserError(
			'state-dir',
			`cannot make the state folder ${path}: ${message.split(',')[0]}; choose another with --state-dir`,
		);
	}
	requireOwnFolder(path, 'the state folder');
	// Whoever cannot enter it cannot reach what is in it either.
	if ((statSync(path).mode & 0o011) !== 0)
		for (const name of inner) requireOwnFolder(join(path, name), 'the state folder');
	return path;
}
