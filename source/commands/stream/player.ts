import {spawn} from 'node:child_process';
import {accessSync, constants, statSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import process from 'node:process';
import {UserError} from '../../base/errors.js';

/** A program that plays what it is given the URLs of. */
export interface Player {
	readonly program: string;
	/** What stands before the URLs. */
	readonly options: readonly string[];
}

/** Those that are looked for, the first that is there first. */
const usualPlayers: readonly Player[] = [
	{program: 'mpv', options: []},
	{program: 'vlc', options: ['--quiet']},
];

/** A player by what somebody typed: a program, with options. Quotes keep words together. Throws a `UserError`. */
export function parsePlayer(text: string): Player {
	const words = [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
		word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
	);
	const [program, ...options] = words;
	if (program === undefined || /["']/.test(text.replace(/"[^"]*"|'[^']*'/g, '')))
		throw new UserError('bad-value', `--player: ${JSON.stringify(text)} is no command`, 2);
	return {program, options};
}

/** The first of the usual players that is here; undefined when there is none, or nothing to show it on. */
export function findPlayer(env: NodeJS.ProcessEnv): Player | undefined {
	if (!hasDesktop(env)) return undefined;
	return usualPlayers.find(({program}) => isHere(program, env));
}

/** Whether windows can be opened where this runs, before the person who asks. */
function hasDesktop({DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION, SSH_TTY}: NodeJS.ProcessEnv): boolean {
	if (DISPLAY || WAYLAND_DISPLAY) return true;
	return process.platform === 'darwin' && !SSH_CONNECTION && !SSH_TTY;
}

function isHere(program: string, {PATH = ''}: NodeJS.ProcessEnv): boolean {
	return PATH.split(delimiter).some(folder => {
		const path = join(folder, program);
		try {
			accessSync(path, constants.X_OK);
			return folder !== '' && statSync(path).isFile();
		} catch {
			return false;
		}
	});
}

/** A player that was started. */
export interface Playing {
	/** Resolves when it has ended, with its exit status; rejects with a `UserError` when it could not be started. */
	readonly ended: Promise<number>;
	stop(): void;
}

/**
 * Has URLs played.
 *
 * @param attached whether keys and words of the terminal are the player's while it runs; else it lives on by itself
 */
export function startPlayer(
	{program, options}: Player,
	urls: readonly string[],
	env: NodeJS.ProcessEnv,
	attached: boolean,
): Playing {
	const child = spawn(program, [...options, ...urls], {
		stdio: attached ? 'inherit' : 'ignore',
		detached: !attached,
		env,
	});
	if (!attached) child.unref();
	const ended = new Promise<number>((resolve, reject) => {
		child.once('error', (error: NodeJS.ErrnoException) => {
			const why = error.code === 'ENOENT' ? 'is not here' : `cannot be started: ${error.message}`;
			reject(new UserError('no-player', `${program} ${why}: name another with --player, or use --print`));
		});
		child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : 1));
	});
	return {ended, stop: () => child.kill()};
}
