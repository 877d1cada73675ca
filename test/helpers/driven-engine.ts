import {mkdirSync, writeFileSync} from 'node:fs';
import type {Command, Reply} from '../../source/api/command.ts';
import type {Watching} from '../../source/api/engine-client.ts';
import type {Update, Watch} from '../../source/api/snapshot.ts';
import {serveEngine} from '../../source/bridge/socket/serve-engine.ts';
import {socketPath} from '../../source/bridge/socket/socket-path.ts';
import {configOptions, readConfig, readSections} from '../../source/commands/arguments/config-file.ts';
import {parseArguments, withDefaults} from '../../source/commands/arguments/parse-arguments.ts';
import {automate} from '../../source/commands/engine-process/automate.ts';
import type {LocalEngine} from '../../source/commands/engine-process/open-session.ts';
import {type Configuration, ReloadingEngine} from '../../source/commands/engine-process/reloading-engine.ts';
import type {SessionOptions} from '../../source/engine/session/session-options.ts';
import {type Printed, run} from '../commands/printed.ts';
import {openTestSession, type TestSession} from './sessions.ts';
import type {Workspace} from './workspace.ts';

/** An engine that remembers what it was told. */
class HeardEngine implements LocalEngine {
	readonly heard: Command[] = [];
	readonly updates: Update[] = [];
	watchers = 0;
	readonly closed: Promise<string>;
	readonly #engine: LocalEngine;

	constructor(engine: LocalEngine) {
		this.#engine = engine;
		this.closed = engine.closed;
	}

	send(command: Command): Promise<Reply> {
		this.heard.push(command);
		return this.#engine.send(command);
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		this.watchers++;
		return this.#engine.watch(watch, update => {
			this.updates.push(update);
			listener(update);
		});
	}

	stop(): Promise<void> {
		return this.#engine.stop();
	}

	close(): void {}
}

/** A real engine with all that runs beside it, on loopback, behind its socket: verbs are typed at it. */
export interface DrivenEngine extends TestSession {
	/** What came in through the socket so far. */
	readonly heard: readonly Command[];
	/** How many began to watch so far. */
	readonly watchers: number;
	/** Whether one of them was told such a thing since this was asked last. */
	told(probe: (update: Update) => boolean): boolean;
	/** What its config file says from now on; it is told by `config reload`. */
	configure(settings: object): void;
	/** Runs a command line in this process. */
	type(...argv: readonly string[]): Promise<Printed>;
}

/** Opens one; it is stopped when the test ends. */
export async function openDrivenEngine(
	space: Workspace,
	home = 'driven',
	options: Partial<SessionOptions> = {},
): Promise<DrivenEngine> {
	const test = await openTestSession(space, home, {
		makeTorrent: async (made, events, signal) =>
			(await import('../../source/creator/creation-thread.ts')).createTorrentAside(made, events, signal),
		...options,
	});
	const stateDir = space.path(home);
	const env = {
		TORTUI_HOME: stateDir,
		XDG_CONFIG_HOME: space.folder(`${home}-config`),
		HOME: space.folder(`${home}-user`),
	};
	mkdirSync(space.path(`${home}-config`, 'tortui'));
	const ground = {stateDir, version: '1.2.3', way: {bind: []}, data: test.session};
	const automated = await automate(test.session, readSections(env), ground);
	const command = {
		name: 'engine',
		usage: [],
		summary: '',
		options: configOptions,
		words: [0, 0],
		run: async () => 0,
	} as never;
	const read = () => {
		const args = withDefaults(
			parseArguments([], command) as never,
			command,
			readConfig(env, () => {}),
		);
		return {flags: args.flags, ...readSections(env)} as unknown as Configuration;
	};
	const engine = new HeardEngine(
		new ReloadingEngine(
			automated.engine,
			read(),
			read,
			now => automated.apply(now).then(() => []),
			new Set(),
		),
	);
	const served = await serveEngine(engine, socketPath(stateDir, env), {version: '1.2.3', about: {}});
	void engine.closed.then(why => served.close(why));
	space.defer(async () => {
		await served.close('the test is over');
		await engine.stop();
	});
	return {
		...test,
		heard: engine.heard,
		get watchers() {
			return engine.watchers;
		},
		told(probe) {
			const found = engine.updates.some(probe);
			if (found) engine.updates.length = 0;
			return found;
		},
		configure: settings =>
			writeFileSync(space.path(`${home}-config`, 'tortui', 'config.json'), JSON.stringify(settings)),
		type: (...argv) => run(argv, {env}),
	};
}
