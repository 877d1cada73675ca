import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {lockHolder, takeLock} from '../../../source/io/state/process-lock.ts';
import {until} from '../../helpers/deadline.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-lock-'));
after(() => rmSync(folder, {recursive: true}));

const racer = fileURLToPath(new URL('./lock-racer.ts', import.meta.url));

/** How often a process that races for a lock held it; what it complained of when it failed. */
function race(rounds: number): Promise<{held: number; complaint: string}> {
	return new Promise(resolve => {
		const tsx = `--import=${import.meta.resolve('tsx')}`;
		const child = spawn(process.execPath, [tsx, racer, folder, `${rounds}`]);
		let out = '';
		let complaint = '';
		child.stdout.on('data', chunk => (out += chunk));
		child.stderr.on('data', chunk => (complaint += chunk));
		child.on('close', () => resolve({held: Number(out), complaint}));
	});
}

test('processes that race for a lock hold it one at a time, and leave nothing behind', async () => {
	const racers = await Promise.all([race(1500), race(1500), race(1500)]);
	for (const {held, complaint} of racers) {
		assert.equal(complaint, '');
		assert(held > 0);
	}
	assert.deepEqual(readdirSync(join(folder, 'locks')), []);
});

test('a lock that is let go of twice does not take away its successor', () => {
	const locks = join(folder, 'twice');
	const first = takeLock(locks, 'x');
	assert('release' in first);
	first.release();
	const second = takeLock(locks, 'x');
	assert('release' in second);
	first.release();
	assert('pid' in takeLock(locks, 'x'));
	second.release();
	assert.deepEqual(readdirSync(locks), []);
});

test('who comes late with an old number does not take a lock that began anew', () => {
	const locks = join(folder, 'late');
	mkdirSync(locks);
	const holder = takeLock(locks, 'x');
	assert('release' in holder);
	// Left by one that was killed after it had seen number 6.
	writeFileSync(join(locks, 'x-7.lock'), '{"pid": 4194304, "began": "1"}');
	assert.deepEqual(readdirSync(locks).sort(), ['x-1.lock', 'x-7.lock']);
	assert.equal((takeLock(locks, 'x') as {pid?: number}).pid, process.pid);
	holder.release();
	const next = takeLock(locks, 'x');
	assert('release' in next);
	next.release();
	assert.deepEqual(readdirSync(locks), []);
});

const holder = (pid: number, began: string) => JSON.stringify({pid, began});

for (const [what, make] of [
	['an empty file', (path: string) => writeFileSync(path, '')],
	['bytes', (path: string) => writeFileSync(path, Buffer.from([0, 255, 128, 10]))],
	['a folder', (path: string) => mkdirSync(path)],
	['a folder with something in it', (path: string) => mkdirSync(join(path, 'x'), {recursive: true})],
	['a pipe', (path: string) => spawnSync('mkfifo', [path])],
	['a link that leads nowhere', (path: string) => symlinkSync('/nowhere/at/all', path)],
	['a link to something that never ends', (path: string) => symlinkSync('/dev/zero', path)],
	[
		'a process that has not said when it began',
		(path: string) => writeFileSync(path, holder(process.pid, '')),
	],
	['a process with a number that none has', (path: string) => writeFileSync(path, holder(2 ** 40, '1'))],
	['a process that began at another time', (path: string) => writeFileSync(path, holder(1, '1'))],
] as const) {
	for (const number of ['1', '007', '999999999', '1000000000', '999999999999999', '1234567890123456']) {
		test(`${what} under the name of lock ${number} holds nobody up`, () => {
			const locks = mkdtempSync(join(folder, 'junk-'));
			make(join(locks, `x-${number}.lock`));
			const first = takeLock(locks, 'x');
			assert('release' in first);
			assert.deepEqual(takeLock(locks, 'x'), lockHolder(locks, 'x'));
			assert.equal(lockHolder(locks, 'x')?.pid, process.pid);
			first.release();
			const second = takeLock(locks, 'x');
			assert('release' in second);
			second.release();
			assert.equal(lockHolder(locks, 'x'), undefined);
		});
	}
}

test('a process that was killed holds nothing, also while nobody has asked how it ended', {
	skip: process.platform !== 'linux',
}, async t => {
	// What the shell began dies, and who the shell has become asks about nobody.
	const child = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
	t.after(() => child.kill('SIGKILL'));
	const pid = Number(
		await new Promise(resolve => child.stdout.once('data', chunk => resolve(String(chunk)))),
	);
	const stat = () =>
		readFileSync(`/proc/${pid}/stat`, 'latin1')
			.replace(/^.*\) /, '')
			.split(' ');
	const locks = join(folder, 'killed');
	mkdirSync(locks);
	writeFileSync(join(locks, 'x-1.lock'), JSON.stringify({pid, began: stat()[19]}));
	assert.equal(lockHolder(locks, 'x')?.pid, pid);
	process.kill(pid, 'SIGKILL');
	await until('it is dead', 10_000, () => stat()[0] === 'Z');
	assert.equal(lockHolder(locks, 'x'), undefined);
});
