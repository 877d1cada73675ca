import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {UserError} from '../../../source/base/errors.js';
import {replaceFile} from '../../../source/io/files/replace-file.js';
import {checkNamedFile, writeNamedFile} from '../../../source/io/files/write-named-file.js';

const bytes = new Uint8Array(Buffer.from('what is written'));
const gently = {force: false, advice: 'choose another'};
const force = {force: true, advice: 'choose another'};
const text = (path: string): string => readFileSync(path, 'utf8');

function folder(context: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), 'tortui-written-'));
	context.after(() => rmSync(dir, {recursive: true, force: true}));
	return dir;
}

const refuses = (promise: Promise<unknown>, message: RegExp): Promise<void> =>
	assert.rejects(promise, error => error instanceof UserError && message.test(error.message));

test('a new file is written whole, and nothing is left beside it', async context => {
	const dir = folder(context);
	await writeNamedFile(join(dir, 'new'), bytes, gently);
	assert.equal(text(join(dir, 'new')), 'what is written');
	assert.equal(statSync(join(dir, 'new')).mode & 0o777, 0o666 & ~process.umask());
	assert.deepEqual(readdirSync(dir), ['new']);
});

test('a file that is there stays as it is', async context => {
	const dir = folder(context);
	writeFileSync(join(dir, 'mine'), 'mine');
	await refuses(checkNamedFile(join(dir, 'mine'), gently), /mine is there already: choose another/);
	await refuses(writeNamedFile(join(dir, 'mine'), bytes, gently), /mine is there already: choose another/);
	assert.equal(text(join(dir, 'mine')), 'mine');
	assert.deepEqual(readdirSync(dir), ['mine']);
});

test('a link is in the way too, whether it leads somewhere or nowhere', async context => {
	const dir = folder(context);
	writeFileSync(join(dir, 'mine'), 'mine');
	symlinkSync('mine', join(dir, 'link'));
	symlinkSync('nothing', join(dir, 'nowhere'));
	for (const name of ['link', 'nowhere']) {
		await refuses(checkNamedFile(join(dir, name), gently), /is there already/);
		await refuses(writeNamedFile(join(dir, name), bytes, gently), /is there already/);
	}
	assert.equal(text(join(dir, 'mine')), 'mine');
	assert.equal(existsSync(join(dir, 'nothing')), false);
});

test('by force a file is replaced; its mode, and a link to it, stay', async context => {
	const dir = folder(context);
	mkdirSync(join(dir, 'other'));
	writeFileSync(join(dir, 'other', 'mine'), 'mine');
	chmodSync(join(dir, 'other', 'mine'), 0o640);
	symlinkSync('other/mine', join(dir, 'link'));
	symlinkSync('other/new', join(dir, 'nowhere'));
	await writeNamedFile(join(dir, 'link'), bytes, force);
	await writeNamedFile(join(dir, 'nowhere'), bytes, force);
	assert.ok(lstatSync(join(dir, 'link')).isSymbolicLink());
	assert.equal(text(join(dir, 'other', 'mine')), 'what is written');
	assert.equal(text(join(dir, 'other', 'new')), 'what is written');
	assert.equal(statSync(join(dir, 'other', 'mine')).mode & 0o777, 0o640);
	assert.deepEqual(readdirSync(join(dir, 'other')).sort(), ['mine', 'new']);
});

test('a file of somebody else that is replaced stays theirs', async context => {
	if (process.getuid?.() !== 0) return context.skip('only root may give a file to somebody else');
	const path = join(folder(context), 'theirs');
	writeFileSync(path, 'theirs');
	chownSync(path, 65_534, 65_533);
	chmodSync(path, 0o604);
	await writeNamedFile(path, bytes, force);
	const {uid, gid, mode} = statSync(path);
	assert.deepEqual([text(path), uid, gid, mode & 0o777], ['what is written', 65_534, 65_533, 0o604]);
});

test('a device is written to, with or without force, and stays a device', async context => {
	const dir = folder(context);
	const device = join(dir, 'null');
	try {
		execFileSync('mknod', [device, 'c', '1', '3'], {stdio: 'pipe'});
		writeFileSync(device, 'x');
	} catch {
		return context.skip('this user may not make a device');
	}
	for (const rules of [gently, force]) {
		await checkNamedFile(device, rules);
		await writeNamedFile(device, bytes, rules);
		assert.ok(lstatSync(device).isCharacterDevice());
	}
	assert.deepEqual(readdirSync(dir), ['null']);
});

test('a pipe takes what is written, and stays a pipe', async context => {
	const dir = folder(context);
	const pipe = join(dir, 'pipe');
	execFileSync('mkfifo', [pipe]);
	const reader = spawn('cat', [pipe], {stdio: ['ignore', 'pipe', 'ignore']});
	context.after(() => reader.kill());
	const read = reader.stdout.toArray();
	await writeNamedFile(pipe, bytes, gently);
	assert.equal(Buffer.concat(await read).toString(), 'what is written');
	assert.ok(lstatSync(pipe).isFIFO());
});

test('what cannot be is said in words', async context => {
	const dir = folder(context);
	writeFileSync(join(dir, 'file'), '');
	await refuses(writeNamedFile(dir, bytes, force), /is a folder: name a file in it/);
	await refuses(writeNamedFile(join(dir, 'no', 'x'), bytes, gently), /its folder does not exist/);
	await refuses(checkNamedFile(join(dir, 'no', 'x'), gently), /its folder does not exist/);
	await refuses(writeNamedFile(join(dir, 'file', 'x'), bytes, gently), /what should be its folder is a file/);
	await refuses(writeNamedFile(join(dir, 'x'.repeat(256)), bytes, gently), /too long/);
	await writeNamedFile(join(dir, 'y'.repeat(255)), bytes, gently);
	assert.deepEqual(readdirSync(dir).sort(), ['file', 'y'.repeat(255)]);
});

test('a file of the state folder is not written through what somebody put in place of its temporary', async context => {
	const dir = folder(context);
	writeFileSync(join(dir, 'mine'), 'mine');
	symlinkSync('mine', join(dir, 'state.tmp'));
	await replaceFile(join(dir, 'state'), bytes);
	assert.equal(text(join(dir, 'mine')), 'mine');
	assert.equal(text(join(dir, 'state')), 'what is written');
	assert.deepEqual(readdirSync(dir).sort(), ['mine', 'state']);
});
