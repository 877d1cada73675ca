import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {undoMove} from '../../../source/io/files/undo-move.js';
import {geometryOf} from '../../../source/policy/pieces/piece-geometry.js';
import {within} from '../../helpers/deadline.ts';
import {makeTorrent, TestDisk} from '../torrent-on-disk.js';

const disk = new TestDisk();
after(() => disk.close());

let folders = 0;
const folder = (): string => join(disk.root, `downloads${folders++}`);

const files = [
	['t/a', 40_000],
	['t/deep/b', 100_000],
	['t/c', 5000],
] as const;

/** A folder on another file system than the test disk; undefined where there is none. */
function elsewhere(): string | undefined {
	try {
		const path = mkdtempSync('/dev/shm/tortui-test-');
		if (statSync(path).dev !== statSync(disk.root).dev) return path;
		rmSync(path, {recursive: true});
	} catch {}
	return undefined;
}

test('files move to another folder while pieces come and are read', async () => {
	const from = folder();
	const to = folder();
	const torrent = disk.open(makeTorrent(files, 32_768), {dir: from});
	await torrent.storeAll([0, 1]);
	writeFileSync(join(from, 't/deep/mine'), 'kept');
	const moving = torrent.storage.move(to, () => {});
	const [stored, read, checked, failure] = await Promise.all([
		torrent.store(2),
		torrent.read(0, [50_000]),
		torrent.check([0, 1]),
		moving,
	]);
	assert.equal(failure, undefined);
	assert.equal(stored.type, 'stored');
	assert.deepEqual(read, torrent.data.subarray(0, 50_000));
	assert.equal(checked.trim(), 'xx');
	assert.deepEqual(readdirSync(from, {recursive: true}).sort(), ['t', 't/deep', 't/deep/mine']);
	await torrent.storeAll([3, 4]);
	assert.equal(await torrent.check(), 'xxxxx');
	for (const [file, [path]] of files.entries()) {
		assert.deepEqual(readFileSync(join(to, path)), torrent.expected(file));
	}
	await torrent.remove();
	assert.deepEqual(readdirSync(to), []);
});

test('to another file system files are copied with their times and holes, told as they go, then deleted', async t => {
	const to = elsewhere();
	if (to === undefined) return t.skip('there is no second file system');
	t.after(() => rmSync(to, {recursive: true, force: true}));
	const from = folder();
	const made = makeTorrent([['t/a', 5_000_000], files[1]], 32_768);
	const torrent = disk.open(made, {dir: from});
	const last = made.metainfo.pieceCount - 1;
	await torrent.storeAll([0, 152, last]);
	const before = await torrent.storage.stamps();
	const told: number[] = [];
	const failure = await torrent.storage.move(to, (copied, total) => {
		told.push(copied);
		assert.equal(total, 5_000_000 + 100_000);
	});
	assert.equal(failure, undefined);
	assert.equal(told.at(-1), 5_100_000);
	assert.equal(told.length, 6);
	assert.equal(existsSync(join(from, 't')), false);
	const after = await torrent.storage.stamps();
	for (const [n, stamp] of after.entries()) {
		assert.equal(stamp?.size, before[n]?.size);
		assert.ok(Math.abs(stamp!.mtime - before[n]!.mtime) < 2);
	}
	assert.ok(statSync(join(to, 't/a')).blocks * 512 < 3_000_000);
	assert.equal((await torrent.check()).replaceAll('.', ''), 'xxx');
	await torrent.storage.close();
});

test('what is in the way stops a move before anything is moved', async () => {
	const from = folder();
	const to = folder();
	const torrent = disk.open(makeTorrent(files, 32_768), {dir: from});
	await torrent.storeAll();
	mkdirSync(join(to, 't'), {recursive: true});
	writeFileSync(join(to, 't/c'), 'mine');
	const failure = await torrent.storage.move(to, () => {});
	assert.equal(failure?.message, `already there: ${to}/t/c: move it away or choose another place`);
	assert.equal(readFileSync(join(to, 't/c'), 'utf8'), 'mine');
	assert.equal(await torrent.check(), 'xxxxx');
	rmSync(join(to, 't/c'));
	writeFileSync(join(to, 't/deep'), 'in the way');
	const second = await torrent.storage.move(to, () => {});
	assert.match(second?.message ?? '', /^a file is where a folder should be: /);
	assert.equal(await torrent.check(), 'xxxxx');
	assert.deepEqual(torrent.onDisk(0), torrent.expected(0));
	await torrent.storage.close();
});

test('a copy that fails is deleted and everything stays where it was', async t => {
	const to = elsewhere();
	if (to === undefined) return t.skip('there is no second file system');
	t.after(() => rmSync(to, {recursive: true, force: true}));
	const torrent = disk.open(makeTorrent(files, 32_768), {dir: folder()});
	await torrent.storeAll();
	mkdirSync(join(to, 't'));
	symlinkSync(disk.root, join(to, 't/deep'));
	const failure = await torrent.storage.move(to, () => {});
	assert.match(failure?.message ?? '', /^a symbolic link leads out of the download folder: /);
	assert.equal(existsSync(join(to, 't/a')), false);
	assert.equal(await torrent.check(), 'xxxxx');
	await torrent.storage.close();
});

for (const [when, what] of [
	['while the next is copied', 'edited'],
	['before the old ones are deleted', 'edited'],
	['before the old ones are deleted', 'replaced by another'],
] as const) {
	test(`a file that is ${what} ${when} stays where it was`, async t => {
		const to = elsewhere();
		if (to === undefined) return t.skip('there is no second file system');
		t.after(() => rmSync(to, {recursive: true, force: true}));
		const from = folder();
		const torrent = disk.open(makeTorrent(files, 32_768), {dir: from});
		await torrent.storeAll();
		const path = join(from, 't/a');
		let isDone = false;
		const edit = (): void => {
			if (isDone) return;
			isDone = true;
			if (what === 'edited') writeFileSync(path, 'edited', {flag: 'r+'});
			else {
				writeFileSync(`${path}.new`, 'edited');
				renameSync(`${path}.new`, path);
			}
		};
		const isEarly = when === 'while the next is copied';
		const failure = await torrent.storage.move(
			to,
			copied => {
				if (isEarly && copied > torrent.expected(0).length) edit();
			},
			{
				leaving: async () => {},
				arrived: async () => edit(),
				signal: new AbortController().signal,
			},
		);
		assert.ok(isDone);
		if (isEarly)
			assert.equal(failure?.message, `changed while it was copied: ${path}: move the torrent again`);
		else assert.equal(failure, undefined);
		assert.equal(readFileSync(path, 'utf8').slice(0, 6), 'edited');
		assert.equal(existsSync(join(to, 't/a')), !isEarly);
		// The others went as they should, or not at all.
		for (const other of ['t/c', 't/deep/b'].filter(name => files.some(([path]) => path === name)))
			assert.equal(existsSync(join(isEarly ? from : to, other)), true);
		await torrent.storage.close();
	});
}

test('a file can be given another name or folder, and is found there in the next session', async () => {
	const dir = folder();
	const made = makeTorrent(files, 32_768);
	const torrent = disk.open(made, {dir});
	await torrent.storeAll([0, 1, 2]);
	assert.equal(await torrent.storage.rename(1, ['t', 'new', 'name']), undefined);
	assert.equal(existsSync(join(dir, 't/deep')), false);
	await torrent.storeAll([3, 4]);
	assert.deepEqual(readFileSync(join(dir, 't/new/name')), torrent.expected(1));
	assert.equal(await torrent.check(), 'xxxxx');
	const taken = await torrent.storage.rename(1, ['t', 'c']);
	assert.equal(taken?.message, 'the torrent has a file or folder t/c already: choose another name');
	assert.notEqual(await torrent.storage.rename(1, ['t', 'c', 'd']), undefined);
	writeFileSync(join(dir, 't/mine'), 'kept');
	assert.match((await torrent.storage.rename(1, ['t', 'mine']))?.message ?? '', /^already there: /);
	await assert.rejects(torrent.storage.rename(1, ['..', 'x']), TypeError);
	await torrent.storage.close();
	const events = {stored() {}, wrong() {}, failed() {}};
	const again = disk.service.open(
		{
			metainfo: made.metainfo,
			map: geometryOf(made.metainfo),
			dir,
			wanted: Uint8Array.of(1, 1, 1),
			id: 'renamed',
			renamed: new Map([[1, ['t', 'new', 'name']]]),
		},
		events,
	);
	let right = 0;
	await again.check([0, 1, 2, 3, 4], (_, ok) => {
		if (ok) right++;
	}).done;
	assert.equal(right, 5);
	await again.close();
});

test('closing waits for a move', async () => {
	const from = folder();
	const to = folder();
	const torrent = disk.open(makeTorrent(files, 32_768), {dir: from});
	await torrent.storeAll();
	const moving = torrent.storage.move(to, () => {});
	await torrent.storage.close();
	assert.equal(await moving, undefined);
	assert.equal(existsSync(join(to, 't/a')), true);
	assert.notEqual(await torrent.storage.move(from, () => {}), undefined);
});

test('what a crash left at another place is brought back, and nothing else is touched', async () => {
	const here = folder();
	const there = folder();
	const made = makeTorrent([...files, ['t/d', 10]], 32_768);
	const at = (root: string, path: string): string => join(root, path);
	const put = (root: string, path: string, text: string): void => {
		mkdirSync(join(at(root, path), '..'), {recursive: true});
		writeFileSync(at(root, path), text);
	};
	put(here, 't/a', 'whole');
	// Half a copy, with a hole.
	put(there, 't/a', 'wh\0l');
	put(there, 't/deep/new name', 'moved');
	put(there, 't/c', 'was there before');
	const back = (): ReturnType<typeof undoMove> =>
		undoMove(
			made.metainfo,
			{dir: here, renamed: []},
			{dir: there, renamed: [[1, ['t', 'deep', 'new name']]]},
			[0, 1, 3],
		);
	assert.equal(await back(), undefined);
	assert.equal(readFileSync(at(here, 't/a'), 'utf8'), 'whole');
	assert.equal(readFileSync(at(here, 't/deep/b'), 'utf8'), 'moved');
	assert.deepEqual(readdirSync(there, {recursive: true}).sort(), ['t', 't/c']);
	assert.equal(await back(), undefined);

	put(there, 't/a', 'mine');
	assert.equal(await back(), undefined);
	assert.equal(readFileSync(at(there, 't/a'), 'utf8'), 'mine');

	symlinkSync(here, join(there, 't/deep'));
	put(here, 'new name', 'mine');
	const failure = await back();
	assert.match(failure?.message ?? '', /^a symbolic link leads out of the download folder: /);
	assert.equal(readFileSync(at(here, 'new name'), 'utf8'), 'mine');
});

test('a move tells the files that go before the first goes, and that all are there before the old ones are deleted', async t => {
	const far = elsewhere();
	if (far === undefined) t.diagnostic('there is no second file system: files are renamed only');
	else t.after(() => rmSync(far, {recursive: true, force: true}));
	for (const to of [folder(), ...(far === undefined ? [] : [far])]) {
		const from = folder();
		const torrent = disk.open(makeTorrent(files, 32_768), {dir: from});
		await torrent.storeAll([0, 4]);
		const told: string[] = [];
		const steps = {
			leaving: async (going: readonly number[]): Promise<void> => {
				told.push(`leaving ${going}`);
				assert.equal(existsSync(join(to, 't')), false);
			},
			arrived: async (): Promise<void> => {
				told.push(`arrived ${readdirSync(join(to, 't')).sort()}`);
				assert.equal(existsSync(join(from, 't/a')), to === far);
			},
			signal: new AbortController().signal,
		};
		assert.equal(await torrent.storage.move(to, () => {}, steps), undefined);
		assert.deepEqual(told, ['leaving 0,1,2', 'arrived a,c,deep']);
		assert.equal(existsSync(join(from, 't')), false);
		await torrent.storage.close();
	}
});

test('a pipe that somebody put in the place of a file is neither moved nor waited for', async t => {
	const to = elsewhere();
	if (to === undefined) return t.skip('there is no other file system');
	t.after(() => rmSync(to, {recursive: true, force: true}));
	for (const target of [to, folder()]) {
		const from = folder();
		const torrent = disk.open(makeTorrent(files, 32_768), {dir: from});
		await torrent.storeAll();
		rmSync(join(from, 't/a'));
		spawnSync('mkfifo', [join(from, 't/a')]);
		const failure = await within(
			10_000,
			'an answer',
			torrent.storage.move(target, () => {}),
		);
		assert.equal(
			failure?.message,
			`not a regular file: ${from}/t/a: move it away, then move the torrent again`,
		);
		assert.deepEqual(
			readdirSync(target === to ? to : from, {recursive: true})
				.map(String)
				.includes('t/a'),
			target !== to,
		);
		assert.deepEqual(torrent.onDisk(2), torrent.expected(2));
		rmSync(join(from, 't/a'));
		await torrent.storage.close();
	}
});
