import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {MadeFiles, readMade, writeMade} from '../../../source/io/ownership/made-files.ts';
import {within} from '../../helpers/deadline.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {makeTorrent, TestDisk} from '../torrent-on-disk.ts';

const disk = new TestDisk();
after(() => disk.close());

const stats = statSync(import.meta.filename);

test('notes of made files are read as they were written, and written anew whole', async t => {
	const path = new Workspace(t).path('notes');
	const made = new MadeFiles(path);
	made.note(3, stats);
	made.note(7, stats);
	const notes = await readMade(path);
	assert.deepEqual([...notes.keys()], [3, 7]);
	await writeMade(path, notes);
	assert.deepEqual(await readMade(path), notes);
	assert.equal(statSync(path).mode & 0o777, 0o600);
	await writeMade(path, new Map());
	assert.equal(existsSync(path), false);
});

test('a pipe, a folder or a link in the place of the notes is not waited for, and leads nowhere', async t => {
	const space = new Workspace(t);
	const path = space.path('notes');
	const mine = space.path('mine');
	writeFileSync(mine, 'mine');
	const notes = new Map([[1, {identity: '2 3'}]]);
	for (const plant of [
		() => spawnSync('mkfifo', [path]),
		() => mkdirSync(path),
		() => symlinkSync(mine, path),
	]) {
		plant();
		assert.equal((await within(5000, 'the notes', readMade(path))).size, 0);
		assert.throws(() => new MadeFiles(path).note(1, stats));
		await writeMade(path, notes).catch(() => {});
		assert.equal(readFileSync(mine, 'utf8'), 'mine');
		rmSync(path, {recursive: true, force: true});
	}
});

test('files that became pipes are not waited for when all is put on the disk, however many', async () => {
	const dir = join(disk.root, 'pipes');
	const files = Array.from({length: 6}, (_, n) => [`t/${n}`, 16_384] as const);
	const torrent = disk.open(makeTorrent(files, 16_384), {dir});
	await torrent.storeAll();
	for (const [path] of files) {
		rmSync(join(dir, path));
		spawnSync('mkfifo', [join(dir, path)]);
	}
	const failure = await within(10_000, 'the disk', torrent.storage.flush());
	assert.ok(failure !== undefined);
	await within(10_000, 'the end', torrent.storage.close());
	rmSync(dir, {recursive: true});
});
