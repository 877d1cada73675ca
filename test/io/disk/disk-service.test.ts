import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {fileOwner} from '../../../source/policy/session/file-ownership.js';
import {blockHashes, pieceHash} from '../../../source/protocol/metainfo/merkle.js';
import {blockLength, describe, makeTorrent, noise, TestDisk} from '../torrent-on-disk.js';

const shared = new TestDisk();
after(() => shared.close());

/** A disk with an empty download folder; the threads are shared, for they take long to start. */
let folders = 0;
function place(): {dir: string; disk: TestDisk} {
	return {dir: join(shared.root, `downloads${folders++}`), disk: shared};
}

test('files of every size arrive byte for byte, in nested folders', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 40_000],
				['t/empty', 0],
				['t/deep/er/b', 1],
				['t/deep/c', 100_003],
				['t/d', 7],
				['t/also empty', 0],
			],
			32_768,
		),
		{dir},
	);
	assert.equal(await torrent.storage.createEmptyFiles(), undefined);
	await torrent.storeAll();
	for (const file of torrent.metainfo.files.keys()) {
		assert.deepEqual(torrent.onDisk(file), torrent.expected(file), `file ${file}`);
	}

	assert.equal(torrent.storage.written, 140_011);
	assert.equal(torrent.storage.waiting, 0);
	assert.equal(disk.pool.free, disk.pool.capacity);
	assert.equal(await torrent.check(), 'xxxxx');
	const all = await torrent.read(0, [20_000, 0, 20_001, 100_010]);
	assert.deepEqual(all, torrent.data);
	await torrent.storage.close();
});

test('thousands of small pieces in any order are stored', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 16_384 * 200 + 5]], 16_384, 3), {dir});
	const order = [...Array(201).keys()].sort((a, b) => ((a * 89) % 201) - ((b * 89) % 201));
	await torrent.storeAll(order);
	assert.deepEqual(torrent.onDisk(0), torrent.data);
	assert.equal(await torrent.check(), 'x'.repeat(201));
	await torrent.storage.close();
});

test('a piece whose slots lie scattered in the pool is stored in its own order', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 5 * blockLength]], 5 * blockLength), {dir});
	const taken = Array.from({length: 10}, () => disk.pool.take());
	for (const n of [9, 1, 5, 3, 7]) disk.pool.give(taken[n]!);
	await torrent.storeAll();
	assert.deepEqual(torrent.onDisk(0), torrent.data);
	for (const n of [0, 2, 4, 6, 8]) disk.pool.give(taken[n]!);
	await torrent.storage.close();
});

test('a wrong piece is not written, and tells the SHA-1 of each block', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 100_000]], 65_536), {dir});
	const bad = Buffer.from(torrent.piece(1));
	bad[20_000]! ^= 1;
	const outcome = await torrent.store(1, bad);
	assert.equal(outcome.type, 'wrong');
	const blocks = [bad.subarray(0, 16_384), bad.subarray(16_384, 32_768), bad.subarray(32_768)];
	const digests = blocks.map(block => createHash('sha1').update(block).digest());
	assert.deepEqual(outcome.type === 'wrong' && Buffer.from(outcome.digests), Buffer.concat(digests));
	assert.equal(existsSync(dir), false);
	assert.equal(disk.pool.free, disk.pool.capacity);
	assert.equal((await torrent.store(1)).type, 'stored');
	await torrent.storage.close();
});

test('right, wrong and unwritable pieces in one go are each told as what they are', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 4 * blockLength],
				['t/x/b', 2 * blockLength],
			],
			blockLength,
		),
		{dir},
	);
	mkdirSync(join(dir, 't'), {recursive: true});
	writeFileSync(join(dir, 't/x'), 'in the way');
	const zeros = Buffer.alloc(blockLength);
	const outcomes = await Promise.all([
		torrent.store(0),
		torrent.store(1, zeros),
		torrent.store(4),
		torrent.store(2),
		torrent.store(5, zeros),
		torrent.store(3),
	]);
	assert.deepEqual(
		outcomes.map(({type}) => type),
		['stored', 'wrong', 'failed', 'stored', 'wrong', 'stored'],
	);
	const failed = outcomes[2]!;
	assert.match(
		failed.type === 'failed' ? failed.failure.message : '',
		/^a file is where a folder should be: .*t\/x\/b: move it away, then resume$/,
	);
	rmSync(join(dir, 't/x'));
	assert.equal((await torrent.store(4)).type, 'stored');
	assert.equal(disk.pool.free, disk.pool.capacity);
	await torrent.storage.close();
});

test('blocks written early are read back when the rest of the piece comes', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 20_000],
				['t/b', 60_000],
			],
			65_536,
		),
		{dir},
	);
	const [one, two] = [1, 3].map(block => torrent.fill(torrent.piece(0))[block]!) as [number, number];
	// `fill` took every block of the piece; those not stored early go back.
	const before = disk.pool.capacity - disk.pool.free;
	assert.equal(before, 8);
	assert.equal(await torrent.storage.storeBlocks(0, [1, 3], [one, two]), undefined);
	assert.equal((await torrent.store(0, torrent.piece(0), [1, 3])).type, 'stored');
	await torrent.storeAll([1]);
	assert.deepEqual(torrent.onDisk(0), torrent.expected(0));
	assert.deepEqual(torrent.onDisk(1), torrent.expected(1));
	for (let slot = disk.pool.capacity - 8; slot < 0; slot++) disk.pool.give(slot);
	await torrent.storage.close();
});

test('a block that was written early and is gone makes its piece wrong', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 40_000]], 65_536), {dir});
	assert.equal((await torrent.store(0, torrent.piece(0), [1])).type, 'wrong');
	await torrent.storage.close();
});

test('offsets beyond 4 GiB are kept exactly, and cost no room', async () => {
	const {disk, dir} = place();
	const length = 5 * 2 ** 30 + 1000;
	const pieceLength = 2 ** 20;
	const tail = noise(1000, 9);
	const pieceCount = Math.ceil(length / pieceLength);
	const hashes = new Uint8Array(pieceCount * 20);
	hashes.set(createHash('sha1').update(tail).digest(), (pieceCount - 1) * 20);
	const file = {path: ['t', 'a'], length, offset: 0, pad: false, executable: false};
	const torrent = disk.open(
		{metainfo: describe([file], pieceLength, length, hashes), data: Buffer.alloc(0)},
		{dir},
	);
	assert.equal((await torrent.store(pieceCount - 1, tail)).type, 'stored');
	const stats = statSync(torrent.path(0));
	assert.equal(stats.size, length);
	assert.ok(stats.blocks * 512 < 2 ** 20);
	assert.deepEqual(await torrent.read(length - 1000, [1000]), tail);
	assert.match(await torrent.check([0, pieceCount - 1]), /^\. *x$/);
	await torrent.storage.close();
});

test('pad files read as zeros and are never written', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 10_000],
				['t/.pad/0', 6384, {pad: true}],
				['t/b', 5000],
				['t/.pad/1', 11_384, {pad: true}],
			],
			16_384,
		),
		{dir},
	);
	await torrent.storeAll();
	assert.equal(existsSync(join(dir, 't/.pad')), false);
	assert.deepEqual(await torrent.read(9000, [3000, 10_000]), torrent.data.subarray(9000, 22_000));
	assert.deepEqual(await torrent.read(12_000, [100]), Buffer.alloc(100));
	assert.equal(await torrent.check(), 'xx');
	await torrent.storage.close();
});

test('pieces of a v2 torrent are judged by their block trees, each ending with its file', async () => {
	const {disk, dir} = place();
	const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
	const pieceLength = 65_536;
	const long = noise(2 * pieceLength + 20_000, 4);
	const short = noise(40_000, 5);
	const layer = [0, 1, 2].map(n =>
		pieceHash(
			blockHashes(long.subarray(n * pieceLength, (n + 1) * pieceLength), sha256),
			pieceLength,
			false,
			sha256,
		),
	);
	const longRoot = new Uint8Array(32).fill(7);
	const files = [
		{
			path: ['t', 'long'],
			length: long.length,
			offset: 0,
			pad: false,
			executable: false,
			piecesRoot: longRoot,
		},
		{
			path: ['t', 'short'],
			length: short.length,
			offset: 3 * pieceLength,
			pad: false,
			executable: false,
			piecesRoot: pieceHash(blockHashes(short, sha256), pieceLength, true, sha256),
		},
	];
	const metainfo = {
		...describe(files, pieceLength, 3 * pieceLength + short.length, undefined),
		pieceLayers: new Map([['07'.repeat(32), Buffer.concat(layer)]]),
	};
	const torrent = disk.open({metainfo, data: Buffer.alloc(0)}, {dir});
	const bytes = [0, 1, 2].map(n => long.subarray(n * pieceLength, (n + 1) * pieceLength));
	for (const [piece, part] of [...bytes, short].entries()) {
		assert.equal((await torrent.store(piece, part)).type, 'stored', `piece ${piece}`);
	}

	assert.equal((await torrent.store(3, noise(40_000, 6))).type, 'wrong');
	assert.deepEqual(torrent.onDisk(0), long);
	assert.deepEqual(torrent.onDisk(1), short);
	assert.equal(await torrent.check(), 'xxxx');
	await torrent.storage.close();
});

/** So many files that their paths are put together in several turns; two of them have data. */
function crowd() {
	const empty = Array.from({length: 25_000}, (_, n) => [`t/empty/${n % 50}/${n}`, 0] as const);
	return makeTorrent([['t/first', 40_000], ...empty, ['t/last', 30_000]], 32_768);
}

test('what is asked of a torrent of very many files at once waits until the worker knows them', async () => {
	const {disk, dir} = place();
	const made = crowd();
	const {length} = made.metainfo.files;
	const torrent = disk.open(made, {dir});
	assert.deepEqual(await torrent.store(0), {type: 'stored'});
	await torrent.storeAll([1, 2]);
	assert.deepEqual(torrent.onDisk(length - 1), torrent.expected(length - 1));
	assert.equal(await torrent.storage.rename(5, ['t', 'other']), undefined);
	assert.equal(await torrent.check(), 'xxx');
	await torrent.storage.close();
	// Closed before anything else, it ends in order.
	await disk.open(made, {dir}).storage.close();
});

test('of a torrent of very many files nothing is read before it is known where its bytes are', async () => {
	const {disk, dir} = place();
	const made = crowd();
	const wanted = made.metainfo.files.map((_, file) => (file === 0 ? 1 : 0));
	const first = disk.open(made, {dir, id: 'crowd', wanted});
	await first.storeAll([0, 1]);
	await first.storage.close();
	const again = disk.open(made, {dir, id: 'crowd', wanted});
	const [bytes, checked] = await Promise.all([again.read(0, [65_536]), again.check()]);
	assert.deepEqual(bytes, made.data.subarray(0, 65_536));
	assert.equal(checked, 'xx.');
	await again.storage.close();
});

test('the blocks of a piece are told apart by digests as long as it is there and right', async () => {
	const {disk, dir} = place();
	// Read in three portions, and across two files.
	const pieceLength = 2_500_000;
	const made = makeTorrent(
		[
			['t/one', 1_500_000],
			['t/other', 1_100_000],
		],
		pieceLength,
	);
	const torrent = disk.open(made, {dir});
	assert.equal(await torrent.storage.blockDigests(0), undefined, 'it is not there yet');
	await torrent.storeAll();
	for (const piece of [0, 1]) {
		const bytes = torrent.piece(piece);
		const digests = Array.from({length: Math.ceil(bytes.length / blockLength)}, (_, block) =>
			createHash('sha1')
				.update(bytes.subarray(block * blockLength, (block + 1) * blockLength))
				.digest(),
		);
		assert.deepEqual(Buffer.from((await torrent.storage.blockDigests(piece))!), Buffer.concat(digests));
	}
	const damaged = torrent.expected(0);
	damaged[1_400_000]! ^= 1;
	writeFileSync(torrent.path(0), damaged);
	assert.equal(await torrent.storage.blockDigests(0), undefined, 'somebody has changed it since');
	await torrent.storage.close();
	assert.equal(await torrent.storage.blockDigests(1), undefined, 'the torrent is closed');
});

test('a check finds what was damaged, cut off or taken away', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 3 * blockLength],
				['t/b', 2 * blockLength],
				['t/c', 3 * blockLength],
			],
			blockLength,
		),
		{dir},
	);
	assert.equal(await torrent.check(), '........');
	assert.equal(existsSync(dir), false);
	await torrent.storeAll();
	assert.equal(await torrent.check(), 'xxxxxxxx');
	const bytes = readFileSync(torrent.path(0));
	bytes[blockLength + 1]! ^= 1;
	writeFileSync(torrent.path(0), bytes);
	rmSync(torrent.path(1));
	truncateSync(torrent.path(2), blockLength + 10);
	assert.equal(await torrent.check(), 'x.x..x..');
	assert.equal(await torrent.check([2, 5, 6]), '  x  x. ');
	await torrent.storage.close();
});

test('a check of large pieces reads them in parts', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 5_000_000]], 2 ** 21), {dir});
	mkdirSync(join(dir, 't'), {recursive: true});
	writeFileSync(torrent.path(0), torrent.data);
	assert.equal(await torrent.check(), 'xxx');
	truncateSync(torrent.path(0), 4_999_999);
	assert.equal(await torrent.check(), 'xx.');
	await torrent.storage.close();
});

test('a stopped check tells nothing more, and storing goes on beside one', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 4000 * 64]], 64), {dir});
	let told = 0;
	const checking = torrent.storage.check([...Array(4000).keys()], () => {
		told++;
		checking.stop();
	});
	const storing = torrent.store(7);
	await checking.done;
	assert.ok(told <= 1024, `${told} told`);
	assert.equal((await storing).type, 'stored');
	await torrent.storage.close();
});

test('reading what is not there says so, and works once it is', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 40_000]], 32_768), {dir});
	const failure = await torrent.read(0, [100]);
	assert.ok(!Buffer.isBuffer(failure) && failure.code === 'missing');
	assert.match(failure.message, /^missing: .*t\/a: bring it back or check the torrent, then resume$/);
	await torrent.storeAll([0]);
	const short = await torrent.read(32_768, [100]);
	assert.ok(!Buffer.isBuffer(short) && short.code === 'missing');
	await torrent.storeAll([1]);
	assert.deepEqual(await torrent.read(32_768, [100]), torrent.data.subarray(32_768, 32_868));
	await torrent.storage.close();
});

test('a symbolic link that leads out of the download folder is never written through', async () => {
	const {disk, dir} = place();
	const outside = join(disk.root, 'outside');
	mkdirSync(outside, {recursive: true});
	mkdirSync(join(dir, 't'), {recursive: true});
	writeFileSync(join(outside, 'victim'), 'precious');
	symlinkSync(join(outside, 'victim'), join(dir, 't/a'));
	symlinkSync(outside, join(dir, 't/folder'));
	mkdirSync(join(dir, 'inside'));
	symlinkSync('../inside', join(dir, 't/friend'));
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 100],
				['t/folder/b', 100],
				['t/friend/c', 100],
			],
			100,
		),
		{dir},
	);
	const [a, b, c] = await Promise.all([torrent.store(0), torrent.store(1), torrent.store(2)]);
	assert.match(
		a.type === 'failed' ? a.failure.message : '',
		/^a symbolic link is where a file should be: .*remove it/,
	);
	assert.match(
		b.type === 'failed' ? b.failure.message : '',
		/^a symbolic link leads out of the download folder: /,
	);
	assert.equal(c.type, 'stored');
	assert.equal(readFileSync(join(outside, 'victim'), 'utf8'), 'precious');
	assert.equal(existsSync(join(outside, 'b')), false);
	await torrent.remove();
	assert.equal(readFileSync(join(outside, 'victim'), 'utf8'), 'precious');
});

test('paths that were not sanitised are refused', () => {
	const {disk, dir} = place();
	for (const path of ['../a', 't/..', 't//a', './a', 't/\0']) {
		assert.throws(() => disk.open(makeTorrent([[path, 10]], 16_384), {dir}), TypeError, path);
	}

	const link = makeTorrent(
		[
			['t/a', 10],
			['t/link', 0, {symlink: ['..', 'outside']}],
		],
		16_384,
	);
	assert.throws(() => disk.open(link, {dir}), TypeError);
});

test('a file taken away behind our back is not made anew before somebody says that it is gone', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 3 * blockLength]], blockLength), {dir});
	await torrent.storeAll([0]);
	rmSync(torrent.path(0));
	const failure = await torrent.storage.flush();
	assert.match(failure?.message ?? '', /^missing: .*t\/a: bring it back/);
	const outcome = await torrent.store(1);
	assert.equal(outcome.type === 'failed' && outcome.failure.code, 'missing');
	assert.equal(existsSync(torrent.path(0)), false);
	torrent.storage.own!(Uint8Array.of(fileOwner.absent));
	assert.equal((await torrent.store(1)).type, 'stored');
	assert.equal(await torrent.check(), '.x.');
	await torrent.storage.close();
});

test('a download folder that vanished is not made anew however often one asks', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', blockLength],
				['t/b', blockLength],
			],
			blockLength,
		),
		{dir},
	);
	await torrent.storeAll([0]);
	rmSync(dir, {recursive: true});
	for (const _ of [1, 2, 3]) {
		const outcome = await torrent.store(1);
		assert.equal(outcome.type === 'failed' && outcome.failure.code, 'missing');
		assert.equal(
			outcome.type === 'failed' && outcome.failure.message,
			`folder is gone: ${dir}: bring it back, then resume`,
		);
	}
	assert.equal(existsSync(dir), false);
	await torrent.storage.close();
});

test('only a file of ours that is longer than it should be is cut, executables can be run, links point inside', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 50],
				['t/bin/run', 50, {executable: true}],
				['t/bin/link', 0, {symlink: ['t', 'a']}],
			],
			100,
		),
		{dir},
	);
	mkdirSync(join(dir, 't'), {recursive: true});
	writeFileSync(torrent.path(0), Buffer.alloc(200, 1));
	const refused = await torrent.store(0);
	assert.match(
		refused.type === 'failed' ? refused.failure.message : '',
		/^already there and not this torrent's: /,
	);
	assert.deepEqual(torrent.onDisk(0), Buffer.alloc(200, 1));
	torrent.storage.own!(Uint8Array.of(fileOwner.made, fileOwner.absent, fileOwner.absent));
	await torrent.storeAll();
	assert.equal(await torrent.storage.createEmptyFiles(), undefined);
	assert.equal(existsSync(join(dir, 't/bin/link')), false);
	assert.equal(await torrent.storage.createLinks(), undefined);
	assert.deepEqual(torrent.onDisk(0), torrent.expected(0));
	assert.deepEqual(torrent.onDisk(2), torrent.expected(0));
	assert.notEqual(statSync(torrent.path(1)).mode & 0o100, 0);
	await torrent.storage.close();
});

test('room can be taken up for wanted files before anything comes', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 9_000_000],
				['t/b', 100],
				['t/c', 100],
			],
			1_048_576,
		),
		{dir, wanted: [1, 1, 0]},
	);
	assert.equal(await torrent.storage.allocate(), undefined);
	assert.equal(statSync(torrent.path(0)).size, 9_000_000);
	assert.ok(statSync(torrent.path(0)).blocks * 512 >= 9_000_000);
	assert.equal(statSync(torrent.path(1)).size, 100);
	assert.equal(torrent.onDisk(2), undefined);
	for (let piece = 0; piece < 9; piece++) await torrent.storeAll([piece]);
	assert.equal(await torrent.storage.allocate(), undefined);
	assert.equal(await torrent.check(), 'xxxxxxxxx');
	await torrent.storage.close();
});

test('stamps tell size and time of what is there', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 100],
				['t/b', 100],
			],
			100,
		),
		{dir},
	);
	await torrent.storeAll([0]);
	assert.equal(await torrent.storage.flush(), undefined);
	const {size, mtimeMs} = statSync(torrent.path(0));
	const [first, second] = await torrent.storage.stamps();
	assert.deepEqual([first?.size, first?.mtime, second], [size, mtimeMs, undefined]);
	await torrent.storage.close();
});

test('removing deletes the files and the folders that are empty then, and nothing else', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(
		makeTorrent(
			[
				['t/a', 100],
				['t/deep/er/b', 100],
				['t/never/c', 100],
			],
			100,
		),
		{dir},
	);
	await torrent.storeAll([0, 1]);
	writeFileSync(join(dir, 't/deep/mine'), 'kept');
	await torrent.remove();
	assert.equal(existsSync(join(dir, 't/a')), false);
	assert.equal(existsSync(join(dir, 't/deep/er')), false);
	assert.equal(readFileSync(join(dir, 't/deep/mine'), 'utf8'), 'kept');
});

test('closing finishes what was begun', async () => {
	const {disk, dir} = place();
	const torrent = disk.open(makeTorrent([['t/a', 100 * blockLength]], blockLength), {dir});
	const storing = torrent.storeAll();
	await torrent.storage.close();
	await storing;
	assert.deepEqual(readFileSync(join(dir, 't/a')), torrent.data);
});
