import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {until} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {findProgram} from '../helpers/processes.ts';
import {build, cli, node} from '../helpers/tortui.ts';
import {tell} from './measure.ts';
import {infoHashOf, torrents} from './tracker-load.ts';

const ticksASecond = 100;
const measured = 4;

function cpuOf(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / ticksASecond;
}

function memoryOf(pid: number): number {
	return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

async function load(kind: string, port: number, seconds = measured): Promise<number> {
	const child = spawn(
		process.execPath,
		['--import=tsx', join(import.meta.dirname, 'tracker-load.ts'), kind, String(port), String(seconds)],
		{stdio: ['ignore', 'pipe', 'inherit']},
	);
	let out = '';
	child.stdout.on('data', chunk => {
		out += chunk;
	});
	await once(child, 'close');
	return JSON.parse(out).answers;
}

/**
 * What our tracker does over real sockets, and opentracker beside it, on the same 100,000 peers in 10,000 torrents. The
 * rate is what one core would give: announces for each second of CPU that the tracker had, whatever else the machine does.
 */
export async function benchTrackerLoad(): Promise<void> {
	build();
	const folder = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
	chmodSync(folder, 0o755);
	const trackers: Array<readonly [name: string, start: (port: number) => readonly [string, ...string[]]]> = [
		[
			'ours',
			port => [node, cli, 'tracker', '--port', `${port}`, '--state-dir', join(folder, 'state'), '--quiet'],
		],
	];
	const opentracker = findProgram('opentracker');
	if (opentracker) {
		const dir = join(folder, 'open');
		mkdirSync(dir);
		writeFileSync(
			join(dir, 'white'),
			Array.from({length: torrents}, (_, n) => `${Buffer.from(infoHashOf(n)).toString('hex')}\n`).join(''),
		);
		trackers.push([
			'opentracker',
			port => [opentracker, '-i', '127.0.0.1', '-p', `${port}`, '-P', `${port}`, '-d', dir, '-w', 'white'],
		]);
	}
	try {
		for (const [name, start] of trackers) {
			const port = await freePort();
			const [command, ...args] = start(port);
			const child = spawn(command, args, {stdio: 'ignore'});
			try {
				await until(`${name} to answer`, 20_000, () =>
					fetch(`http://127.0.0.1:${port}/stats`).then(
						() => true,
						() => false,
					),
				);
				const filled = await load('fill', port);
				const bar = name === 'ours' ? '< 200 MiB' : '';
				tell(
					`tracker, ${name}: memory of the process, ${filled} peers in ${torrents} torrents`,
					`${Math.round(memoryOf(child.pid!))} MiB`,
					bar,
				);
				for (const [kind, what, least] of [
					['udp', 'over UDP', '> 25,000'],
					['http', 'over HTTP, a connection each', '> 8,000'],
					['http-keep', 'over HTTP, 100 a connection', ''],
				] as const) {
					if (name !== 'ours' && kind === 'http-keep') continue;
					// Until V8 has made of it what it will be.
					await load(kind, port, 1);
					const before = cpuOf(child.pid!);
					const answers = await load(kind, port);
					const cpu = cpuOf(child.pid!) - before;
					tell(
						`tracker, ${name}: announces for a second of CPU, ${what}`,
						`${Math.round(answers / cpu)}`,
						name === 'ours' ? least : '',
					);
					if (process.env['VERBOSE'])
						console.log(
							`  ${answers} answers, ${(answers / measured).toFixed(0)}/s, ${cpu} s CPU, ${memoryOf(child.pid!)} MiB`,
						);
				}
			} finally {
				child.kill();
				if (child.exitCode === null) await once(child, 'close');
			}
		}
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

if (process.argv[1]?.endsWith('tracker-load.bench.ts')) {
	await benchTrackerLoad();
	process.exit();
}
