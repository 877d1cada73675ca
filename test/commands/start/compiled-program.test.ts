import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import * as zlib from 'node:zlib';
import {CompiledProgram} from '../../../source/commands/start/compiled-program.js';
import {withUsualFlags} from '../../../source/commands/start/late-flags.js';
import {Workspace} from '../../helpers/workspace.js';

const text = `
	exports.answer = () => 42;
	exports.where = __filename;
	exports.base = require('node:path').basename(__dirname);
	exports.beside = () => module.importHere('./beside.mjs');
`;

/** Where there is no quick checksum, as in the first of Node.js 20, nothing is kept. */
const skip = 'crc32' in zlib ? false : 'this Node.js has no crc32';

interface Loaded {
	answer(): number;
	readonly where: string;
	readonly base: string;
	beside(): Promise<{readonly name: string}>;
}

async function place(t: TestContext) {
	const folder = new Workspace(t).dir;
	const path = join(folder, 'program.js');
	await writeFile(path, text);
	await writeFile(join(folder, 'beside.mjs'), "export const name = 'beside';");
	const cache = join(folder, 'cache');
	const program = (use = 'get') => new CompiledProgram(path, cache, use);
	/** The file of a use, once there is one. */
	const kept = async (use = 'get') => {
		const [name = ''] = await readdir(cache).catch(() => []);
		return join(cache, name, use);
	};
	/** Runs it as a start does, and answers whether what was kept was taken. */
	const isTaken = async (use?: string) => {
		const before = await stat(await kept(use)).catch(() => undefined);
		const run = program(use);
		// A start is over before a flag is set; who else is in this process may have set some.
		assert.equal((withUsualFlags(() => run.load()) as Loaded).answer(), 42);
		run.keep();
		const after = await stat(await kept(use)).catch(() => undefined);
		return before !== undefined && before.ino === after?.ino;
	};
	return {folder, path, cache, program, kept, isTaken};
}

test('runs a file as require does', async t => {
	const {path, folder, program} = await place(t);
	const loaded = program().load() as Loaded;
	assert.equal(loaded.answer(), 42);
	assert.equal(loaded.where, path);
	assert.equal(loaded.base, folder.split('/').at(-1));
	assert.equal((await loaded.beside()).name, 'beside');
});

test('takes in the next run what was compiled in one', {skip}, async t => {
	const {isTaken} = await place(t);
	assert.equal(await isTaken(), false);
	assert.equal(await isTaken(), true);
	assert.equal(await isTaken(), true);
});

test('keeps what was called, and not only what was loaded', {skip}, async t => {
	const {path, program, kept} = await place(t);
	const long = Array.from({length: 200}, (_, index) => `value = value * ${index} + other;`).join('\n');
	await writeFile(path, `exports.work = other => { let value = 1;\n${long}\nreturn value; };`);
	const size = async (use: string) => (await stat(await kept(use))).size;
	const idle = program('idle');
	idle.load();
	idle.keep();
	const busy = program('busy');
	(busy.load() as {work(other: number): number}).work(2);
	busy.keep();
	assert.ok((await size('busy')) > (await size('idle')) + 1000);
});

test('keeps apart what runs of several kinds need', {skip}, async t => {
	const {isTaken} = await place(t);
	await isTaken('get');
	assert.equal(await isTaken('list'), false);
	assert.equal(await isTaken('get'), true);
});

test('takes of a run that failed what there is nothing better for', {skip}, async t => {
	const {isTaken, kept, program} = await place(t);
	const isThere = async (name: string) => existsSync(await kept(name));
	const failed = program();
	withUsualFlags(() => failed.load());
	failed.keep(false);
	assert.deepEqual([await isThere('get.failed'), await isThere('get')], [true, false]);
	const before = (await stat(await kept('get.failed'))).ino;
	const again = program();
	withUsualFlags(() => again.load());
	again.keep(false);
	assert.equal((await stat(await kept('get.failed'))).ino, before, 'it was taken');
	assert.equal(await isTaken(), false);
	assert.equal(await isTaken(), true);
});

test('takes nothing that was made of another text of the same length', {skip}, async t => {
	const {path, isTaken, program} = await place(t);
	await isTaken();
	await writeFile(path, text.replace('42', '43'));
	assert.equal((program().load() as Loaded).answer(), 43);
	await writeFile(path, text);
	assert.equal(await isTaken(), true);
});

test('takes nothing that is damaged, cut or empty', {skip}, async t => {
	const {isTaken, kept} = await place(t);
	await isTaken();
	const whole = await readFile(await kept());
	for (const damaged of [
		whole.map((byte, index) => (index === whole.length - 9 ? byte ^ 1 : byte)),
		whole.subarray(0, -1),
		whole.subarray(0, 8),
		whole.subarray(0, 3),
		new Uint8Array(),
	]) {
		await writeFile(await kept(), damaged);
		assert.equal(await isTaken(), false);
		assert.equal(await isTaken(), true);
	}
});

test('takes nothing that others can write', {skip}, async t => {
	const {isTaken, kept} = await place(t);
	await isTaken();
	await chmod(await kept(), 0o666);
	assert.equal(await isTaken(), false);
	assert.equal((await stat(await kept())).mode & 0o777, 0o600);
	assert.equal((await stat(dirname(await kept()))).mode & 0o777, 0o700);
});

test('waits for nothing where a pipe is in the place of what is kept', {skip}, async t => {
	const {path, cache, kept, isTaken} = await place(t);
	await isTaken();
	const file = await kept();
	await rm(file);
	execFileSync('mkfifo', [file]);
	const module = new URL('../../../source/commands/start/compiled-program.ts', import.meta.url).href;
	const run = `import {CompiledProgram} from ${JSON.stringify(module)};
		console.log(new CompiledProgram(${JSON.stringify(path)}, ${JSON.stringify(cache)}, 'get').load().answer());`;
	const words = ['--import=tsx', '--input-type=module', '-e', run];
	// A process of its own: one that waits for a pipe can only be ended.
	const answer = execFileSync(process.execPath, words, {timeout: 60_000, killSignal: 'SIGKILL'});
	assert.equal(String(answer), '42\n');
});

test('runs where nothing can be kept', {skip}, async t => {
	const {cache, isTaken} = await place(t);
	await writeFile(cache, 'a file in its place');
	assert.equal(await isTaken(), false);
	assert.equal(await isTaken(), false);
	assert.equal(await readFile(cache, 'utf8'), 'a file in its place');
});

test('removes what was kept of a program that nobody runs any more', {skip}, async t => {
	const {cache, isTaken} = await place(t);
	const [old, young] = [join(cache, 'old'), join(cache, 'young')];
	await mkdir(old, {recursive: true});
	await mkdir(young);
	await writeFile(join(old, 'get'), 'of an old version');
	await utimes(old, 0, 0);
	await isTaken();
	const names = await readdir(cache);
	assert.ok(!names.includes('old') && names.includes('young') && names.length === 2);
});

test('keeps what few programs have compiled', {skip}, async t => {
	const {cache, isTaken} = await place(t);
	for (let n = 0; n < 12; n++) {
		await mkdir(join(cache, `other-${n}`), {recursive: true});
		await utimes(join(cache, `other-${n}`), new Date(), new Date(Date.now() - (20 - n) * 60_000));
	}
	await isTaken();
	const names = await readdir(cache);
	assert.equal(names.length, 8);
	assert.deepEqual(names.filter(name => name.startsWith('other-')).sort(), [
		'other-10',
		'other-11',
		'other-5',
		'other-6',
		'other-7',
		'other-8',
		'other-9',
	]);
});
