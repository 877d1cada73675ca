import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {UserError} from '../../source/base/errors.js';
import {toHex} from '../../source/base/hex.js';
import {choosePieceLength, createTorrent} from '../../source/creator/create-torrent.js';
import {decodeBencode} from '../../source/protocol/bencode/bencode.js';
import {exactFold} from '../../source/protocol/metainfo/file-names.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {writtenPaths} from '../../source/protocol/metainfo/other-names.js';
import {bytesFrom} from '../helpers/torrents.ts';
import {content, drawTree, writeTree} from './content-trees.ts';

function folder(context: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), 'tortui-creator-'));
	context.after(() => rmSync(dir, {recursive: true, force: true}));
	return dir;
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
		'967995dd6ba7f886a6319e762ff087b2e5d797a0',
		'74aff0858a1f79a87b41c2da0ece377433318a66d98c0abf74679b3453430970',
	],
] as const;

for (const [version, infoHash, infoHashV2] of expected) {
	test(`makes a torrent of a folder, version ${version}, as another client knows it`, async context => {
		const root = writeSet(folder(context));
		const {metainfo} = await createTorrent({path: root, version, pieceLength: 32_768});
		assert.deepEqual([metainfo.infoHash, metainfo.infoHashV2], [infoHash, infoHashV2]);
	});
}

// Names, lengths and modes of all kinds: mktorrent 1.1 and libtorrent 2.0.8 make torrents with these hashes of them.
const drawn: ReadonlyArray<readonly [seed: number, mktorrent: string, v2: string, hybrid: string]> = [
	[
		21,
		'1ff15bcad0148fc40a45e288aa11e3df84830e28',
		'2dc0edda22fc7aa38b19837e9a1498be4fe30b939bac134aa2b495160b69a6a0',
		'84b20c43683577800c03d0b7e0aad57b07571d74',
	],
	[
		22,
		'ebd22b91b54a4c95be339c101746f954617ac585',
		'b4c5e9c5b9665184d291158c9e9ec84476fe2db6bcb3f0111d70b5682f6899ab',
		'3da74298f1ce31acc510c67b2df73c4af91aa53a',
	],
	[
		23,
		'760fc0d3bc16ca927d9ad39d89db4813c57f714b',
		'205880fae224d6c5fc005db360311674545a82b8d2714896a8a3c68a3efbf4e8',
		'5e3262b408e32267fcdca272f19105302b41b566',
	],
];

for (const [seed, mktorrent, v2, hybrid] of drawn) {
	test(`tree ${seed} has the info-hashes that other programs give it`, async context => {
		const path = join(folder(context), `tree ${seed}`);
		writeTree(path, drawTree(seed));
		const usual = {path, pieceLength: 32_768, includeHidden: true};
		const v1 = await createTorrent({...usual, executable: false});
		assert.equal(v1.metainfo.infoHash, mktorrent);
		assert.equal((await createTorrent({...usual, version: '2'})).metainfo.infoHashV2, v2);
		assert.equal((await createTorrent({...usual, version: 'hybrid'})).metainfo.infoHash, hybrid);
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

test('every file of a hybrid is padded to whole pieces', async context => {
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
			'pad 32536',
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

test('with a number of pieces to aim for, takes the smallest piece length that gives no more', async context => {
	const path = join(folder(context), 'file');
	writeFileSync(path, content(1, 1_000_000));
	const made = async (targetPieces: number) =>
		(await createTorrent({path, targetPieces})).metainfo.pieceLength;
	assert.deepEqual(
		await Promise.all([1, 2, 4, 8, 61, 62, 1000].map(made)),
		[1_048_576, 524_288, 262_144, 131_072, 32_768, 16_384, 16_384],
	);
});

test('many small files have short pieces where each has pieces of its own: padding is no more than the content', async context => {
	const path = join(folder(context), 'set');
	for (let n = 0; n < 3000; n++) write(path, `${n % 10}/${n}`, n === 0 ? 3_000_000 : 20_000);
	const made = async (options: object) => (await createTorrent({path, ...options})).metainfo.pieceLength;
	assert.equal(await made({version: '1'}), 32_768);
	assert.equal(await made({version: 'hybrid'}), 32_768);
	// As few as that there cannot be.
	assert.equal(await made({version: '2', targetPieces: 10}), 524_288);
	assert.equal(await made({version: 'hybrid', targetPieces: 3010}), 524_288);
});

test('what is told to be hashed is what is: padding only where it is', async context => {
	const path = join(folder(context), 'set');
	for (const length of [5, 16_384, 40_000, 3_000_000]) write(path, `${length}`, length);
	const content = 5 + 16_384 + 40_000 + 3_000_000;
	for (const pieceLength of [16_384, 65_536, 2_097_152])
		for (const [version, length] of [
			['1', content],
			['2', content],
			[
				'hybrid',
				[1, 1, Math.ceil(40_000 / pieceLength), Math.ceil(3e6 / pieceLength)].reduce((a, b) => a + b) *
					pieceLength,
			],
		] as const) {
			let found = 0;
			let last = 0;
			await createTorrent({
				path,
				version,
				pieceLength,
				onFound: bytes => {
					found = bytes;
				},
				onProgress: hashed => {
					last = hashed;
				},
			});
			assert.deepEqual([found, last], [length, length], `${version} ${pieceLength}`);
		}
});

test('torrents that share files are named in the info dictionary', async context => {
	const path = join(folder(context), 'file');
	writeFileSync(path, 'data');
	const {metainfo} = await createTorrent({
		path,
		similar: ['ab'.repeat(20), '01'.repeat(20)],
		collections: ['season 1', 'ü'],
	});
	const info = decodeBencode(metainfo.info);
	assert.deepEqual(
		[...info.get('similar')!.items()].map(item => toHex(item.bytes()!)),
		['ab'.repeat(20), '01'.repeat(20)],
	);
	assert.deepEqual(
		[...info.get('collections')!.items()].map(item => item.text()),
		['season 1', 'ü'],
	);
});

test('links are followed where that is asked for, but not round in a circle', async context => {
	const dir = folder(context);
	const path = join(dir, 'set');
	write(path, 'sub/a', 100);
	write(dir, 'outside/b', 200);
	symlinkSync('..', join(path, 'sub', 'up'));
	symlinkSync('.', join(path, 'sub', 'self'));
	symlinkSync('../outside', join(path, 'out'));
	symlinkSync('sub', join(path, 'again'));
	symlinkSync('nowhere', join(path, 'broken'));
	const told: string[] = [];
	const {metainfo} = await createTorrent({
		path,
		followLinks: true,
		onSkipped: what => told.push(what.slice(path.length + 1)),
	});
	assert.deepEqual(names(metainfo), ['set/again/a', 'set/out/b', 'set/sub/a']);
	assert.deepEqual(
		metainfo.files.map(({symlink}) => symlink),
		[undefined, undefined, undefined],
	);
	const inCircles = [
		'sub/self is a link to a folder it is in: left out',
		'sub/up is a link to a folder it is in: left out',
	];
	assert.deepEqual(told, [...inCircles, 'broken is a link that leads nowhere: left out', ...inCircles]);
});

test('the .torrent of last time is no part of the next one', async context => {
	const dir = folder(context);
	write(dir, 'set/data');
	const output = join(dir, 'set', 'set.torrent');
	const first = await createTorrent({path: join(dir, 'set'), output});
	writeFileSync(output, first.bytes);
	const second = await createTorrent({path: join(dir, 'set'), output});
	assert.deepEqual(second.bytes, first.bytes);
	// Named in another way, too.
	symlinkSync(join(dir, 'set'), join(dir, 'way'));
	const third = await createTorrent({path: join(dir, 'set'), output: join(dir, 'way', 'set.torrent')});
	assert.deepEqual(third.bytes, first.bytes);
	await rejects(createTorrent({path: output, output}), /is where the \.torrent would go/, 2);
});

test('what would be too much for a .torrent is told before anything is hashed', async context => {
	const dir = folder(context);
	const path = join(dir, 'sparse');
	writeFileSync(path, '');
	truncateSync(path, 12_000_000_000);
	const hashed = () => assert.fail('it was hashed');
	for (const version of ['1', '2', 'hybrid'] as const)
		await rejects(
			createTorrent({path, version, pieceLength: 16_384, onProgress: hashed}),
			/pieces the \.torrent would be larger than 10 MB: choose a larger piece length/,
			2,
		);
	await rejects(createTorrent({path, pieceLength: 20_000, onProgress: hashed}), /not a power of two/, 2);
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

test('a file that cannot be read is named, and nothing is hashed before', async context => {
	if (process.getuid?.() === 0) return context.skip('root may read everything');
	const path = join(folder(context), 'set');
	write(path, 'a');
	write(path, 'locked');
	chmodSync(join(path, 'locked'), 0);
	const onProgress = () => assert.fail('it was hashed');
	await rejects(createTorrent({path, onProgress}), /locked: not allowed to read it/);
});

for (const [how, change] of [
	['shrinks', (path: string) => truncateSync(path, 4_000_000)],
	['is touched', (path: string) => utimesSync(path, 1, 1)],
	[
		'is written to and has its time set back',
		(path: string) => {
			const {ctimeMs} = statSync(path);
			// What the system calls now stands still for some milliseconds.
			while (statSync(path).ctimeMs === ctimeMs) {
				const file = openSync(path, 'r+');
				writeSync(file, 'x', 100);
				closeSync(file);
				utimesSync(path, 1000, 1000);
			}
		},
	],
	[
		'gives way to another',
		(path: string) => {
			writeFileSync(`${path}.new`, content(5, 8_000_000));
			renameSync(`${path}.new`, path);
		},
	],
	['grows', (path: string) => appendFileSync(path, 'more')],
	['goes', (path: string) => rmSync(path)],
] as const) {
	test(`a file that ${how} while it is hashed is named`, async context => {
		const path = join(folder(context), 'set');
		write(path, 'big.bin', 8_000_000);
		utimesSync(join(path, 'big.bin'), 1000, 1000);
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
