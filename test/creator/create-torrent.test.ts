import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {UserError} from '../../source/base/errors.js';
import {choosePieceLength, createTorrent} from '../../source/creator/create-torrent.js';
import {exactFold} from '../../source/protocol/metainfo/file-names.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {writtenPaths} from '../../source/protocol/metainfo/other-names.js';
import {bytesFrom} from '../helpers/torrents.ts';

function folder(context: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), 'tortui-creator-'));
	context.after(() => rmSync(dir, {recursive: true, force: true}));
	return dir;
}

/** Content that any language can make again: the high bits of a linear congruential generator. */
function content(seed: number, length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	let state = seed;
	for (let n = 0; n < length; n++) {
		// 31 bits times 31 bits do not fit in a double.
		state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
		bytes[n] = (state >>> 16) & 255;
	}

	return bytes;
}

/** Six files and a link: empty, tiny, of whole pieces, nested, executable, with letters beyond ASCII. */
function writeSet(dir: string): string {
	const root = join(dir, 'set');
	const files = [
		['a.bin', 100_000],
		['b.txt', 0],
		['c.dat', 1],
		['sub/x.bin', 65_536],
		['sub/deep/y', 16_385],
		['sub/Ünï.txt', 33_000],
	] as const;
	for (const [index, [path, length]] of files.entries()) {
		mkdirSync(dirname(join(root, path)), {recursive: true});
		writeFileSync(join(root, path), content(index + 1, length));
		chmodSync(join(root, path), index === 0 ? 0o755 : 0o644);
	}

	symlinkSync('sub/x.bin', join(root, 'link'));
	return root;
}

function write(dir: string, path: string, length = 5): void {
	mkdirSync(dirname(join(dir, path)), {recursive: true});
	writeFileSync(join(dir, path), bytesFrom(path, length));
}

const names = (metainfo: Metainfo): string[] =>
	metainfo.files.filter(({pad}) => !pad).map(({path}) => path.join('/'));

const rejects = (promise: Promise<unknown>, message: RegExp, exitStatus = 1): Promise<void> =>
	assert.rejects(
		promise,
		error =>
			error instanceof UserError &&
			message.test(error.message) &&
			error.exitStatus === exitStatus &&
			!error.message.includes('\n'),
	);

// libtorrent 2.0.8 loads these torrents, finds these hashes, and finds every piece right.
const expected = [
	['1', 'a0b39d1d28bb16b15b67ce9191a8b8ecb3cc8c28', undefined],
	['2', undefined, '9b40b52edf24e7f661e2dbde05d6d38eec1df21efbec9bcc2e5ad736f0faa0d9'],
	[
		'hybrid',
		'8462c5bb54942448cfe0b3f291343aedf97d0972',
		'35101729f6f857505b17ead5af9556ec62796a5a79d22303208bfc623435e944',
	],
] as const;

for (const [version, infoHash, infoHashV2] of expected) {
	test(`makes a torrent of a folder, version ${version}, as another client knows it`, async context => {
		const root = writeSet(folder(context));
		const {metainfo} = await createTorrent({path: root, version, pieceLength: 32_768});
		assert.deepEqual([metainfo.infoHash, metainfo.infoHashV2], [infoHash, infoHashV2]);
	});
}

test('is v1 unless told otherwise', async context => {
	const {metainfo} = await createTorrent({path: writeSet(folder(context)), pieceLength: 32_768});
	assert.equal(metainfo.version, '1');
	assert.equal(
		metainfo.files.some(({pad}) => pad),
		false,
	);
});

test('a hybrid has padding between files and none at the end', async context => {
	const root = writeSet(folder(context));
	const {metainfo} = await createTorrent({path: root, pieceLength: 32_768, version: 'hybrid'});
	assert.equal(metainfo.version, 'hybrid');
	assert.deepEqual(
		metainfo.files.map(({path, length, pad}) => `${pad ? 'pad' : path.slice(1).join('/')} ${length}`),
		[
			'a.bin 100000',
			'pad 31072',
			'b.txt 0',
			'c.dat 1',
			'pad 32767',
			'link 0',
			'sub/deep/y 16385',
			'pad 16383',
			'sub/x.bin 65536',
			'sub/Ünï.txt 33000',
		],
	);
	assert.deepEqual(metainfo.files[5]!.symlink, ['set', 'sub', 'x.bin']);
	assert.equal(metainfo.files[0]!.executable, true);
});

test('threads and no threads give the same torrent', async context => {
	const dir = folder(context);
	write(dir, 'big/one.bin', 35_000_000);
	write(dir, 'big/two.bin', 3_333_333);
	const told: number[] = [];
	const path = join(dir, 'big');
	const {bytes, metainfo} = await createTorrent({
		path,
		pieceLength: 65_536,
		onProgress: hashed => told.push(hashed),
	});
	assert.deepEqual(
		told,
		told.toSorted((a, b) => a - b),
	);
	assert.equal(told.at(-1), metainfo.length);
	const again = await createTorrent({path, pieceLength: 65_536});
	assert.deepEqual(again.bytes, bytes);
	// Each file by itself is small enough to be hashed without threads.
	write(dir, 'small.bin', 1_000_000);
	const alone = await createTorrent({path: join(dir, 'small.bin'), pieceLength: 65_536, version: '2'});
	mkdirSync(join(dir, 'both'));
	write(dir, 'both/zzz', 35_000_000);
	writeFileSync(join(dir, 'both', 'small.bin'), bytesFrom('small.bin', 1_000_000));
	const both = await createTorrent({path: join(dir, 'both'), pieceLength: 65_536, version: '2'});
	assert.deepEqual(both.metainfo.files[0]!.piecesRoot, alone.metainfo.files[0]!.piecesRoot);
});

test('writes what it is told and nothing else', async context => {
	const dir = folder(context);
	write(dir, 'a.bin', 20_000);
	const path = join(dir, 'a.bin');
	const {metainfo} = await createTorrent({
		path,
		trackers: [['http://a.example/announce', 'udp://b.example:1'], ['http://c.example/']],
		webSeeds: ['http://s.example/a.bin'],
		private: true,
		source: 'here',
		comment: 'hello',
		createdBy: 'test',
		creationDate: 1_700_000_000,
	});
	assert.deepEqual(metainfo.trackers, [
		['http://a.example/announce', 'udp://b.example:1'],
		['http://c.example/'],
	]);
	assert.deepEqual(
		[
			metainfo.webSeeds,
			metainfo.private,
			metainfo.source,
			metainfo.comment,
			metainfo.createdBy,
			metainfo.creationDate,
		],
		[['http://s.example/a.bin'], true, 'here', 'hello', 'test', 1_700_000_000],
	);
	assert.deepEqual(
		metainfo.files.map(file => file.path),
		[['a.bin']],
	);
	const {bytes} = await createTorrent({path});
	assert.doesNotMatch(Buffer.from(bytes).toString('latin1'), /announce|creat|comment|private|url-list/);
});

test('leaves out hidden files and what is excluded', async context => {
	const dir = folder(context);
	for (const path of [
		'a.txt',
		'.hidden',
		'.git/config',
		'sub/b.tmp',
		'sub/c.txt',
		'sub/deep/d.txt',
		'cache/e',
	]) {
		write(dir, `set/${path}`);
	}

	const made = async (options: object) =>
		names((await createTorrent({path: join(dir, 'set'), ...options})).metainfo).map(name => name.slice(4));
	assert.deepEqual(await made({}), ['a.txt', 'cache/e', 'sub/b.tmp', 'sub/c.txt', 'sub/deep/d.txt']);
	assert.deepEqual(await made({exclude: ['*.tmp', 'cache']}), ['a.txt', 'sub/c.txt', 'sub/deep/d.txt']);
	assert.deepEqual(await made({exclude: ['sub/*.txt', '[a-c]*']}), ['sub/deep/d.txt']);
	assert.deepEqual(await made({exclude: ['sub/**', '/a.txt']}), ['cache/e']);
	assert.deepEqual(await made({exclude: ['{cache,sub}/', './a.txt']}).catch(({code}) => code), 'empty');
	assert.deepEqual(await made({exclude: ['C.TXT', '/d.txt', 'deep/d.txt', '*.tmp', 'cache/']}), [
		'a.txt',
		'sub/deep/d.txt',
	]);
	await assert.rejects(made({exclude: ['{a,b}'.repeat(9)]}), {code: 'bad-pattern'});
	assert.deepEqual(await made({includeHidden: true, exclude: ['sub']}), [
		'.git/config',
		'.hidden',
		'a.txt',
		'cache/e',
	]);
});

test('chooses 1,000 to 2,000 pieces of 16 KiB to 16 MiB', () => {
	const mebibyte = 2 ** 20;
	assert.deepEqual([1, 16 * mebibyte, 700 * mebibyte, 4096 * mebibyte, 2 ** 40].map(choosePieceLength), [
		16_384,
		16_384,
		524_288,
		4 * mebibyte,
		16 * mebibyte,
	]);
	for (let length = 32 * mebibyte; length < 16_000 * mebibyte; length *= 1.37) {
		const pieces = length / choosePieceLength(length);
		assert.ok(pieces >= 1000 && pieces <= 2000, `${pieces} pieces`);
	}
});

test('says in one line what cannot be shared', async context => {
	const dir = folder(context);
	const path = join(dir, 'set');
	await rejects(createTorrent({path}), /no such file or folder/);
	mkdirSync(path);
	await rejects(createTorrent({path}), /holds no files/);
	writeFileSync(join(path, 'empty'), '');
	await rejects(createTorrent({path}), /all files in .* are empty/);
	await rejects(createTorrent({path: join(path, 'empty')}), /is empty/);
	write(path, 'data');
	await rejects(createTorrent({path, pieceLength: 20_000}), /piece length 20000 is not a power of two/, 2);
	await rejects(createTorrent({path, pieceLength: 2 ** 28}), /piece length/, 2);
	write(path, '_____padding_file_7_____');
	await rejects(createTorrent({path}), /others take a file of such a name for padding/);
	await createTorrent({path, exclude: ['_____padding_file_*']});
});

test('what cannot be in a torrent is left out and told', async context => {
	const dir = folder(context);
	const path = join(dir, 'set');
	write(path, 'data');
	write(path, '.secret');
	symlinkSync('nowhere', join(path, 'broken'));
	symlinkSync(dir, join(path, 'outside'));
	symlinkSync('circle', join(path, 'circle'));
	symlinkSync('.secret', join(path, 'to-hidden'));
	symlinkSync('to-hidden', join(path, 'to-to-hidden'));
	symlinkSync('data', join(path, 'to-data'));
	execFileSync('mkfifo', [join(path, 'pipe')]);
	const server = createServer().listen(join(path, 'socket'));
	context.after(() => server.close());
	await new Promise(resolve => server.once('listening', resolve));
	const told: string[] = [];
	const {metainfo} = await createTorrent({path, onSkipped: what => told.push(what.slice(path.length + 1))});
	assert.deepEqual(names(metainfo), ['set/data', 'set/to-data']);
	assert.deepEqual(metainfo.files[1]!.symlink, ['set', 'data']);
	assert.deepEqual(told.sort(), [
		'broken is a link that leads nowhere: left out',
		'circle is a link that leads nowhere: left out',
		'outside is a link that leads out of the folder: left out',
		'pipe is a pipe: left out',
		'socket is a socket: left out',
		'to-hidden is a link to what is not in the torrent: left out',
		'to-to-hidden is a link to what is not in the torrent: left out',
	]);
});

test('any name a disk can have goes into a torrent as it is', async context => {
	const path = join(folder(context), 'set');
	for (const name of ['back\\slash', 'new\nline', 'Readme', 'readme', 'é', 'e\u0301', 'x'.repeat(255)])
		write(path, name);
	writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.of(0x61, 0xff)]), 'x');
	if (readdirSync(path).length < 8) return context.skip('this file system cannot hold these names');
	for (const version of ['1', '2', 'hybrid'] as const) {
		const {metainfo} = await createTorrent({path, version});
		const written = writtenPaths(metainfo, exactFold)!.filter((_, file) => !metainfo.files[file]!.pad);
		assert.deepEqual(
			written.map(elements => elements[1]),
			['Readme', 'a\udcff', 'back\\slash', 'e\u0301', 'new\nline', 'readme', 'x'.repeat(255), 'é'],
		);
	}
});

test('a folder whose name is not UTF-8 is found as the command line gives it', async context => {
	const dir = folder(context);
	const bytes = Buffer.concat([Buffer.from(`${dir}/a`), Buffer.of(0xff)]);
	mkdirSync(bytes);
	writeFileSync(Buffer.concat([bytes, Buffer.from('/file')]), 'x');
	const {metainfo} = await createTorrent({path: bytes.toString()});
	assert.deepEqual(writtenPaths(metainfo, exactFold), [['a\udcff', 'file']]);
});

test('a file that cannot be read is named', async context => {
	if (process.getuid?.() === 0) return context.skip('root may read everything');
	const path = join(folder(context), 'set');
	write(path, 'locked');
	chmodSync(join(path, 'locked'), 0);
	await rejects(createTorrent({path}), /locked: not allowed to read it/);
});

for (const [how, change] of [
	['shrinks', (path: string) => truncateSync(path, 4_000_000)],
	['is touched', (path: string) => utimesSync(path, 1, 1)],
	['goes', (path: string) => rmSync(path)],
] as const) {
	test(`a file that ${how} while it is hashed is named`, async context => {
		const path = join(folder(context), 'set');
		write(path, 'big.bin', 8_000_000);
		let changed = false;
		const onProgress = () => {
			if (!changed) change(join(path, 'big.bin'));
			changed = true;
		};
		await rejects(createTorrent({path, onProgress}), /big\.bin changed while it was hashed/);
	});
}

test('can be stopped', async context => {
	const path = join(folder(context), 'big.bin');
	writeFileSync(path, bytesFrom('x', 8_000_000));
	const stop = new AbortController();
	const promise = createTorrent({
		path,
		signal: stop.signal,
		onProgress: () => stop.abort(new UserError('stopped', 'stopped', 130)),
	});
	await rejects(promise, /stopped/, 130);
});
