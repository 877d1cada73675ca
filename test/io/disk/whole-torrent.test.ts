import assert from 'node:assert/strict';
import {existsSync, mkdirSync, truncateSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, test} from 'node:test';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {DiskThread} from '../../../source/io/disk/worker-thread.js';
import {fileOwner} from '../../../source/policy/session/file-ownership.js';
import {makeTorrent, TestDisk, type TestTorrent} from '../torrent-on-disk.js';

const disk = new TestDisk();
after(() => disk.close());

const torrent = makeTorrent(
	[
		['t/a', 40_000],
		['t/b', 70_000],
	],
	32_768,
);
let folders = 0;

/** Opened again by a session that knows it to be whole, as it is. */
async function whole(id = `whole${folders}`): Promise<TestTorrent> {
	const dir = join(disk.root, `whole${folders++}`);
	const first = disk.open(torrent, {id, dir});
	await first.storeAll();
	await first.storage.close();
	const again = disk.open(torrent, {id, dir, isWhole: true});
	again.storage.own?.(Uint8Array.of(fileOwner.made, fileOwner.made));
	return again;
}

test('what is whole is read, looked at, flushed and closed without any thread hearing of it', async t => {
	const {storage, read} = await whole().then(found => ({
		storage: found.storage,
		read: () => found.read(0, [20_000, 90_000]),
	}));
	const said = t.mock.method(DiskThread.prototype, 'post');
	assert.deepEqual(await read(), torrent.data.subarray(0, 110_000));
	assert.equal((await storage.stamps())[1]?.size, 70_000);
	assert.equal(await storage.setWanted(Uint8Array.of(1, 1)), undefined);
	assert.equal(await storage.createEmptyFiles(), undefined);
	assert.equal(await storage.flush(), undefined);
	await storage.close();
	assert.equal(said.mock.callCount(), 0);
});

test('a check finds what is wrong in it, and what is missing is stored', async () => {
	const found = await whole();
	truncateSync(found.path(1), 60_000);
	assert.equal(await found.check(), 'xxx.');
	assert.deepEqual(await found.store(3), {type: 'stored'});
	assert.deepEqual(found.onDisk(1), found.expected(1));
	await found.storage.close();
});

test('pieces are stored, digests told and files not wanted any more as by one that was heard of before', async () => {
	for (const begin of [
		async ({storage}: TestTorrent) => assert.equal((await storage.blockDigests(0))?.length, 40),
		async (found: TestTorrent) => assert.deepEqual(await found.store(0), {type: 'stored'}),
		async ({storage}: TestTorrent) => assert.equal(await storage.setWanted(Uint8Array.of(0, 1)), undefined),
	]) {
		const found = await whole();
		await begin(found);
		assert.equal(await found.check(), 'xxxx');
		assert.deepEqual(await found.read(0, [110_000]), torrent.data.subarray(0, 110_000));
		await found.storage.close();
	}
});

test('it moves, and whoever hears of it only then finds it at its new place', async () => {
	const found = await whole();
	const dir = join(disk.root, 'moved');
	assert.equal(await found.storage.move(dir, () => {}), undefined);
	assert.equal(await found.storage.rename(1, ['t', 'other']), undefined);
	assert.ok(existsSync(join(dir, 't', 'other')));
	assert.deepEqual(await found.read(40_000, [70_000]), torrent.data.subarray(40_000, 110_000));
	assert.equal(await found.check(), 'xxxx');
	await found.storage.close();
});

test('who hears of it while it moves finds it at its new place', async t => {
	const found = await whole();
	const said = t.mock.method(DiskThread.prototype, 'post');
	const dir = join(disk.root, 'moved meanwhile');
	let allocated: unknown;
	const moved = found.storage.move(dir, () => {}, {
		async leaving() {
			allocated = found.storage.allocate();
			while (said.mock.callCount() === 0) await nextTurn();
		},
		async arrived() {},
		signal: new AbortController().signal,
	});
	assert.deepEqual(await Promise.all([moved, allocated]), [undefined, undefined]);
	assert.equal(await found.check(), 'xxxx');
	assert.deepEqual(await found.store(3), {type: 'stored'});
	assert.equal(existsSync(found.path(1)), false);
	await found.storage.close();
});

test('a part file that a crash has left is taken away when it is said what is wanted', async () => {
	const found = await whole('left');
	mkdirSync(dirname(disk.part('left')), {recursive: true});
	writeFileSync(disk.part('left'), 'rest');
	assert.equal(await found.storage.setWanted(Uint8Array.of(1, 1)), undefined);
	assert.equal(existsSync(disk.part('left')), false);
	await found.storage.close();
});
