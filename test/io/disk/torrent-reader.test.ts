import assert from 'node:assert/strict';
import fs, {appendFileSync} from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {join} from 'node:path';
import {after, type TestContext, test} from 'node:test';
import type {StorageFailure} from '../../../source/io/disk/storage.js';
import {makeTorrent, TestDisk} from '../torrent-on-disk.js';

const disk = new TestDisk();
after(() => disk.close());
let folders = 0;

/** A file of 100,000 bytes that is whole and expected to stay so, and reads of it that are begun at once. */
async function wholeFile() {
	const dir = join(disk.root, `downloads${folders++}`);
	const torrent = disk.open(makeTorrent([['a', 100_000]], 32_768), {dir});
	const {storage} = torrent;
	await torrent.storeAll();
	await storage.flush();
	storage.expect(await storage.stamps());
	const read = (position: number): Promise<readonly [StorageFailure | undefined, Uint8Array]> => {
		const bytes = new Uint8Array(1000);
		return new Promise(resolve => storage.read(position, [bytes], failure => resolve([failure, bytes])));
	};
	const readMany = () => Promise.all(Array.from({length: 50}, (_, n) => read(n * 1500)));
	return {storage, path: join(dir, 'a'), readMany, expected: torrent.expected(0)};
}

/** Counts how often the system is asked what a file is. */
function countLooks(test: TestContext): () => number {
	const looks = test.mock.method(fs, 'stat');
	syncBuiltinESMExports();
	test.after(() => {
		looks.mock.restore();
		syncBuiltinESMExports();
	});
	return () => looks.mock.callCount();
}

test('those who read a file at the same time wait for one look at it, and each gets its own bytes', async t => {
	const {storage, readMany, expected} = await wholeFile();
	const looks = countLooks(t);
	for (const [n, [failure, bytes]] of (await readMany()).entries()) {
		assert.equal(failure, undefined);
		assert.deepEqual(Buffer.from(bytes), Buffer.from(expected.subarray(n * 1500, n * 1500 + 1000)));
	}
	assert.equal(looks(), 1);
	await storage.close();
});

test('a look that finds the file changed fails everybody who waits for it', async () => {
	const {storage, path, readMany} = await wholeFile();
	appendFileSync(path, 'more');
	for (const [failure] of await readMany()) assert.equal(failure?.code, 'changed');
	await storage.close();
});

test('a look that began before another state was expected answers nobody who reads after', async t => {
	const {storage, readMany} = await wholeFile();
	const looks = countLooks(t);
	const before = readMany();
	storage.expect([{size: 5, mtime: 5}]);
	const then = readMany();
	await before;
	for (const [failure] of await then) assert.equal(failure?.code, 'changed');
	assert.equal(looks(), 2);
	await storage.close();
});
