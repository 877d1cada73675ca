import assert from 'node:assert/strict';
import {chmodSync, existsSync, readFileSync, writeFileSync} from 'node:fs';
import {describe, type TestContext, test} from 'node:test';
import {type ProgramEnd, runProgram} from '../../../source/automation/hooks/run-program.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {until} from '../../helpers/deadline.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** Runs a shell script as a hook. */
function world(t: TestContext) {
	const space = new Workspace(t);
	const said: string[] = [];
	const stopping = new AbortController();
	space.defer(() => stopping.abort());
	const script = (text: string, name = 'hook'): string => {
		const path = space.path(name);
		writeFileSync(path, `#!/bin/sh\n${text}\n`);
		chmodSync(path, 0o755);
		return path;
	};
	const run = (words: readonly string[], timeout = 60_000, env: NodeJS.ProcessEnv = process.env) =>
		runProgram({
			words,
			env,
			timeout,
			clock: machineClock,
			signal: stopping.signal,
			said: line => said.push(line),
		});
	return {space, said, stopping, script, run};
}

async function isGone(pid: number): Promise<void> {
	await until(`process ${pid} is gone`, 10_000, () => {
		try {
			process.kill(pid, 0);
			// One whose parent has not asked for it is gone all the same.
			return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ') || undefined;
		} catch {
			return true;
		}
	});
}

describe('a program that is run as a hook', {concurrency: true}, () => {
	test('gets its words as they are, and what it says on either stream comes line by line', async t => {
		const {said, script, run} = world(t);
		const path = script(
			'echo "$# $1 $2"; printf "\\033[31mred\\033[0m über\\r\\n"; echo wrong >&2; printf "no end"; exit 3',
		);
		const end = await run([path, '$(date); *', 'two words']);
		assert.deepEqual(end, {name: 'ended', status: 3, unsaid: 0} satisfies ProgramEnd);
		assert.deepEqual([...said].sort(), ['2 $(date); * two words', 'no end', 'red über', 'wrong']);
	});

	test('that cannot be started says why', async t => {
		const {space, run} = world(t);
		const bare = space.path('bare');
		writeFileSync(bare, 'echo nothing says which shell reads this\n');
		const missing = space.path('missing');
		assert.deepEqual(await run([missing]), {name: 'refused', why: `no such program: ${missing}`});
		assert.deepEqual(await run(['tortui-has-no-such-program']), {
			name: 'refused',
			why: 'no such program: tortui-has-no-such-program',
		});
		assert.deepEqual(await run([bare]), {name: 'refused', why: `not executable: ${bare}: try chmod +x`});
		chmodSync(bare, 0o755);
		assert.equal((await run([bare])).name, 'ended', 'then the shell of the system reads it');
		assert.match(((await run([space.dir])) as {why: string}).why, /not executable/);
		const endless = await run(['/bin/true'], 1000, {...process.env, LONG: 'x'.repeat(3_000_000)});
		assert.match((endless as {why: string}).why, /cannot be told so much/);
		assert.equal((await run([''])).name, 'refused');
		assert.equal((await run(['/bin/echo', 'a\0b'])).name, 'refused');
	});

	test('that hangs is ended in time with all that it has started', async t => {
		const {space, script, run} = world(t);
		const end = await run([script(`sleep 1000 & echo $! > ${space.path('pid')}; wait`)], 500);
		assert.equal(end.name, 'late');
		await isGone(Number(readFileSync(space.path('pid'), 'utf8')));
	});

	test('that does not want to end has to', async t => {
		const {space, said, stopping, script} = world(t);
		const waiting: Array<{readonly delay: number; readonly callback: () => void}> = [];
		// Time that passes when the test says so.
		const clock = {
			...machineClock,
			after(delay: number, callback: () => void) {
				const timer = {delay, callback};
				waiting.push(timer);
				return {clear: () => void waiting.splice(waiting.indexOf(timer), 1)};
			},
		};
		const path = script(`trap '' TERM; echo ready; while :; do sleep 0.05; done`);
		const ended = runProgram({
			words: [path],
			env: process.env,
			timeout: 600_000,
			clock,
			signal: stopping.signal,
			said: line => said.push(line),
		});
		await until('it runs', 10_000, () => said.includes('ready') || undefined);
		waiting.find(({delay}) => delay === 600_000)!.callback();
		const grace = await until('it is waited for', 10_000, () => waiting.find(({delay}) => delay === 5000));
		grace.callback();
		const last = setInterval(() => waiting.find(({delay}) => delay < 1000)?.callback(), 20);
		space.defer(() => clearInterval(last));
		assert.equal((await ended).name, 'late');
	});

	test('that leaves somebody behind is over when it ends, and whom it left lives on', async t => {
		const {space, script, run} = world(t);
		const end = await run([script(`sleep 30 & echo $! > ${space.path('pid')}`)]);
		assert.equal(end.name, 'ended');
		const pid = Number(readFileSync(space.path('pid'), 'utf8'));
		assert.ok(existsSync(`/proc/${pid}`));
		process.kill(pid, 'SIGKILL');
	});

	test('that prints without end costs no more than a few lines', async t => {
		const {said, script, run} = world(t);
		const before = process.memoryUsage().rss;
		const end = await run([script('head -c 20000000 /dev/zero | tr "\\0" "x"; echo; seq 1 100000')]);
		assert.equal(end.name, 'ended');
		assert.equal(said.length, 20);
		assert.ok(said.every(line => line.length <= 300));
		assert.ok((end as {unsaid: number}).unsaid > 20_000_000);
		assert.ok(process.memoryUsage().rss - before < 60_000_000);
	});

	test('that prints for ever is ended in time', async t => {
		const {script, run} = world(t);
		const end = await run([script('yes')], 700);
		assert.equal(end.name, 'late');
	});

	test('is asked to end when the engine does', async t => {
		const {said, stopping, script, run} = world(t);
		const ended = run([script("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done")]);
		await until('it runs', 10_000, () => said.includes('ready') || undefined);
		stopping.abort();
		assert.equal((await ended).name, 'stopped');
		assert.ok(said.includes('bye'));
	});
});
