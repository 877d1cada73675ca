import assert from 'node:assert/strict';
import {createHash, hash} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {HashTrees} from '../../../source/policy/hashes/hash-trees.js';
import {blockLength, makeMerkleTorrent, noise, TestDisk} from '../torrent-on-disk.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const shared = new TestDisk();
after(() => shared.close());

let folders = 0;
const place = (): string => join(shared.root, `downloads${folders++}`);

/** Every sort of file: of several pieces, of one, of a few blocks, of one block, of a byte, of none. */
const files = [
	['t/long', 3 * 65_536 + 20_000],
	['t/empty', 0],
	['t/one', 65_536],
	['t/few', 40_000],
	['t/block', blockLength],
	['t/byte', 1],
	['t/last', 65_536 + 1],
	['t/none', 0],
] as const;

const digestsOf = (bytes: Uint8Array, length: number): Buffer =>
	Buffer.concat(
		Array.from({length: Math.ceil(bytes.length / blockLength)}, (_, n) =>
			createHash('sha256')
				.update(bytes.subarray(n * blockLength, (n + 1) * blockLength))
				.digest()
				.subarray(0, length),
		),
	);

for (const version of ['2', 'hybrid'] as const) {
	for (const tail of version === '2' ? [false] : [false, true]) {
		const name =
			version === '2' ? 'a v2 torrent' : `a hybrid ${tail ? 'padded to its end' : 'with pad files'}`;

		test(`files of every size of ${name} arrive byte for byte, and nothing of what pads them`, async () => {
			const dir = place();
			const torrent = shared.open(makeMerkleTorrent(files, 65_536, version, {tail}), {dir});
			assert.equal(await torrent.storage.createEmptyFiles(), undefined);
			await torrent.storeAll();
			assert.equal(await torrent.check(), 'x'.repeat(torrent.metainfo.pieceCount));
			const names = readdirSync(join(dir, 't'));
			assert.deepEqual(names.sort(), ['block', 'byte', 'empty', 'few', 'last', 'long', 'none', 'one']);
			for (const [file, {pad}] of torrent.metainfo.files.entries()) {
				if (!pad) assert.deepEqual(torrent.onDisk(file), torrent.expected(file), `file ${file}`);
			}
			// What lies between the files is zeros to whoever asks.
			assert.deepEqual(
				await torrent.read(3 * 65_536, [65_536]),
				torrent.data.subarray(3 * 65_536, 4 * 65_536),
			);
			await torrent.storage.close();
		});

		test(`what is wrong with ${name} is told block by block by SHA-256, and not written`, async () => {
			const dir = place();
			const torrent = shared.open(makeMerkleTorrent(files, 65_536, version, {tail}), {dir});
			const bad = Buffer.from(torrent.piece(3));
			bad[17_000]! ^= 1;
			const outcome = await torrent.store(3, bad);
			assert.equal(outcome.type, 'wrong');
			const digests = outcome.type === 'wrong' ? Buffer.from(outcome.digests) : Buffer.alloc(0);
			assert.deepEqual(digests.subarray(0, 40), digestsOf(bad.subarray(0, 20_000), 20));
			assert.equal(digests.length, Math.ceil(bad.length / blockLength) * 20);
			await torrent.storeAll();
			assert.deepEqual(
				Buffer.from((await torrent.storage.blockDigests(3))!).subarray(0, 40),
				digestsOf(torrent.piece(3).subarray(0, 20_000), 20),
			);
			const few = torrent.metainfo.files.findIndex(({path}) => path.at(-1) === 'few');
			const damaged = torrent.expected(few);
			damaged[39_999]! ^= 1;
			writeFileSync(torrent.path(few), damaged);
			const wrong = torrent.metainfo.files[few]!.offset / 65_536;
			assert.equal((await torrent.check()).indexOf('.'), wrong);
			await torrent.storage.close();
		});

		test(`hashes of blocks of ${name} are made from what is on the disk`, async () => {
			const dir = place();
			const made = makeMerkleTorrent(files, 65_536, version, {tail});
			const trees = new HashTrees(made.metainfo, sha256);
			const torrent = shared.open(made, {dir, hashes: trees.memory});
			assert.equal(await torrent.storage.leafHashes?.(0), undefined, 'it is not there yet');
			await torrent.storeAll();
			for (const {offset, length, pad} of made.metainfo.files) {
				if (pad || length === 0) continue;
				for (let at = 0; at < length; at += 65_536) {
					const piece = (offset + at) / 65_536;
					const leaves = await torrent.storage.leafHashes?.(piece);
					const bytes = made.data.subarray(offset + at, offset + Math.min(length, at + 65_536));
					assert.deepEqual(Buffer.from(leaves!), digestsOf(bytes, 32), `piece ${piece}`);
					if (leaves!.length > 32) assert.equal(trees.addLeaves(piece, leaves!), true, `piece ${piece}`);
				}
			}
			await torrent.storage.close();
		});
	}
}

test('pieces of a v2 torrent whose hashes came later are judged by them in the same threads', async () => {
	const dir = place();
	const sizes = [['t/a', 700 * blockLength]] as const;
	const made = makeMerkleTorrent(sizes, blockLength, '2', {layers: false});
	const whole = new HashTrees(makeMerkleTorrent(sizes, blockLength, '2').metainfo, sha256);
	const trees = new HashTrees(made.metainfo, sha256);
	const torrent = shared.open(made, {dir, hashes: trees.memory});
	assert.equal((await torrent.store(5)).type, 'wrong');
	const [first, second] = [...trees.missing()].map(({range}) => range);
	assert.equal(trees.add(first!, whole.read(first!)!).kind, 'added');
	assert.equal((await torrent.store(5)).type, 'stored');
	assert.equal((await torrent.store(600)).type, 'wrong');
	assert.equal(trees.add(second!, whole.read(second!)!).kind, 'added');
	assert.equal((await torrent.store(600)).type, 'stored');
	assert.equal((await torrent.store(601, noise(blockLength, 9))).type, 'wrong');
	assert.equal(await torrent.check([5, 6, 600]), `${' '.repeat(5)}x.${' '.repeat(593)}x${' '.repeat(99)}`);
	await torrent.storage.close();
});

test('a hybrid is judged by v1 alone while its v2 hashes are not known, and by both then', async () => {
	const dir = place();
	const made = makeMerkleTorrent([['t/a', 5 * 65_536]], 65_536, 'hybrid', {layers: false});
	const trees = new HashTrees(made.metainfo, sha256);
	const torrent = shared.open(made, {dir, hashes: trees.memory});
	assert.equal((await torrent.store(0)).type, 'stored');
	assert.equal((await torrent.store(1, noise(65_536, 9))).type, 'wrong');
	const whole = new HashTrees(makeMerkleTorrent([['t/a', 5 * 65_536]], 65_536, 'hybrid').metainfo, sha256);
	const {range} = [...trees.missing()][0]!;
	assert.equal(trees.add(range, whole.read(range)!).kind, 'added');
	assert.equal((await torrent.store(1)).type, 'stored');
	assert.equal((await torrent.store(2, noise(65_536, 9))).type, 'wrong');
	await torrent.storage.close();
});

for (const [half, what] of [
	['v2', 'right by v1 and wrong by v2'],
	['v1', 'wrong by v1 and right by v2'],
] as const) {
	test(`a piece that is ${what} shows that the halves are of different data, stored or checked`, async () => {
		const dir = place();
		const sizes = [
			['t/a', 3 * 65_536],
			['t/b', 1000],
		] as const;
		const {metainfo, data} = makeMerkleTorrent(sizes, 65_536, 'hybrid');
		const other = makeMerkleTorrent(sizes, 65_536, 'hybrid', {seed: 2});
		const mixed =
			half === 'v2'
				? {...other.metainfo, pieceHashes: metainfo.pieceHashes}
				: {
						...metainfo,
						pieceHashes: other.metainfo.pieceHashes,
					};
		const torrent = shared.open({metainfo: mixed, data}, {dir});
		for (const piece of [0, 3]) {
			const outcome = await torrent.store(piece);
			const failure = outcome.type === 'failed' ? outcome.failure : undefined;
			assert.equal(failure?.code, 'contradictory');
			assert.match(failure!.message, /^v1 and v2 do not describe the same data/);
		}
		assert.equal((await torrent.store(1, noise(65_536, 77))).type, 'wrong');
		const good = shared.open({metainfo, data}, {dir});
		await good.storeAll();
		await good.storage.close();
		assert.deepEqual(readFileSync(good.path(0)), data.subarray(0, 3 * 65_536));
		const checked = await torrent.storage.check([0, 1, 2, 3], () => {}).done;
		assert.equal(checked?.code, 'contradictory');
		await torrent.storage.close();
	});
}

for (const layers of [true, false]) {
	test(`what somebody sends in the place of padding makes no hybrid piece wrong, nor its halves differ, ${layers ? 'by both hashes' : 'by v1 alone'}`, async () => {
		const dir = place();
		const sizes = [
			['t/a', 65_536 + 20_000],
			['t/b', 1000],
		] as const;
		const made = makeMerkleTorrent(sizes, 65_536, 'hybrid', {tail: true, layers});
		const torrent = shared.open(made, {dir});
		for (const piece of [1, 2]) {
			const bytes = Buffer.from(torrent.piece(piece));
			bytes.fill(7, piece === 1 ? 20_000 : 1000);
			assert.equal((await torrent.store(piece, bytes)).type, 'stored', `piece ${piece}`);
			bytes[500]! ^= 1;
			assert.equal((await torrent.store(piece, bytes)).type, 'wrong', `piece ${piece}`);
		}
		assert.equal((await torrent.store(0)).type, 'stored');
		for (const file of [0, 2]) assert.deepEqual(torrent.onDisk(file), torrent.expected(file));
		assert.equal(await torrent.check(), 'xxx');
		await torrent.storage.close();
	});
}
