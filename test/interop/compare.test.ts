import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {resolve} from 'node:path';
import {test} from 'node:test';
import {until} from '../helpers/deadline.ts';
import {findProgram, Running} from '../helpers/processes.ts';
import {build} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const root = resolve(import.meta.dirname, '../..');
const skip = findProgram('aria2c') === undefined ? 'aria2c not installed' : false;

function startCompare(space: Workspace, ...words: readonly string[]): Running {
	build();
	const args = ['--import=tsx', 'test/bench/all.ts', '--compare=aria2', ...words];
	return new Running(space, process.execPath, args, {cwd: root});
}

/** Folders that a comparison has made, and programs that know them. */
function leftBehind({child}: Running): string[] {
	const name = `tortui-compare-${child.pid}-`;
	const folders = ['/dev/shm', tmpdir()].flatMap(folder => {
		try {
			return readdirSync(folder).filter(entry => entry.startsWith(name));
		} catch {
			return [];
		}
	});
	const programs = readdirSync('/proc').filter(pid => {
		try {
			return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(name);
		} catch {
			return false;
		}
	});
	return [...folders, ...programs];
}

test('4 MiB are measured with one client beside tortui, and nothing is left behind', {skip}, async t => {
	const compare = startCompare(new Workspace(t), '--rows=small,recheck', '--runs=1', '--size=4');
	assert.equal((await compare.end(100_000)).code, 0, compare.tail());
	assert.match(compare.stdout, /^tortui .*1\/1$/m);
	assert.match(compare.stdout, /^aria2 .*1\/1$/m);
	assert.match(compare.stdout, /^\| 4 MiB: launch to complete \| \*{0,2}\d+\.\d\d s.*\| \*{0,2}\d+\.\d\d s/m);
	assert.match(compare.stdout, /^\| recheck of 4 MiB \| /m);
	assert.deepEqual(leftBehind(compare), []);
});

test('who interrupts a comparison finds nothing of it any more', {skip}, async t => {
	const compare = startCompare(new Workspace(t), '--rows=small', '--runs=100', '--size=4');
	await until('a client to run', 60_000, () => leftBehind(compare).some(name => /^\d+$/.test(name)));
	compare.child.kill('SIGINT');
	assert.equal((await compare.end(20_000)).code, 130);
	await until('all to be gone', 20_000, () => leftBehind(compare).length === 0);
});

test('a client that there is not is told with the package that brings it', {skip}, async t => {
	build();
	const space = new Workspace(t);
	const args = [
		'--import=tsx',
		'test/bench/all.ts',
		'--compare=rtorrent',
		'--rows=recheck',
		'--runs=1',
		'--size=1',
	];
	const compare = new Running(space, process.execPath, args, {cwd: root, env: {PATH: space.folder('empty')}});
	assert.equal((await compare.end(100_000)).code, 0, compare.tail());
	assert.match(compare.stdout, /^rtorrent: rtorrent is not installed; it comes with the package rtorrent$/m);
	assert.match(compare.stdout, /^tortui .*1\/1|^tortui /m);
});
