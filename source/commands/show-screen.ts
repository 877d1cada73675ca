import {openSync} from 'node:fs';
import {ReadStream} from 'node:tty';
import {type ExitStatus, UserError} from '../base/errors.js';
import type {RemoteEngine} from '../bridge/connect-engine.js';
import type {Context, Flags} from './command.js';
import type {screenOptions} from './flags.js';
import {enginePid} from './host-engine.js';

/** Refuses early where no screen can be drawn. */
export function requireTerminal({stdout}: Pick<Context, 'stdout'>): void {
	if (stdout.isTTY) return;
	throw new UserError('no-terminal', 'the screen needs a terminal; without one use: tortui get TORRENT', 2);
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

/** Waits until the engine's process has let go of its state folder. */
export async function engineGone(stateDir: string, pid: number, time = 10_000): Promise<boolean> {
	const deadline = performance.now() + time;
	while (enginePid(stateDir) === pid) {
		if (performance.now() > deadline) return false;
		await new Promise(resolve => setTimeout(resolve, 10));
	}
	return true;
}

/** Stops the engine and waits for its end. */
export async function stopEngine(engine: RemoteEngine, stateDir: string): Promise<void> {
	const {pid} = engine.hello;
	try {
		await engine.send({type: 'session.stop'});
	} catch (error) {
		// It may end before its answer has left.
		if (!(error instanceof UserError) || error.code !== 'engine-lost') throw error;
	}
	if (!(await engineGone(stateDir, pid))) {
		throw new UserError(
			'engine-stays',
			`the engine (process ${pid}) has not ended yet; end it with: kill ${pid}`,
		);
	}
}

/** Opens the screen on an engine, and does what its end asks for. `torrent` is the id of the one to show first. */
export async function showScreen(
	engine: RemoteEngine,
	torrent: string | undefined,
	flags: Flags<typeof screenOptions>,
	stateDir: string,
	context: Context,
): Promise<ExitStatus> {
	const {stdout, env, version} = context;
	const stdin = keyboard(context);
	const {openScreen} = await import('../ui/screen.js');
	const {how, message} = await openScreen(engine, {
		torrent,
		stdout,
		stdin,
		ascii: flags.ascii,
		color: flags.color ?? 'auto',
		theme: flags.theme,
		fps: flags.fps,
		version,
		env,
	});
	if (stdin !== context.stdin) stdin.destroy();
	switch (how) {
		case 'stop':
			stdout.write('stopping ...');
			await stopEngine(engine, stateDir);
			stdout.write('\r\u001B[Kstopped; everything is saved, `tortui` goes on with it\n');
			return 0;
		case 'lost':
			context.warn(`${message ?? 'the engine has ended'}; start it again with: tortui`);
			return 1;
		default: {
			engine.close();
			stdout.write(`${message ?? 'the engine goes on in the background; `tortui attach` comes back'}\n`);
			return 0;
		}
	}
}
