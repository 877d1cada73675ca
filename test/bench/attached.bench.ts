import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {encodeBencode} from '../../source/protocol/bencode/bencode.ts';
import {until} from '../helpers/deadline.ts';
import {build, cli, node} from '../helpers/tortui.ts';
import {tell} from './measure.ts';

const count = 24;
/** Until nothing is as new any more as it was at the start. */
const settling = 70_000;
const measured = 60_000;
const ticksASecond = 100;

/** Seconds of CPU that a process has had. */
function cpuOf(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / ticksASecond;
}

function firstChild(pid: number): number | undefined {
	return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]) || undefined;
}

interface FirstFrame {
	/** Milliseconds from the start of the program. */
	readonly wall: number;
	/** Seconds of its own. */
	readonly cpu: number;
}

/** Opens a screen, waits for its first whole picture, and ends it. */
async function firstFrame(attach: string, env: NodeJS.ProcessEnv): Promise<FirstFrame> {
	const began = performance.now();
	const terminal = spawn('script', ['-qfec', attach, '/dev/null'], {env, stdio: ['pipe', 'pipe', 'ignore']});
	try {
		return await new Promise((resolve, reject) => {
			let text = '';
			terminal.once('exit', () => reject(new Error('the screen ended')));
			terminal.stdout.on('data', (chunk: Buffer) => {
				text += chunk.toString('latin1');
				// The last row of the first frame.
				if (!text.includes('leave')) return;
				const screen = firstChild(terminal.pid!);
				resolve({wall: performance.now() - began, cpu: screen === undefined ? 0 : cpuOf(screen)});
			});
		});
	} finally {
		terminal.removeAllListeners('exit');
		const ended = once(terminal, 'exit');
		terminal.kill();
		await ended;
	}
}

const pause = (time: number) => new Promise(resolve => setTimeout(resolve, time));

/** What a screen on 24 torrents costs that do nothing: its own process and the engine's. Needs Linux, and `script`. */
export async function benchAttached(): Promise<void> {
	build();
	const folder = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
	const env = {...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', TORTUI_HOME: join(folder, 'state')};
	const args = ['--bind', '127.0.0.1', '--port', '0'];
	const engine = spawn(node, [cli, 'engine', ...args], {env, stdio: 'ignore'});
	let terminal: ChildProcess | undefined;
	try {
		const tortui = (...words: string[]) =>
			execFileSync(node, [cli, ...words], {env, stdio: 'pipe'}).toString();
		mkdirSync(join(folder, 'data'));
		await until('the engine to answer', 20_000, () => {
			try {
				return tortui('list') !== undefined;
			} catch {
				return false;
			}
		});
		for (let n = 0; n < count; n++) {
			const pieces = new Uint8Array(20 * 1000);
			const info = {length: 1000 * 16_384, name: `torrent ${n}`, 'piece length': 16_384, pieces};
			writeFileSync(join(folder, `${n}.torrent`), encodeBencode({info}));
			tortui('add', join(folder, `${n}.torrent`), '-d', join(folder, 'data'));
		}
		const attach = `stty rows 40 cols 120; exec '${node}' '${cli}' attach`;
		const times: FirstFrame[] = [];
		for (let run = 0; run < 5; run++) times.push(await firstFrame(attach, env));
		const middle = (of: (one: FirstFrame) => number) => times.map(of).sort((a, b) => a - b)[2]!;
		tell(
			`attach to the first full frame (${middle(({cpu}) => cpu).toFixed(2)} s of CPU)`,
			`${middle(({wall}) => wall).toFixed(0)} ms`,
			'< 250 ms',
		);
		terminal = spawn('script', ['-qfec', attach, '/dev/null'], {env, stdio: ['pipe', 'ignore', 'ignore']});
		const screen = await until('the screen', 10_000, () => firstChild(terminal!.pid!));
		for (const view of ['the list', 'one of them']) {
			await pause(view === 'the list' ? settling : 5000);
			const pids = [engine.pid!, screen];
			const before = pids.map(cpuOf);
			await pause(measured);
			const shares = pids.map((pid, at) => ((cpuOf(pid) - before[at]!) * 100_000) / measured);
			const [engines = 0, screens = 0] = shares;
			tell(
				`${count} idle torrents, a screen on ${view}: engine ${engines.toFixed(2)}, screen ${screens.toFixed(2)}`,
				`${(engines + screens).toFixed(2)} %`,
				'< 1 %',
			);
			terminal.stdin?.write('\r');
		}
	} finally {
		terminal?.kill();
		// What it saves at its end is not to come back.
		const ended = once(engine, 'exit');
		engine.kill();
		await ended;
		rmSync(folder, {recursive: true, force: true, maxRetries: 5});
	}
}
