import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {connectEngine, type RemoteEngine} from '../../../source/bridge/socket/connect-engine.ts';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {build, cli, node} from '../../helpers/tortui.ts';
import {type Figured, mebibytes, seconds, soon} from './figures.ts';

const ticksASecond = 100;

/** Seconds of CPU that a process has had. */
function cpuOf(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / ticksASecond;
}

/** What it has alone, which is all but the files of Node.js that are in memory once for all. */
function memoryOf(pid: number): string {
	const own = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
	return mebibytes(Number(own) * 1024);
}

function firstChild(pid: number): number | undefined {
	return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]) || undefined;
}

async function seeding(engine: RemoteEngine, count: number): Promise<boolean> {
	const {torrents = []} = await engine.send({type: 'session.list', reasons: false});
	return torrents.length === count && torrents.every(({state}) => state === 'seeding');
}

/** The screen of the built program on a terminal that nobody sees. */
class Screen {
	readonly #terminal: ChildProcess;
	bytes = 0;
	#text = '';
	#heard: () => void = () => {};

	constructor(env: NodeJS.ProcessEnv) {
		const attach = `stty rows 40 cols 120; exec '${node}' '${cli}' attach`;
		this.#terminal = spawn('script', ['-qfec', attach, '/dev/null'], {
			env,
			stdio: ['pipe', 'pipe', 'ignore'],
		});
		this.#terminal.stdout!.on('data', (chunk: Buffer) => {
			this.bytes += chunk.length;
			this.#text = (this.#text + chunk.toString('latin1')).slice(-100_000);
			this.#heard();
		});
	}

	get pid(): number | undefined {
		return firstChild(this.#terminal.pid!);
	}

	shows(text: string): boolean {
		return this.#text.includes(text);
	}

	/** How long it takes from a key to the next thing that is drawn. */
	async key(key: string): Promise<number> {
		const drawn = new Promise<void>(resolve => {
			this.#heard = resolve;
		});
		const from = performance.now();
		this.#terminal.stdin!.write(key);
		await Promise.race([drawn, delay(5000)]);
		const time = (performance.now() - from) / 1000;
		this.#heard = () => {};
		await delay(150);
		return time;
	}

	async end(): Promise<void> {
		const ended = once(this.#terminal, 'exit');
		this.#terminal.kill();
		await ended;
	}
}

/**
 * What the built program costs with the torrents that a state folder keeps: its engine, and a screen with their list.
 * Needs Linux, and `script`.
 */
export async function measureScreen(stateDir: string, count: number, figured: Figured): Promise<void> {
	build();
	const env = {...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', TORTUI_HOME: stateDir};
	const args = ['engine', '--bind', '127.0.0.1', '--port', '0', '--no-dht', '--no-lsd', '--no-port-map'];
	const began = performance.now();
	const program = spawn(node, [cli, ...args], {env, stdio: 'ignore'});
	let screen: Screen | undefined;
	let engine: RemoteEngine | undefined;
	try {
		const pid = program.pid!;
		engine = await soon('the engine', () =>
			connectEngine(socketPath(stateDir, process.env), {version: '0'}).catch(() => undefined),
		);
		const client = engine;
		await soon('all to seed', () => seeding(client, count));
		figured.put('program: start', `${seconds((performance.now() - began) / 1000)} (${seconds(cpuOf(pid))})`);
		const share = async (name: string, time: number, pids: readonly number[]): Promise<void> => {
			const before = pids.map(cpuOf);
			const from = performance.now();
			await delay(time);
			const took = (performance.now() - from) / 1000;
			figured.put(
				name,
				pids.map((one, at) => `${(((cpuOf(one) - before[at]!) * 100) / took).toFixed(1)} %`).join(' + '),
			);
		};
		await delay(1000);
		await share('program: idle', 3000, [pid]);
		// V8 gives back what the start has left when it sees that little happens.
		await delay(10_000);
		figured.put('program: memory', memoryOf(pid));
		const opened = performance.now();
		screen = new Screen(env);
		const terminal = screen;
		await soon('the list', () => terminal.shows('torrent 0'));
		figured.put('screen: first list', seconds((performance.now() - opened) / 1000));
		const shown = await soon('the screen', () => terminal.pid);
		await delay(2500);
		terminal.bytes = 0;
		await share('screen: engine + screen', 4000, [pid, shown]);
		figured.put('screen: bytes a second', `${Math.round(terminal.bytes / 4)}`);
		const {torrents = []} = await client.send({type: 'session.list', reasons: false});
		let changes = 0;
		const changing = setInterval(() => {
			const {id} = torrents[changes % 20]!;
			void client.send({type: 'torrent.label', id, label: `${changes++}`});
		}, 250);
		await share('the same, 4 change a second', 4000, [pid, shown]);
		clearInterval(changing);
		const moves: number[] = [];
		for (let n = 0; n < 9; n++) moves.push(await terminal.key('j'));
		figured.put('screen: a key', seconds(moves.sort((a, b) => a - b)[4]!));
		await terminal.key('/');
		const typed: number[] = [];
		for (const letter of 'torrent 4') typed.push(await terminal.key(letter));
		figured.put('screen: a letter of a filter', seconds(Math.max(...typed)));
		figured.put('screen: memory', memoryOf(shown));
	} finally {
		engine?.close();
		await screen?.end();
		const ended = once(program, 'exit');
		program.kill('SIGKILL');
		await ended;
	}
}
