import {readdirSync, rmSync} from 'node:fs';
import {basename, join} from 'node:path';
import process from 'node:process';
import type {EngineClient} from '../../api/engine-client.js';
import type {ExitStatus} from '../../base/errors.js';
import {ReadOnlyClient} from '../../bridge/web/read-only-client.js';
import type {Visitor} from '../../bridge/web/visitor.js';
import {serveVisitors} from '../../bridge/web/visitor-server.js';
import type {VisitorTerminal} from '../../bridge/web/visitor-terminal.js';
import {lookFolder} from '../../io/disk/look-folder.js';
import {machineClock} from '../../io/machine/clock.js';
import type {PreferenceStore} from '../../ui/model/preferences.js';
import type {Leaving} from '../../ui/screen/screen-context.js';
import type {ScreenOptions} from '../../ui/screen/screen-options.js';
import type {TerminalInput} from '../../ui/terminal/filtered-input.js';
import type {TerminalOutput} from '../../ui/terminal/frame-stream.js';
import type {Context} from '../arguments/command.js';
import {reachEngine} from '../engine-process/find-engine.js';
import {pathCompleter} from '../screen/path-completer.js';
import {screenPreferences} from '../screen/screen-preferences.js';
import {fullPath} from '../screen/show-screen.js';
import {isAlive} from './web-place.js';

const rateInterval = 2000;

type OpenScreen = (engine: EngineClient, options: ScreenOptions) => Promise<Leaving>;

/** Signals are for the process, and those who look in from elsewhere send it none. */
const noSignals: NonNullable<ScreenOptions['process']> = {
	pid: process.pid,
	on: () => undefined,
	off: () => undefined,
	kill: () => undefined,
};

/** What those who may only look see is as it was left; what they choose is forgotten. */
function readOnlyPreferences(store: PreferenceStore): PreferenceStore {
	return {load: () => store.load(), save: () => {}};
}

/** Shows a visitor the screen until one of both goes. */
async function show(
	openScreen: OpenScreen,
	visitor: Visitor,
	terminal: VisitorTerminal,
	stateDir: string,
	{env, version}: Pick<Context, 'env' | 'version'>,
): Promise<void> {
	const engine = await reachEngine(stateDir, env, version);
	if (engine === undefined) return visitor.leave('No engine is running now.', true);
	const mayAll = visitor.rights === 'all';
	const client = mayAll ? engine : new ReadOnlyClient(engine);
	const rates = client.watch({interval: rateInterval, session: true}, ({session}) => {
		if (session) visitor.note({type: 'rates', download: session.downloadRate, upload: session.uploadRate});
	});
	const prefs = screenPreferences(stateDir, env);
	try {
		const {how, message} = await openScreen(client, {
			stdout: terminal.output as unknown as TerminalOutput,
			stdin: terminal.input as unknown as TerminalInput,
			ascii: false,
			color: 'always',
			version,
			prefs: mayAll ? prefs : readOnlyPreferences(prefs),
			env: {term: 'xterm-256color', colorTerm: 'truecolor', noColor: false, locale: 'C.UTF-8', ssh: false},
			greeting: mayAll ? undefined : 'You may only look here: keys that change something do nothing.',
			visiting: true,
			fullPath: fullPath(env),
			completePath: mayAll ? pathCompleter(fullPath(env)) : undefined,
			lookFolder: mayAll ? lookFolder : undefined,
			saveFile: async (path, bytes) => visitor.note({type: 'file', name: basename(path), bytes}),
			process: noSignals,
		});
		const isLost = how === 'lost';
		visitor.leave(
			isLost ? (message?.split('\n')[0] ?? 'The screen was lost.') : 'You left the screen.',
			isLost,
		);
	} finally {
		rates.stop();
		engine.close();
	}
}

/** What processes that were killed have left behind: their sockets, and what was dropped on their pages. */
function sweep(folder: string): void {
	for (const name of readdirSync(folder)) {
		const [, pid] = /^(?:dropped|screens)-(\d+)$/.exec(name) ?? [];
		if (pid !== undefined && (Number(pid) === process.ppid || !isAlive(Number(pid))))
			rmSync(join(folder, name), {recursive: true, force: true});
	}
}

/**
 * Draws the screens of visitors whom the door leads to the socket at `path`, until the process that started this one ends
 * it or has ended itself.
 */
export async function runScreens(
	path: string,
	stateDir: string,
	context: Pick<Context, 'env' | 'version'>,
): Promise<ExitStatus> {
	const over = new Promise<void>(resolve => {
		process.once('disconnect', resolve);
		process.once('SIGTERM', () => resolve());
	});
	// Ctrl-C goes to all who share a terminal; who started this one ends it.
	process.on('SIGINT', () => {});
	const {openScreen} = await import('../../ui/screen/screen.js');
	sweep(join(stateDir, 'web'));
	const server = await serveVisitors({
		path,
		dropFolder: join(stateDir, 'web', `dropped-${process.ppid}`),
		clock: machineClock,
		opened(visitor) {
			visitor.terminal
				.then(terminal => terminal && show(openScreen, visitor, terminal, stateDir, context))
				.catch((error: unknown) => visitor.leave((error as Error).message, true));
		},
	});
	process.send?.('ready');
	await over;
	await server.close();
	return 0;
}
