import assert from 'node:assert/strict';
import {cpSync, readFileSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {enginePid} from '../../source/commands/engine-process/engine-lock.ts';
import {until} from '../helpers/deadline.ts';
import {missing, Running, run} from '../helpers/processes.ts';
import {cli, node, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

/** A service manager's end of the socket: prints each datagram with the time on its own clock, in microseconds. */
const manager = `
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    text = s.recv(4096).decode().strip().replace('\\n', ' ')
    print(time.monotonic_ns() // 1000, text, flush=True)
`;

test('an engine in the foreground tells the service manager when it is ready, reloading, alive and ending, and the log to its journal', {
	skip: missing('python3', 'systemd-notify'),
}, async t => {
	const space = new Workspace(t);
	const socket = space.path('notify');
	const listener = new Running(space, 'python3', ['-c', manager, socket]);
	await listener.output(/bound/, 10_000);
	const env = {NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000', WATCHDOG_PID: ''};
	const engine = startTortui(space, ['engine', '--bind', '127.0.0.1', '--port', '0', '-d', space.dir], {env});
	await listener.output(/ READY=1/, 20_000);
	// What is ready can be reached.
	const health = await run(space, node, [cli, 'status', '--health'], {
		env: {TORTUI_HOME: space.path('state')},
	});
	assert.equal(health.ended?.code, 0, health.stdout + health.stderr);
	await listener.output(/(?: WATCHDOG=1\s[\s\S]*){2}/, 10_000);
	process.kill(engine.pid, 'SIGHUP');
	const [, at, said] = await listener.output(/(\d+) RELOADING=1 MONOTONIC_USEC=(\d+)[\s\S]* READY=1/, 10_000);
	// It is the manager's own clock, a little before it was read.
	const late = Number(at) - Number(said);
	assert.ok(late >= 0 && late < 10_000_000, `${late} µs`);
	engine.child.kill('SIGTERM');
	assert.deepEqual(await engine.end(10_000), {code: 0, signal: null});
	await listener.output(/STOPPING=1/, 10_000);
	assert.match(engine.stderr, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d tortui \S+ is ready: port \d+, data in /);
	assert.equal(engine.stdout, '');
});

test('what an engine in the foreground says goes to a file alone when one is named', async t => {
	const space = new Workspace(t);
	const log = space.path('log');
	const engine = startTortui(space, [
		'engine',
		'--bind',
		'127.0.0.1',
		'--port',
		'0',
		'-d',
		space.dir,
		'--log',
		log,
	]);
	await until('it to be ready', 20_000, () => {
		try {
			return /is ready/.test(readFileSync(log, 'utf8'));
		} catch {
			return false;
		}
	});
	engine.child.kill('SIGTERM');
	await engine.end(10_000);
	assert.equal(engine.stderr, '');
});

/** The program that was built, in a folder of its own, where things may happen to it. */
function ownProgram(space: Workspace): string {
	const folder = space.folder('program');
	cpSync(dirname(cli), `${folder}/dist`, {recursive: true});
	cpSync(`${dirname(cli)}/../package.json`, `${folder}/package.json`);
	return `${folder}/dist/cli.js`;
}

test('an engine of a service starts its program anew when it is asked to, and tells the service manager which process goes on', {
	skip: missing('python3', 'systemd-notify'),
}, async t => {
	const space = new Workspace(t);
	const state = space.folder('state');
	const socket = space.path('notify');
	const listener = new Running(space, 'python3', ['-c', manager, socket]);
	await listener.output(/bound/, 10_000);
	const program = ownProgram(space);
	const env = {TORTUI_HOME: state, NO_COLOR: '1', NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000'};
	const engine = new Running(space, node, [program, 'engine', '--bind', '127.0.0.1', '-d', space.dir], {env});
	await listener.output(/ READY=1/, 20_000);
	const tortui = (...args: string[]) => run(space, node, [cli, ...args], {env: {TORTUI_HOME: state}});
	const port = async () => JSON.parse((await tortui('status', '--json')).stdout).engine.port;
	const before = await port();
	space.defer(() => tortui('stop'));

	// Broken by an update that was cut short: the one that runs goes on.
	rmSync(`${dirname(program)}/disk-worker.js`);
	const refused = await tortui('restart');
	assert.equal(refused.ended?.code, 1);
	assert.match(
		refused.stderr,
		/^tortui: the new engine did not start, and this one goes on: it ended with 1, and has said why\n$/,
	);
	assert.match(engine.stderr, /the disk cannot be used/);
	assert.equal(enginePid(state), engine.pid);

	cpSync(`${dirname(cli)}/disk-worker.js`, `${dirname(program)}/disk-worker.js`);
	const restarted = await tortui('restart');
	assert.equal(restarted.ended?.code, 0, restarted.stderr);
	// What it was handed the new one has as well: only the process itself is waited for.
	await until('the process of before to end', 20_000, () => engine.child.exitCode === 0);
	const next = enginePid(state)!;
	assert.notEqual(next, engine.pid);
	assert.equal(await port(), before);
	const [, told] = await listener.output(/ MAINPID=(\d+)/, 10_000);
	assert.equal(Number(told), next);
	assert.doesNotMatch(listener.stdout, /STOPPING/);
	await listener.output(/MAINPID[\s\S]* WATCHDOG=1/, 10_000);
	process.kill(next, 'SIGTERM');
	await listener.output(/ STOPPING=1/, 10_000);
});

test('where nobody is told, as in a container, the first process stays until the engine ends, and hands on what ends it', async t => {
	const space = new Workspace(t);
	const state = space.folder('state');
	const env = {TORTUI_HOME: state};
	const engine = startTortui(space, ['engine', '--bind', '127.0.0.1', '--port', '0', '-d', space.dir]);
	await engine.output(/is ready/, 20_000);
	const restarted = await run(space, node, [cli, 'restart'], {env});
	assert.equal(restarted.ended?.code, 0, restarted.stderr);
	const next = enginePid(state)!;
	assert.notEqual(next, engine.pid);
	assert.equal(engine.ended, undefined);
	engine.child.kill('SIGTERM');
	assert.deepEqual(await engine.end(10_000), {code: 0, signal: null});
	assert.equal(enginePid(state), undefined);
});

test('where nobody is told, one that cannot start is told of by whom it was to follow, and the next that can goes on', async t => {
	const space = new Workspace(t);
	const state = space.folder('state');
	const program = ownProgram(space);
	const env = {TORTUI_HOME: state, NO_COLOR: '1'};
	const engine = new Running(space, node, [program, 'engine', '--bind', '127.0.0.1', '-d', space.dir], {env});
	await engine.output(/is ready/, 20_000);
	const tortui = (...args: string[]) => run(space, node, [cli, ...args], {env: {TORTUI_HOME: state}});
	assert.equal((await tortui('restart')).ended?.code, 0);
	const second = enginePid(state)!;
	const part = `${dirname(program)}/disk-worker.js`;
	rmSync(part);
	const refused = await tortui('restart');
	assert.equal(refused.ended?.code, 1);
	assert.match(refused.stderr, /did not start, and this one goes on: it ended with 1, and has said why\n$/);
	assert.equal(enginePid(state), second);
	cpSync(`${dirname(cli)}/disk-worker.js`, part);
	assert.equal((await tortui('restart')).ended?.code, 0);
	const third = enginePid(state)!;
	assert.notEqual(third, second);
	await until('the second to end', 20_000, () => !isAlive(second));
	assert.equal(engine.ended, undefined);
	engine.child.kill('SIGTERM');
	assert.deepEqual(await engine.end(10_000), {code: 0, signal: null});
	assert.equal(isAlive(third), false);
});

test('where nobody is told, and the first process is killed, the one that went on can be started anew all the same', {
	skip: process.platform !== 'linux',
}, async t => {
	const space = new Workspace(t);
	const state = space.folder('state');
	const env = {TORTUI_HOME: state};
	const engine = startTortui(space, ['engine', '--bind', '127.0.0.1', '--port', '0', '-d', space.dir]);
	await engine.output(/is ready/, 20_000);
	const tortui = (...args: string[]) => run(space, node, [cli, ...args], {env});
	assert.equal((await tortui('restart')).ended?.code, 0);
	const second = enginePid(state)!;
	space.defer(() => tortui('stop'));
	engine.child.kill('SIGKILL');
	await until('the first to end', 10_000, () => engine.child.signalCode !== null);
	const restarted = await tortui('restart');
	assert.equal(restarted.ended?.code, 0, restarted.stderr);
	assert.notEqual(enginePid(state), second);
	assert.equal((await tortui('stop')).ended?.code, 0);
	await until('the one between to end', 10_000, () => !isAlive(second));
});

test('where nobody is told, the first process ends as the one does that went on: when that is ended by force it has failed', async t => {
	const space = new Workspace(t);
	const state = space.folder('state');
	const env = {TORTUI_HOME: state};
	const engine = startTortui(space, ['engine', '--bind', '127.0.0.1', '--port', '0', '-d', space.dir]);
	await engine.output(/is ready/, 20_000);
	// However often, there is none between them.
	for (let times = 0; times < 3; times++) {
		const former = enginePid(state)!;
		const restarted = await run(space, node, [cli, 'restart'], {env});
		assert.equal(restarted.ended?.code, 0, restarted.stderr);
		if (former !== engine.pid) await until('the one of before to end', 20_000, () => !isAlive(former));
		assert.equal(engine.ended, undefined);
	}
	const next = enginePid(state)!;
	process.kill(next, 'SIGKILL');
	assert.deepEqual(await engine.end(10_000), {code: 1, signal: null});
	const said = engine.stderr.split('\n').filter(line => line.startsWith('tortui: '));
	assert.deepEqual(said, [
		`tortui: the engine that went on (process ${next}) is gone: it was ended by SIGKILL`,
	]);
});
