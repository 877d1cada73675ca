import {spawn} from 'node:child_process';
import {openSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join, resolve} from 'node:path';
import {ReadStream} from 'node:tty';
import type {TorrentView} from '../../api/snapshot.js';
import {type ExitStatus, UserError} from '../../base/errors.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {lookFolder} from '../../io/disk/look-folder.js';
import {writeNamedFile} from '../../io/files/write-named-file.js';
import {standsStill} from '../../ui/model/stands-still.js';
import type {TerminalInput} from '../../ui/terminal/filtered-input.js';
import type {TerminalOutput} from '../../ui/terminal/frame-stream.js';
import type {Context, Flags} from '../arguments/command.js';
import type {screenOptions} from '../arguments/flags.js';
import {stopEngine} from '../engine-process/stop-engine.js';
import {forwardAdvice} from '../stream/forward-advice.js';
import {pathCompleter} from './path-completer.js';
import {screenPreferences} from './screen-preferences.js';
import {showLines} from './show-lines.js';
import {takesLinesOnly, terminalManners} from './terminal-kind.js';
import {urlPlayer} from './url-player.js';

/** Refuses early where no screen can be drawn; `instead` is what does without one. */
export function requireTerminal({stdout}: Pick<Context, 'stdout'>, instead = 'tortui get TORRENT'): void {
	if (stdout.isTTY) return;
	throw new UserError(
		'no-terminal',
		`the screen needs a terminal (over SSH: ssh -t); without one use: ${instead}`,
		2,
	);
}

/** Where keys come from: standard input, or the terminal itself when a torrent was piped in. */
function keyboard({stdin}: Pick<Context, 'stdin'>): NodeJS.ReadStream {
	if (stdin.isTTY) return stdin;
	try {
		return new ReadStream(openSync('/dev/tty', 'r'));
	} catch {
		throw new UserError('no-terminal', 'there is no terminal to read keys from; use: tortui get TORRENT', 2);
	}
}

/** The environment in the words of the screen. */
export function screenEnvironment(env: NodeJS.ProcessEnv) {
	const {
		TERM,
		COLORTERM,
		COLORFGBG,
		NO_COLOR,
		LC_ALL,
		LC_CTYPE,
		LANG,
		SSH_CONNECTION,
		SSH_TTY,
		INK_SCREEN_READER,
	} = env;
	return {
		term: TERM,
		colorTerm: COLORTERM,
		noColor: Boolean(NO_COLOR),
		colorFgBg: COLORFGBG,
		locale: LC_ALL || LC_CTYPE || LANG,
		ssh: Boolean(SSH_CONNECTION || SSH_TTY),
		...terminalManners(env),
		// The name that Ink's programs know.
		screenReader: INK_SCREEN_READER === 'true',
	};
}

/** How to open a file with its program; undefined where there is no desktop to open it on. */
export function fileOpener({
	DISPLAY,
	WAYLAND_DISPLAY,
}: NodeJS.ProcessEnv): ((path: string) => void) | undefined {
	const isMac = process.platform === 'darwin';
	if (!isMac && !DISPLAY && !WAYLAND_DISPLAY) return undefined;
	return path => {
		const opener = spawn(isMac ? 'open' : 'xdg-open', [path], {detached: true, stdio: 'ignore'});
		// A desktop without an opener: nothing opens, which is all there is to see.
		opener.once('error', () => {});
		opener.unref();
	};
}

const ownFileRules = {force: false, advice: 'choose another name'};

/** How what somebody types becomes an absolute path. */
export function fullPath({HOME}: NodeJS.ProcessEnv): (path: string) => string {
	const home = HOME || homedir();
	return path => resolve(path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path);
}

/** Why the screen went away, in one line; the rest of a long story goes to a file. */
async function tellLoss(
	message: string,
	engine: RemoteEngine,
	stateDir: string,
	context: Context,
): Promise<void> {
	const [line = '', ...details] = message.split('\n');
	let reason = line;
	if (details.length > 0) {
		const path = join(stateDir, 'screen-failure.txt');
		writeFileSync(path, `${new Date().toISOString()} tortui ${context.version}\n${message}\n`, {mode: 0o600});
		reason += ` (more: ${path})`;
	}
	// An engine that has gone long ago is heard of a step later than what is already here.
	const stillHere = new Promise<boolean>(resolve => setImmediate(resolve, false));
	const isGone = await Promise.race([engine.closed.then(() => true), stillHere]);
	context.warn(
		`${reason}; ${isGone ? 'start the engine again with: tortui' : 'come back with: tortui attach'}`,
	);
}

const comingBack = '`tortui attach` comes back, `tortui stop` ends it\n';

/** Lets go of an engine that goes on, and says so. */
async function detach(engine: RemoteEngine, stateDir: string, context: Context): Promise<ExitStatus> {
	let torrents: readonly TorrentView[] = [];
	try {
		({torrents = []} = await engine.send({type: 'session.list'}));
	} catch (error) {
		if (!(error instanceof UserError) || error.code !== 'engine-lost') throw error;
		await tellLoss(error.message, engine, stateDir, context);
		return 1;
	} finally {
		engine.close();
	}
	const busy = torrents.filter(torrent => !standsStill(torrent)).length;
	const going = busy === 1 ? '1 torrent goes on' : busy > 1 ? `${busy} torrents go on` : 'the engine goes on';
	context.stdout.write(`${going} in the background\n${comingBack}`);
	return 0;
}

/**
 * Opens the screen on an engine, and does what its end asks for: lines where a terminal takes nothing else. `torrent` is
 * the id of the one to show first; `revive` starts the engine again when it has died; `added` are the ids of torrents
 * that were added a moment ago; with `stays` only a person who says so stops the engine.
 */
export async function showScreen(
	engine: RemoteEngine,
	torrent: string | undefined,
	flags: Flags<typeof screenOptions>,
	stateDir: string,
	context: Context,
	{
		revive,
		added,
		stays,
	}: {
		readonly revive?: () => Promise<RemoteEngine>;
		readonly added?: readonly string[];
		readonly stays?: boolean;
	} = {},
): Promise<ExitStatus> {
	const {stdout, env, version} = context;
	if (takesLinesOnly(env)) {
		const status = await showLines(engine, torrent, context);
		return status === 0 ? detach(engine, stateDir, context) : status;
	}
	let current = engine;
	const stdin = keyboard(context);
	const [{openScreen}, {hasAsciiOnly}] = await Promise.all([
		import('../../ui/screen/screen.js'),
		import('../../ui/look/paint.js'),
	]);
	const environment = screenEnvironment(env);
	const {how, message} = await openScreen(engine, {
		torrent,
		added,
		stays,
		stdout: stdout as unknown as TerminalOutput,
		stdin: stdin as unknown as TerminalInput,
		ascii: flags.ascii || hasAsciiOnly(environment),
		color: flags.color ?? 'auto',
		theme: flags.theme,
		// Else as it was chosen on the settings screen.
		mouse: flags.mouse ? undefined : false,
		fps: flags.fps,
		version,
		prefs: screenPreferences(stateDir, env),
		env: environment,
		openFile: fileOpener(env),
		player: urlPlayer(env),
		forwardAdvice: url => forwardAdvice(url, env),
		saveFile: (path, base64) => writeNamedFile(path, Buffer.from(base64, 'base64'), ownFileRules),
		fullPath: fullPath(env),
		completePath: pathCompleter(fullPath(env)),
		lookFolder,
		revive: revive && (async () => (current = await revive())),
	});
	if (stdin !== context.stdin) stdin.destroy();
	switch (how) {
		case 'stop':
			stdout.write('stopping ...');
			await stopEngine(current, stateDir);
			stdout.write('\r\u001B[Kstopped; everything is saved, `tortui` goes on with it\n');
			return 0;
		case 'lost':
			await tellLoss(message ?? 'the screen was lost', current, stateDir, context);
			current.close();
			return 1;
		case 'detach':
			return detach(current, stateDir, context);
		default:
			return how satisfies never;
	}
}
