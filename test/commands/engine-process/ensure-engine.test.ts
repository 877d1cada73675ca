import assert from 'node:assert/strict';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {comingEngine, enginePid} from '../../../source/commands/engine-process/engine-lock.ts';
import {ensureEngine, replaceEngine} from '../../../source/commands/engine-process/ensure-engine.ts';
import {findEngine, requireEngine} from '../../../source/commands/engine-process/find-engine.ts';
import {isOlder} from '../../../source/commands/engine-process/renew-engine.ts';
import {makeStateDir, stateDirPath} from '../../../source/commands/engine-process/state-dir.ts';
import {engineGone, stopEngine} from '../../../source/commands/engine-process/stop-engine.ts';
import {lockHolder, takeLock} from '../../../source/io/state/process-lock.ts';
import {until} from '../../helpers/deadline.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-engine-'));
const started: number[] = [];

/** Those whose command line names the folder: of several that start at once the last may come when all is over. */
function processesIn(folder: string): number[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.filter(name => {
			try {
				return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder);
			} catch {
				return false;
			}
		})
		.map(Number);
}

after(() => {
	for (const pid of new Set([...started, ...processesIn(folder)])) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// It has ended, as it should.
		}
	}
	rmSync(folder, {recursive: true});
});
let states = 0;

function newState(): string {
	return makeStateDir(join(folder, `state-${states++}`), {});
}

const program = [
	`--import=${import.meta.resolve('tsx')}`,
	fileURLToPath(new URL('./fake-engine-process.ts', import.meta.url)),
];

async function ensure(stateDir: string, options: readonly string[] = []) {
	const result = await ensureEngine({stateDir, env: process.env, version: '1.2.3', program, options});
	started.push(result.engine.hello.pid);
	return result;
}

test('an engine is started in the background, found again, and stopped', async () => {
	const stateDir = newState();
	const first = await ensure(stateDir, ['--port=22001']);
	assert(first.started);
	assert.notEqual(first.engine.hello.pid, process.pid);
	assert.deepEqual(first.engine.hello.about, {
		args: ['--background', '--state-dir', stateDir, '--port=22001'],
	});
	first.engine.close();
	const second = await ensure(stateDir);
	assert(!second.started);
	assert.equal(second.engine.hello.pid, first.engine.hello.pid);
	assert.equal(enginePid(stateDir), first.engine.hello.pid);
	await stopEngine(second.engine, stateDir);
	assert.equal(await findEngine(stateDir, process.env, '1.2.3'), undefined);
	assert(!existsSync(join(stateDir, 'engine.sock')));
});

test('an engine leads a session of its own: the end of a terminal does not reach it', async () => {
	const stateDir = newState();
	const {engine} = await ensure(stateDir);
	const {pid} = engine.hello;
	const session = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[3];
	assert.equal(Number(session), pid);
	process.kill(pid, 'SIGTERM');
	assert.equal(await engine.closed, 'the engine was ended by SIGTERM');
	assert(await engineGone(stateDir, pid));
});

test('of several that start at once, one becomes the engine and all reach it', async () => {
	const stateDir = newState();
	const results = await Promise.all([ensure(stateDir), ensure(stateDir), ensure(stateDir)]);
	const pids = new Set(results.map(({engine}) => engine.hello.pid));
	assert.equal(pids.size, 1);
	assert.equal(results.filter(result => result.started).length, 1);
	const [result] = results;
	assert(result);
	for (const {engine} of results.slice(1)) engine.close();
	await stopEngine(result.engine, stateDir);
});

test('after kill -9 the socket and lock left behind are taken over', async () => {
	const stateDir = newState();
	const {engine} = await ensure(stateDir);
	process.kill(engine.hello.pid, 'SIGKILL');
	assert.equal(await engine.closed, 'the connection to the engine was lost');
	assert(existsSync(join(stateDir, 'engine.sock')));
	const next = await ensure(stateDir);
	assert(next.started);
	await stopEngine(next.engine, stateDir);
});

async function replace(stateDir: string, former: number, options: readonly string[] = []) {
	const engine = await replaceEngine(
		{stateDir, env: process.env, version: '1.2.3', program, options},
		former,
	);
	started.push(engine.hello.pid);
	return engine;
}

test('an engine hands over to one that is started for it, and says so to those who are attached', async () => {
	const stateDir = newState();
	const {engine} = await ensure(stateDir);
	const other = await findEngine(stateDir, process.env, '1.2.3');
	const next = await replace(stateDir, engine.hello.pid, ['--port=22002']);
	assert.notEqual(next.hello.pid, engine.hello.pid);
	assert.deepEqual(next.hello.about['args'], [
		'--background',
		'--state-dir',
		stateDir,
		'--replace',
		'--port=22002',
	]);
	for (const former of [engine, other]) {
		assert.equal(await former?.closed, 'the engine hands over to a new one');
		assert.equal(former?.handsOver, true);
	}
	await processEnded(engine.hello.pid);
	assert.equal(enginePid(stateDir), next.hello.pid);
	await stopEngine(next, stateDir);
	assert.equal(next.handsOver, false);
});

test('who asks while an engine comes up, or hands over, is answered by that which comes', async () => {
	const stateDir = newState();
	const mayOpen = join(stateDir, 'may-open');
	const coming = ensure(stateDir, ['--slow-to-open']);
	await until('the lock of the one that comes up', 15_000, () => enginePid(stateDir) !== undefined);
	const asked = requireEngine(stateDir, process.env, '1.2.3');
	assert.equal(await findEngine(stateDir, process.env, '1.2.3'), undefined);
	writeFileSync(mayOpen, '');
	const {engine} = await coming;
	const {pid} = engine.hello;
	assert.equal((await asked).hello.pid, pid);

	rmSync(mayOpen);
	const next = replace(stateDir, pid, ['--slow-to-open']);
	await engine.closed;
	const meanwhile = requireEngine(stateDir, process.env, '1.2.3');
	assert.notEqual(comingEngine(stateDir), undefined);
	await until('the next to hold the lock', 15_000, () => ![undefined, pid].includes(enginePid(stateDir)));
	const later = requireEngine(stateDir, process.env, '1.2.3');
	writeFileSync(mayOpen, '');
	const successor = await next;
	assert.equal((await meanwhile).hello.pid, successor.hello.pid);
	assert.equal((await later).hello.pid, successor.hello.pid);
	await stopEngine(successor, stateDir);
	assert.equal(comingEngine(stateDir), undefined);
});

/** Waits until a process is no more. */
async function processEnded(pid: number): Promise<void> {
	await until(`process ${pid} to end`, 15_000, () => !processesIn(folder).includes(pid));
}

for (const [when, option, line] of [
	['before it asks for the place', '--dies-before', /it ended with SIGKILL/],
	['when it was given the place', '--dies-between', /it ended with SIGKILL/],
	['when it has taken the place', '--dies-opening', /it ended with SIGKILL/],
	['because it cannot open', '--fails-to-open', /the port is taken/],
] as const) {
	test(`a new engine that ends ${when} leaves the one of before going on`, async () => {
		const stateDir = newState();
		const {engine} = await ensure(stateDir);
		const {pid} = engine.hello;
		await assert.rejects(replace(stateDir, pid, [option]), (error: Error) => {
			assert.match(error.message, /^the new engine did not start, and the one of before goes on: /);
			assert.match(error.message, line);
			return true;
		});
		const again = await until('the engine of before to answer', 15_000, () =>
			findEngine(stateDir, process.env, '1.2.3'),
		);
		assert.equal(again.hello.pid, pid);
		await stopEngine(again, stateDir);
		await processEnded(pid);
	});
}

test('an engine that has handed over and is told to end meanwhile does not come back', async () => {
	const stateDir = newState();
	const {engine} = await ensure(stateDir);
	const {pid} = engine.hello;
	// It waits for this process, which never becomes the engine.
	void engine.send({type: 'session.stop', handOver: process.pid}).catch(() => {});
	await engine.closed;
	await engineGone(stateDir, pid);
	process.kill(pid, 'SIGTERM');
	await processEnded(pid);
	assert.equal(await findEngine(stateDir, process.env, '1.2.3'), undefined);
});

test('which version of the program is the older one', () => {
	const pairs = [
		['0.1.0', '0.2.0'],
		['0.9.9', '0.10.0'],
		['1.2.3', '2.0.0'],
	] as const;
	for (const [older, newer] of pairs) {
		assert.ok(isOlder(older, newer));
		assert.ok(!isOlder(newer, older));
		assert.ok(!isOlder(newer, newer));
	}
	assert.ok(!isOlder('unknown', '1.0.0') && !isOlder('1.0.0', ''));
});

test('an engine that cannot start is reported with its own last line', async () => {
	const stateDir = newState();
	writeFileSync(join(stateDir, 'engine.log'), 'tortui: an older trouble\n');
	await assert.rejects(ensure(stateDir, ['--broken']), {
		message: `the engine did not start: the port is taken (log: ${join(stateDir, 'engine.log')})`,
	});
});

test('a lock is held once, answers who holds it, and is free after its release', () => {
	const state = newState();
	const lock = takeLock(state, 'engine');
	assert('release' in lock);
	const other = takeLock(state, 'engine');
	assert('pid' in other);
	assert.equal(other.pid, process.pid);
	assert.equal(lockHolder(state, 'engine')?.pid, process.pid);
	assert('release' in takeLock(state, 'other'));
	lock.release();
	lock.release();
	assert.equal(lockHolder(state, 'engine'), undefined);
	const again = takeLock(state, 'engine');
	assert('release' in again);
	lock.release();
	assert.equal(lockHolder(state, 'engine')?.pid, process.pid);
	again.release();
});

for (const [what, text] of [
	['of a process that is gone', JSON.stringify({pid: 2 ** 22 + 1, began: ''})],
	['of an earlier process with the same number', JSON.stringify({pid: process.pid, began: '1'})],
	['that is empty', ''],
	['that holds garbage', '{"pid": "no'],
] as const) {
	test(`a lock ${what} is stale`, () => {
		const state = newState();
		writeFileSync(join(state, 'engine-4.lock'), text);
		assert('release' in takeLock(state, 'engine'));
		assert(!existsSync(join(state, 'engine-4.lock')));
		assert(existsSync(join(state, 'engine-5.lock')));
	});
}

test('the state folder: option, TORTUI_HOME, XDG_STATE_HOME, home', () => {
	const env = {TORTUI_HOME: '/a', XDG_STATE_HOME: '/b', HOME: '/c'};
	assert.equal(stateDirPath('/o', env), '/o');
	assert.equal(stateDirPath(undefined, env), '/a');
	assert.equal(stateDirPath(undefined, {...env, TORTUI_HOME: ''}), '/b/tortui');
	assert.equal(stateDirPath(undefined, {HOME: '/c', XDG_STATE_HOME: 'relative'}), '/c/.local/state/tortui');
});

test('a state folder is made for its owner only', () => {
	assert.equal(statSync(newState()).mode & 0o777, 0o700);
});

test('a state folder whose path is too long for a socket has it in a folder of its owner', async () => {
	const runtime = join(folder, 'run');
	const long = join(folder, 'x'.repeat(120));
	const path = socketPath(long, {XDG_RUNTIME_DIR: runtime});
	assert.match(path.slice(runtime.length), /^\/tortui\/[0-9a-f]{16}\.sock$/);
	assert.equal(statSync(join(runtime, 'tortui')).mode & 0o777, 0o700);
	assert.notEqual(path, socketPath(`${long}y`, {XDG_RUNTIME_DIR: runtime}));
	const server = createServer().listen(path);
	await new Promise(resolve => server.close(resolve));
	assert.equal(socketPath('/short', {XDG_RUNTIME_DIR: runtime}), '/short/engine.sock');
});

test('a folder for sockets that others may use is refused', async () => {
	const {chmodSync, mkdirSync} = await import('node:fs');
	const runtime = join(folder, 'shared');
	mkdirSync(join(runtime, 'tortui'), {recursive: true});
	chmodSync(join(runtime, 'tortui'), 0o777);
	assert.throws(() => socketPath(`/${'x'.repeat(120)}`, {XDG_RUNTIME_DIR: runtime}), /only you can use/);
});
