import {join, resolve} from 'node:path';
import process from 'node:process';
import {within} from './deadline.ts';
import {freshBuild} from './fresh-build.ts';
import {freePort} from './ports.ts';
import {type ProcessOptions, Running} from './processes.ts';
import type {Workspace} from './workspace.ts';

const root = resolve(import.meta.dirname, '../..');
/** The program as it was built. TORTUI_CLI names another one, to try the tests on. */
export const cli = process.env['TORTUI_CLI'] ?? join(root, 'dist/cli.js');
/** The Node.js it runs on. TORTUI_NODE names another one than the tests', to try an older one. */
export const node = process.env['TORTUI_NODE'] ?? process.execPath;

let built: boolean | undefined;

/** Builds the program unless it is newer than its source. */
export function build(): void {
	if (process.env['TORTUI_CLI']) return;
	built ??= freshBuild();
	if (!built) throw new Error('the program does not build: npm run build says why');
}

/** One line of `--json`. */
export interface TortuiEvent {
	readonly event: 'added' | 'metadata' | 'progress' | 'complete' | 'seeding' | 'error';
	readonly infoHash: string;
	readonly name: string;
	/** Bytes. */
	readonly length: number;
	readonly completed: number;
	readonly downloaded: number;
	readonly uploaded: number;
	/** Bytes a second. */
	readonly downloadRate: number;
	readonly uploadRate: number;
	readonly peers: number;
	readonly seconds: number;
}

/** Starts the program with exactly these arguments. */
export function startTortui(
	space: Workspace,
	args: readonly string[],
	options: ProcessOptions = {},
	through: readonly string[] = [],
): Running {
	build();
	const [command, ...rest] = [...through, node, cli, ...args];
	return new Running(space, command!, rest, {
		...options,
		env: {NO_COLOR: '1', TORTUI_HOME: space.path('state'), ...options.env},
	});
}

/** A `get` or `seed` with `--json`, that meets nobody but whom its test names. */
export class Transfer {
	readonly program: Running;
	/** Where it listens. */
	readonly port: number;
	readonly address: string;

	constructor(program: Running, port: number) {
		this.program = program;
		this.port = port;
		this.address = `127.0.0.1:${port}`;
	}

	/** What it said so far. Throws at the first line that is not JSON: nothing else may be on stdout. */
	get events(): TortuiEvent[] {
		return this.program.stdout
			.split('\n')
			.slice(0, -1)
			.map(line => JSON.parse(line) as TortuiEvent);
	}

	/** Waits for the first event that `matches`. Fails when the program ends without it. */
	async event(
		what: TortuiEvent['event'] | ((event: TortuiEvent) => boolean),
		ms = 60_000,
	): Promise<TortuiEvent> {
		const matches = typeof what === 'string' ? (event: TortuiEvent) => event.event === what : what;
		let forget = () => {};
		const found = new Promise<TortuiEvent>((resolve, reject) => {
			const look = () => {
				try {
					const event = this.events.find(matches);
					if (event) resolve(event);
					else if (this.program.ended) reject(new Error(`it ended before ${what}`));
				} catch (error) {
					reject(error);
				}
			};
			forget = this.program.onOutput(look);
			look();
		});
		try {
			return await within(ms, () => `event ${what}`, found);
		} finally {
			forget();
		}
	}

	/** Waits for its end, which has to be exit status 0. */
	async done(ms = 60_000): Promise<void> {
		const exit = await this.program.end(ms);
		if (exit.code !== 0) throw new Error(`exit ${exit.code ?? exit.signal} and not 0`);
	}
}

/** `tortui get` or `seed`, as the two below. */
export async function transfer(
	space: Workspace,
	verb: 'get' | 'seed',
	args: readonly string[],
	options: ProcessOptions = {},
	through: readonly string[] = [],
): Promise<Transfer> {
	const port = await freePort();
	const bind = args.includes('--bind') ? [] : ['--bind', '127.0.0.1'];
	const dht = args.includes('--dht-bootstrap') ? ['--dht'] : ['--no-dht'];
	const program = startTortui(
		space,
		[verb, ...args, ...bind, '--port', `${port}`, '--json', ...dht, '--no-lsd'],
		options,
		through,
	);
	return new Transfer(program, port);
}

/** `tortui get … --json`. `through` is a command line it is started by, such as a shell with limits. */
export function get(
	space: Workspace,
	args: readonly string[],
	options: ProcessOptions = {},
	through: readonly string[] = [],
): Promise<Transfer> {
	return transfer(space, 'get', args, options, through);
}

/** `tortui seed … --json`; waits until it seeds. */
export async function seed(space: Workspace, args: readonly string[]): Promise<Transfer> {
	const seeding = await transfer(space, 'seed', args);
	await seeding.event('seeding');
	return seeding;
}
