import assert from 'node:assert/strict';
import {existsSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {blockLength, makeTorrent, TestDisk} from '../torrent-on-disk.js';

const disk = new TestDisk();
after(() => disk.close());

let folders = 0;
const folder = (): string => join(disk.root, `downloads${folders++}`);

// Pieces of 32 KiB: 0 is a, 1 is a and b, 2 is b, c and d, 3 is d, 4 is d and e.
const files = [
	['t/a', 40_000],
	['t/b', 30_000],
	['t/c', 1000],
	['t/d', 70_000],
	['t/e', 10_000],
] as const;

test('files that are not wanted are never made; what shares a piece with them is kept and read back', async () => {
	const torrent = disk.open(makeTorrent(files, 32_768), {
		id: 'shares',
		dir: folder(),
		wanted: [1, 0, 0, 0, 1],
	});
	await torrent.storeAll([0, 1, 4]);
	assert.deepEqual(
		files.map((_, file) => torrent.onDisk(file)?.equals(torrent.expected(file))),
		[true, undefined, undefined, undefined, true],
	);
	for (const piece of [0, 1, 4]) {
		const bytes = torrent.piece(piece);
		assert.deepEqual(await torrent.read(piece * 32_768, [bytes.length]), bytes, `piece ${piece}`);
	}

	assert.equal(await torrent.check(), 'xx..x');
	assert.ok(statSync(disk.part('shares')).blocks * 512 < 100_000);
	await torrent.storage.close();
});

test('a file that becomes wanted takes over what the part file holds of it', async () => {
	const torrent = disk.open(makeTorrent(files, 32_768), {
		id: 'takes',
		dir: folder(),
		wanted: [1, 0, 0, 0, 1],
	});
	await torrent.storeAll([0, 1, 4]);
	assert.equal(await torrent.storage.setWanted(Uint8Array.of(1, 1, 0, 1, 1)), undefined);
	assert.equal(await torrent.check(), 'xx..x');
	assert.equal(existsSync(torrent.path(2)), false);
	await torrent.storeAll([2, 3]);
	assert.equal(await torrent.check(), 'xxxxx');
	assert.equal(existsSync(torrent.path(2)), false);
	assert.equal(existsSync(disk.part('takes')), true);
	assert.equal(await torrent.storage.setWanted(Uint8Array.of(1, 1, 1, 1, 1)), undefined);
	for (const file of files.keys())
		assert.deepEqual(torrent.onDisk(file), torrent.expected(file), `file ${file}`);
	assert.equal(existsSync(disk.part('takes')), false);
	assert.equal(await torrent.check(), 'xxxxx');
	await torrent.storage.close();
});

test('the part file is found again in the next session', async () => {
	const made = makeTorrent(files, 32_768);
	const dir = folder();
	const first = disk.open(made, {id: 'again', dir, wanted: [0, 1, 0, 0, 0]});
	await first.storeAll([1, 2]);
	await first.storage.close();
	const second = disk.open(made, {id: 'again', dir, wanted: [0, 1, 0, 0, 0]});
	assert.deepEqual(await second.read(32_768, [40_000]), made.data.subarray(32_768, 72_768));
	assert.equal(await second.check(), '.xx..');
	assert.equal(await second.storage.setWanted(Uint8Array.of(1, 1, 1, 1, 1)), undefined);
	assert.equal(await second.check(), '.xx..');
	await second.remove();
	assert.equal(existsSync(disk.part('again')), false);
});

test('a file that is there already is used although it is not wanted', async () => {
	const made = makeTorrent(files, 32_768);
	const dir = folder();
	const first = disk.open(made, {id: 'there', dir});
	await first.storeAll();
	await first.storage.close();
	const second = disk.open(made, {id: 'there', dir, wanted: [1, 0, 0, 0, 1]});
	assert.deepEqual(await second.read(0, [made.data.length]), made.data);
	assert.equal(await second.check(), 'xxxxx');
	assert.equal(existsSync(disk.part('there')), false);
	await second.storage.close();
});

test('a file that is no longer wanted before it was made goes to the part file', async () => {
	const torrent = disk.open(makeTorrent(files, 32_768), {id: 'leaves', dir: folder()});
	assert.equal(await torrent.storage.setWanted(Uint8Array.of(1, 0, 0, 0, 0)), undefined);
	await torrent.storeAll([0, 1]);
	assert.equal(existsSync(torrent.path(1)), false);
	assert.equal(await torrent.check(), 'xx...');
	await torrent.storage.close();
});

test('a piece that nobody wants any more when it is whole goes to its files', async () => {
	const torrent = disk.open(makeTorrent(files, 32_768), {id: 'late', dir: folder(), wanted: [1, 0, 0, 0, 0]});
	await torrent.storeAll([1, 3]);
	assert.equal(await torrent.check(), '.x.x.');
	assert.equal(await torrent.storage.setWanted(Uint8Array.of(1, 1, 1, 1, 1)), undefined);
	assert.equal(await torrent.check(), '.x.x.');
	await torrent.storage.close();
});

test('blocks of a shared piece that come early go where the piece goes', async () => {
	const torrent = disk.open(makeTorrent(files, 32_768), {
		id: 'early',
		dir: folder(),
		wanted: [1, 0, 0, 0, 0],
	});
	const slots = torrent.fill(torrent.piece(1));
	assert.equal(await torrent.storage.storeBlocks(1, [0, 1], slots), undefined);
	assert.equal(existsSync(torrent.path(1)), false);
	assert.equal((await torrent.store(1, torrent.piece(1), [0, 1])).type, 'stored');
	assert.equal(await torrent.check([1]), ' x   ');
	assert.equal(disk.pool.free, disk.pool.capacity);
	await torrent.storage.close();
});

test('zeros that were had stay had when their file becomes wanted', async () => {
	const made = makeTorrent(
		[
			['t/a', 20_000],
			['t/zeros', 12_768 + 32_768],
		],
		32_768,
		0,
	);
	const torrent = disk.open(made, {id: 'zeros', dir: folder(), wanted: [1, 0]});
	await torrent.storeAll([0]);
	assert.equal(await torrent.storage.setWanted(Uint8Array.of(1, 1)), undefined);
	assert.equal(await torrent.check(), 'x.');
	assert.deepEqual(await torrent.read(20_000, [12_768]), torrent.data.subarray(20_000, 32_768));
	await torrent.storage.close();
});

test('what a wanted file holds is never overwritten by an old part file', async () => {
	const made = makeTorrent(files, 32_768);
	const dir = folder();
	const first = disk.open(made, {id: 'old', dir, wanted: [1, 0, 0, 0, 0]});
	// Half a piece, of which nobody knows whether it is right.
	const slots = first.fill(Buffer.alloc(32_768, 1));
	assert.equal(await first.storage.storeBlocks(1, [0, 1], slots), undefined);
	await first.storage.setWanted(Uint8Array.of(1, 1, 0, 0, 0));
	await first.storeAll([1]);
	await first.storage.close();
	const second = disk.open(made, {id: 'old', dir, wanted: [1, 1, 0, 0, 0]});
	assert.equal(await second.check(), '.x...');
	assert.deepEqual(await second.read(32_768, [32_768]), second.piece(1));
	await second.storage.close();
});

test('pad files are in neither place', async () => {
	const made = makeTorrent(
		[
			['t/a', 10_000],
			['t/pad', 2 * blockLength - 10_000, {pad: true}],
			['t/b', 30_000],
		],
		2 * blockLength,
	);
	const torrent = disk.open(made, {id: 'pads', dir: folder(), wanted: [0, 0, 1]});
	await torrent.storeAll([1]);
	assert.equal(existsSync(disk.part('pads')), false);
	assert.equal(await torrent.storage.setWanted(Uint8Array.of(1, 0, 1)), undefined);
	await torrent.storeAll([0]);
	assert.equal(await torrent.check(), 'xx');
	await torrent.storage.close();
});

test('a file that cannot be made stays in the part file, with a plain line, until it can', async () => {
	const dir = folder();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 20_000],
				['t/x/b', 20_000],
			],
			32_768,
		),
		{
			id: 'blocked',
			dir,
			wanted: [1, 0],
		},
	);
	await torrent.storeAll([0]);
	writeFileSync(join(dir, 't/x'), 'in the way');
	const failure = await torrent.storage.setWanted(Uint8Array.of(1, 1));
	assert.match(failure?.message ?? '', /^a file is where a folder should be: /);
	assert.deepEqual(await torrent.read(20_000, [12_768]), torrent.data.subarray(20_000, 32_768));
	rmSync(join(dir, 't/x'));
	assert.equal(await torrent.storage.setWanted(Uint8Array.of(1, 1)), undefined);
	await torrent.storeAll([1]);
	assert.deepEqual(torrent.onDisk(1), torrent.expected(1));
	await torrent.storage.close();
});
