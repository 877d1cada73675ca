import {readFileSync} from 'node:fs';
import process from 'node:process';
import type {Command, Reply} from '../../source/api/command.ts';
import type {SessionView, TorrentView} from '../../source/api/snapshot.ts';
import {connectEngine, type RemoteEngine} from '../../source/bridge/socket/connect-engine.ts';
import {socketPath} from '../../source/bridge/socket/socket-path.ts';
import {until} from './deadline.ts';
import type {Exit, Running} from './processes.ts';
import {startTortui} from './tortui.ts';
import type {Workspace} from './workspace.ts';

const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
	version: string;
};

/** `tortui engine` in a process of its own, spoken to over its socket. */
export class BackgroundEngine {
	readonly program: Running;
	readonly #client: RemoteEngine;

	private constructor(program: Running, client: RemoteEngine) {
		this.program = program;
		this.#client = client;
	}

	/** Waits until it answers. It keeps its state in `home`. */
	static async start(
		space: Workspace,
		home: string,
		args: readonly string[] = [],
		through: readonly string[] = [],
		env: Readonly<Record<string, string>> = {},
	): Promise<BackgroundEngine> {
		const stateDir = space.folder(home);
		const bind = args.some(word => word.startsWith('--interface')) ? [] : ['--bind', '127.0.0.1'];
		const program = startTortui(
			space,
			['engine', '--state-dir', stateDir, ...bind, '--port', '0', ...args],
			{env},
			through,
		);
		const client = await until(
			'the engine to answer',
			15_000,
			() => {
				if (program.ended) throw new Error(`it ended: ${program.tail()}`);
				return connectEngine(socketPath(stateDir, process.env), {version}).catch(() => undefined);
			},
			10,
		);
		return new BackgroundEngine(program, client);
	}

	send(command: Command): Promise<Reply> {
		return this.#client.send(command);
	}

	async port(): Promise<number> {
		return (await this.session()).port;
	}

	/** What it says of itself now. */
	async session(): Promise<SessionView> {
		return new Promise(resolve => {
			const watching = this.#client.watch({interval: 50, session: true}, ({session}) => {
				if (session === undefined) return;
				watching.stop();
				resolve(session);
			});
		});
	}

	async view(id: string): Promise<TorrentView | undefined> {
		const {torrents} = await this.send({type: 'session.list'});
		return torrents?.find(torrent => torrent.id === id);
	}

	/** Waits until the view of a torrent is as it should be. */
	sees(id: string, what: string, probe: (view: TorrentView) => boolean, ms = 15_000): Promise<TorrentView> {
		let last: TorrentView | undefined;
		return until(
			() => `${what}, but ${last?.state} ${last?.completed}/${last?.wanted}: ${last?.reason?.text}`,
			ms,
			async () => {
				last = await this.view(id);
				return last !== undefined && probe(last) ? last : undefined;
			},
			10,
		);
	}

	/** As a power cut would. */
	async kill(): Promise<Exit> {
		this.program.child.kill('SIGKILL');
		const exit = await this.program.exited;
		this.#client.close();
		return exit;
	}

	async stop(): Promise<Exit> {
		this.program.child.kill('SIGTERM');
		const exit = await this.program.end(10_000);
		this.#client.close();
		return exit;
	}
}
