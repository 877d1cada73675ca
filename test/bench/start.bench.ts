import {spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {bencode} from '../helpers/bencode.ts';
import {build, cli, node} from '../helpers/tortui.ts';
import type {Workspace} from '../helpers/workspace.ts';
import {inWorkspace} from './bench-workspace.ts';
import {tell} from './measure.ts';

const runs = 7;
const off = ['--no-dht', '--no-lsd', '--no-port-map', '--no-utp', '--encryption', 'off'];

/** What a start came to when the tracker was asked. */
interface Start {
	/** Milliseconds since the launch, and of CPU in all threads; undefined where that cannot be read. */
	readonly time: number;
	readonly cpu: number | undefined;
	/** MiB that are the process's own. */
	readonly memory: number | undefined;
}

/** Milliseconds of CPU that all threads of a process have taken. */
function cpuOf(pid: number): number | undefined {
	const tasks = `/proc/${pid}/task`;
	if (!existsSync(`${tasks}/${pid}/schedstat`)) return undefined;
	const each = readdirSync(tasks).map(task =>
		Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
	);
	return each.reduce((sum, time) => sum + time, 0) / 1e6;
}

function memoryOf(pid: number): number | undefined {
	if (!existsSync(`/proc/${pid}/status`)) return undefined;
	return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Starts `get` once and ends it when it has asked its tracker, which is `server`. */
async function start(
	space: Workspace,
	server: ReturnType<typeof createServer>,
	torrent: string,
	words: readonly string[],
): Promise<Start> {
	const stateDir = space.folder(`state-${Math.random().toString(36).slice(2)}`);
	const asked = new Promise<void>(resolve =>
		server.once('request', (_, response) => {
			response.end('d8:intervali1800e5:peers0:e');
			resolve();
		}),
	);
	const began = performance.now();
	const child = spawn(
		node,
		[cli, 'get', torrent, '-d', stateDir, '--state-dir', stateDir, '--port', '0', '--json', ...words],
		{stdio: 'ignore', env: {...process.env, XDG_CACHE_HOME: space.path('cache')}},
	);
	const ended = new Promise<never>((_, reject) =>
		child.once('exit', () => reject(new Error('get ended by itself'))),
	);
	ended.catch(() => {});
	await Promise.race([asked, ended]);
	const time = performance.now() - began;
	const cpu = cpuOf(child.pid!);
	// The first ones leave in the cache what the others take.
	await new Promise(resolve => setTimeout(resolve, 1000));
	const memory = memoryOf(child.pid!);
	const gone = new Promise(resolve => child.once('exit', resolve));
	child.kill('SIGKILL');
	await gone;
	return {time, cpu, memory};
}

function median(values: ReadonlyArray<number | undefined>): number {
	return values.map(value => value ?? Number.NaN).sort((one, other) => one - other)[values.length >> 1]!;
}

async function row(
	what: string,
	bars: readonly [time: string, cpu: string, memory: string],
	once: () => Promise<Start>,
): Promise<void> {
	await once();
	const starts: Start[] = [];
	for (let run = 0; run < runs; run++) starts.push(await once());
	tell(what, `${median(starts.map(({time}) => time)).toFixed(0)} ms`, bars[0]);
	tell('  CPU until then, all threads', `${median(starts.map(({cpu}) => cpu)).toFixed(0)} ms`, bars[1]);
	tell('  own memory a second later', `${median(starts.map(({memory}) => memory)).toFixed(0)} MiB`, bars[2]);
}

/** How long `get` takes from its launch to its first announce, as it is installed. */
export async function benchStart(): Promise<void> {
	build();
	await inWorkspace(async space => {
		const server = createServer();
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		space.defer(() => server.close());
		const announce = `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
		const made = (name: string, info: object): string => {
			const path = space.path(name);
			writeFileSync(path, bencode({announce, info: {name, private: 1, ...info}}));
			return path;
		};
		const small = made('small.torrent', {
			length: 2 ** 26,
			'piece length': 2 ** 18,
			pieces: Buffer.alloc(20 * 256, 1),
		});
		const many = made('many.torrent', {
			'piece length': 2 ** 14,
			pieces: Buffer.alloc(20 * 100_000, 1),
			files: Array.from({length: 10_000}, (_, file) => ({
				length: 10 * 2 ** 14,
				path: [`folder ${Math.floor(file / 100)}`, `file ${file}.bin`],
			})),
		});
		await row('launch to announce, everything on', ['< 90 ms', '< 120 ms', '< 50 MiB'], () =>
			start(space, server, small, []),
		);
		await row('  with what is not asked for switched off', ['the same', 'the same', ''], () =>
			start(space, server, small, off),
		);
		await row('  10,000 files, 100,000 pieces', ['< 150 ms', '< 200 ms', '< 60 MiB'], () =>
			start(space, server, many, []),
		);
	});
}
