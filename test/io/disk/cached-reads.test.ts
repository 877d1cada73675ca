import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {appendFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {CachedReads, processInputs} from '../../../source/io/disk/cached-reads.js';
import {ReadHandles} from '../../../source/io/disk/read-handles.js';
import {StreamReader} from '../../../source/io/disk/torrent-reader.js';
import {FileLayout} from '../../../source/io/files/file-layout.js';
import {geometryOf} from '../../../source/policy/pieces/piece-geometry.js';
import {makeTorrent, TestDisk} from '../torrent-on-disk.js';

const mebibyte = 2 ** 20;
const disk = new TestDisk();
after(() => disk.close());

/** What is read where it is believed, by a count of the disk's inputs and a clock that stand still until they are turned. */
function hand() {
	const now = {inputs: 0 as number | undefined, time: 0};
	const cached = new CachedReads({count: () => now.inputs, now: () => now.time});
	const believe = () => {
		for (let n = 0; n < 64; n++) cached.wasRead(mebibyte / 4);
	};
	return {now, cached, believe};
}

test('what is read quickly, with nothing from any disk, is believed to be in memory', () => {
	const {now, cached} = hand();
	for (let n = 0; n < 63; n++) {
		now.time += 3;
		cached.wasRead(mebibyte / 4);
		assert.equal(cached.isBelieved, false);
	}
	cached.wasRead(mebibyte / 4);
	assert.equal(cached.isBelieved, true);
});

test('what is read slowly is not: nobody would gain, and nobody knows', () => {
	const {now, cached} = hand();
	for (let n = 0; n < 1000; n++) {
		now.time += 5;
		cached.wasRead(mebibyte / 4);
	}
	assert.equal(cached.isBelieved, false);
});

test('one read from a disk meanwhile is enough to doubt it, and where nobody counts those it is never believed', () => {
	const {now, cached, believe} = hand();
	cached.wasRead(mebibyte);
	now.inputs = 8;
	believe();
	assert.equal(cached.isBelieved, false);
	believe();
	assert.equal(cached.isBelieved, true);
	const uncounted = hand();
	uncounted.now.inputs = undefined;
	uncounted.believe();
	uncounted.believe();
	assert.equal(uncounted.cached.isBelieved, false);
});

test('the first read on the loop that came from a disk is the last one, for a second', () => {
	const {now, cached, believe} = hand();
	believe();
	for (let n = 0; n < 100; n++) cached.wasReadAtOnce(mebibyte / 4, now.time);
	assert.equal(cached.isBelieved, true);
	now.inputs = 512;
	cached.wasReadAtOnce(mebibyte / 4, now.time);
	assert.equal(cached.isBelieved, false);
	now.time += 999;
	believe();
	assert.equal(cached.isBelieved, false);
	now.time += 1;
	believe();
	assert.equal(cached.isBelieved, true);
});

test('small reads are looked at together, and one that took long by itself', () => {
	const {now, cached, believe} = hand();
	believe();
	now.inputs = 1;
	for (let n = 0; n < 15; n++) cached.wasReadAtOnce(16_384, now.time);
	assert.equal(cached.isBelieved, true);
	cached.wasReadAtOnce(16_384, now.time);
	assert.equal(cached.isBelieved, false);
	const long = hand();
	long.believe();
	long.now.time = 40;
	long.cached.wasReadAtOnce(16_384, 0);
	assert.equal(long.cached.isBelieved, true, 'a busy machine has other programs run for as long');
	long.now.time = 145;
	long.cached.wasReadAtOnce(16_384, 40);
	assert.equal(long.cached.isBelieved, false);
});

test('what nobody has read for half a second may have gone from memory', () => {
	const {now, cached, believe} = hand();
	believe();
	now.time += 501;
	assert.equal(cached.isBelieved, false);
});

/** A file of 100,000 bytes behind another, whole, that is believed to be in memory. */
async function believed(isLocal = true) {
	const dir = join(disk.root, `believed-${Math.random()}`);
	const torrent = disk.open(
		makeTorrent(
			[
				['a', 40_000],
				['b', 100_000],
			],
			32_768,
		),
		{dir},
	);
	await torrent.storeAll();
	await torrent.storage.flush();
	const stamps = await torrent.storage.stamps();
	const {metainfo} = torrent;
	const layout = FileLayout.of(metainfo, geometryOf(metainfo), {dir, partPath: join(dir, 'part')});
	layout.placed.fill(1);
	const {cached, now, believe} = hand();
	const handles = new ReadHandles(4, () => isLocal);
	const reader = new StreamReader(handles, layout, cached);
	reader.expect(stamps);
	const read = (position: number): Promise<string | undefined> =>
		new Promise(resolve => reader.read(position, [new Uint8Array(1000)], failure => resolve(failure?.code)));
	await read(0);
	await read(50_000);
	believe();
	const atOnce = (position: number, length = 1000): boolean => {
		const views = [new Uint8Array(length / 2), new Uint8Array(length / 2)];
		const was = reader.readCached(position, views);
		const expected = torrent.data.subarray(position, position + length);
		if (was) assert.deepEqual(Buffer.concat(views), expected);
		return was;
	};
	// Where it lies is asked once, and told later.
	assert.equal(atOnce(50_000), false);
	assert.equal(atOnce(0), false);
	const located = async (): Promise<void> => {
		for (let turn = 0; turn < 1000 && handles.openLocal(join(dir, 'b')) === undefined; turn++) await read(0);
	};
	await located();
	return {
		reader,
		atOnce,
		read,
		cached,
		now,
		believe,
		path: join(dir, 'b'),
		close: () => torrent.storage.close(),
	};
}

test('what is believed to be in memory is read at once, with its own bytes, wherever it is in its file', async () => {
	const {atOnce, close} = await believed();
	assert.equal(atOnce(50_000), true);
	assert.equal(atOnce(40_000), true);
	assert.equal(atOnce(0), true);
	assert.equal(atOnce(139_000), true);
	await close();
});

test('what lies in two files, or behind the last, is left to who asks the system', async () => {
	const {atOnce, cached, close} = await believed();
	assert.equal(atOnce(39_500), false);
	assert.equal(atOnce(139_800, 200), true);
	assert.equal(cached.isBelieved, true);
	await close();
});

test('a file of another machine is never read at once, and others are not believed for a while', async () => {
	const {atOnce, cached, close} = await believed(false);
	assert.equal(atOnce(50_000), false);
	assert.equal(cached.isBelieved, false);
	await close();
});

test('a file that somebody else has written to is not read at once, and its reader is told so', async () => {
	const {atOnce, read, path, reader, close} = await believed();
	assert.equal(atOnce(50_000), true);
	appendFileSync(path, 'more');
	reader.expectFile(0, {size: 40_000, mtime: 1});
	// Files are believed for a moment after each look.
	const end = performance.now() + 10_000;
	while (atOnce(50_000) && performance.now() < end);
	assert.equal(atOnce(50_000), false);
	assert.equal(await read(50_000), 'changed');
	await close();
});

test('while files move nothing is read at once', async () => {
	const {atOnce, reader, close} = await believed();
	reader.hold();
	assert.equal(reader.isCached, false);
	assert.equal(atOnce(50_000), false);
	reader.release();
	assert.equal(atOnce(50_000), true);
	await close();
});

test('Linux counts what a process reads from a disk, and not what was in memory', t => {
	const path = join(disk.root, 'counted');
	writeFileSync(path, Buffer.alloc(mebibyte, 1));
	const {status, stdout} = spawnSync('stat', ['-f', '-c', '%T', path], {encoding: 'utf8'});
	if (processInputs.count() === undefined || status !== 0) return t.skip('nobody counts here');
	if (stdout.trim() !== 'ext2/ext3') return t.skip(`what is temporary lies in ${stdout.trim()}`);
	spawnSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']);
	const script = `const {fsRead} = process.resourceUsage();
		require('fs').readFileSync(process.argv[1]);
		const first = process.resourceUsage().fsRead;
		require('fs').readFileSync(process.argv[1]);
		console.log(first - fsRead, process.resourceUsage().fsRead - first);`;
	const told = spawnSync(process.execPath, ['-e', script, path], {encoding: 'utf8'}).stdout.trim().split(' ');
	assert.ok(Number(told[0]) >= 2048, `${told[0]} blocks of 512 bytes`);
	assert.equal(told[1], '0');
});
