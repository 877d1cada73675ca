import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {CreateOptions} from '../../source/creator/create-options.js';
import {createTorrent} from '../../source/creator/create-torrent.js';
import {decodeBencode} from '../../source/protocol/bencode/bencode.js';
import {content, drawTree, writeTree} from '../creator/content-trees.ts';
import {libtorrentMake, noLibtorrent} from '../helpers/libtorrent.ts';
import {missing} from '../helpers/processes.ts';
import {Workspace} from '../helpers/workspace.ts';

const pieceLength = 32_768;
const usual: Omit<CreateOptions, 'path'> = {includeHidden: true, pieceLength};

/** What makes a torrent what it is: the info dictionary, and behind it the piece layers where there are any. */
function infoOf(torrent: Uint8Array): Uint8Array {
	const root = decodeBencode(torrent);
	const layers = root.get('piece layers')?.raw ?? new Uint8Array();
	return Buffer.concat([root.get('info')!.raw, layers]);
}

/** The info dictionary that mktorrent makes. */
function mktorrent(space: Workspace, path: string, ...options: string[]): Uint8Array {
	const output = join(space.dir, `${createHash('md5').update(`${path} ${options}`).digest('hex')}.torrent`);
	const argv = ['-a', 'http://t.example/', '-l', `${Math.log2(pieceLength)}`, ...options, '-o', output, path];
	const {status, stderr} = spawnSync('mktorrent', argv, {encoding: 'utf8', timeout: 60_000});
	assert.equal(status, 0, stderr);
	return infoOf(readFileSync(output));
}

async function libtorrent(
	space: Workspace,
	path: string,
	version: '2' | 'hybrid',
	length = pieceLength,
): Promise<Uint8Array> {
	const output = join(space.dir, `${version}-${length}.torrent`);
	await libtorrentMake(space, path, output, version === '2' ? 'v2' : 'hybrid', length);
	return infoOf(readFileSync(output));
}

/** The first place where two dictionaries differ says more than that they do. */
function same(ours: Uint8Array, theirs: Uint8Array, what: string): void {
	if (Buffer.compare(ours, theirs) === 0) return;
	const at = ours.findIndex((byte, n) => byte !== theirs[n]);
	const around = (bytes: Uint8Array) =>
		Buffer.from(bytes.subarray(Math.max(0, at - 80), at + 80)).toString('latin1');
	assert.fail(`${what}: differs at byte ${at}\nours:   ${around(ours)}\ntheirs: ${around(theirs)}`);
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

for (const seed of seeds) {
	test(`a v1 torrent of tree ${seed} is mktorrent's, byte for byte`, {
		skip: missing('mktorrent'),
	}, async context => {
		const space = new Workspace(context);
		const path = join(space.dir, `tree ${seed}`);
		writeTree(path, drawTree(seed), false);
		const made = await createTorrent({...usual, path});
		same(infoOf(made.bytes), mktorrent(space, path), 'plain');
		const tagged = await createTorrent({...usual, path, private: true, source: 'S ü'});
		same(infoOf(tagged.bytes), mktorrent(space, path, '-p', '-s', 'S ü'), 'private, with a source');
	});

	for (const version of ['2', 'hybrid'] as const) {
		test(`a ${version === '2' ? 'v2' : version} torrent of tree ${seed} is libtorrent's, byte for byte`, {
			skip: noLibtorrent(),
		}, async context => {
			const space = new Workspace(context);
			const path = join(space.dir, `tree ${seed}`);
			writeTree(path, drawTree(seed));
			const {bytes} = await createTorrent({...usual, path, version});
			same(infoOf(bytes), await libtorrent(space, path, version), version);
		});
	}
}

test('single files, alone and in a folder, executable or not, are as both others have them', {
	skip: missing('mktorrent') || noLibtorrent(),
}, async context => {
	const space = new Workspace(context);
	for (const [name, length, executable] of [
		['short', 5, false],
		['one piece', pieceLength, false],
		['longer', 5 * pieceLength + 17, false],
		['program', 100_000, true],
	] as const) {
		const folder = join(space.dir, `with ${name}`);
		writeTree(folder, [{path: name, length, executable}]);
		for (const path of [folder, join(folder, name)]) {
			const v1 = await createTorrent({...usual, path, executable: false});
			same(infoOf(v1.bytes), mktorrent(space, path), path);
			for (const version of ['2', 'hybrid'] as const) {
				const {bytes} = await createTorrent({...usual, path, version});
				same(infoOf(bytes), await libtorrent(space, path, version), `${path} ${version}`);
			}
		}
	}
});

test('pieces longer than what is read at a time, hashed by several threads, are as both others have them', {
	skip: missing('mktorrent') || noLibtorrent(),
}, async context => {
	const space = new Workspace(context);
	const path = join(space.dir, 'long');
	mkdirSync(path);
	for (const [name, length] of [
		['a', 20_000_001],
		['b', 3],
		['c', 17_000_000],
		['d', 4_194_304],
	] as const)
		writeFileSync(join(path, name), content(length, length));
	const long = 4_194_304;
	const v1 = await createTorrent({path, pieceLength: long});
	same(infoOf(v1.bytes), mktorrent(space, path, '-l', '22'), 'v1');
	for (const version of ['2', 'hybrid'] as const) {
		const {bytes} = await createTorrent({path, version, pieceLength: long});
		same(infoOf(bytes), await libtorrent(space, path, version, long), version);
	}
});

test('a thousand files, half of them empty, are as both others have them', {
	skip: missing('mktorrent') || noLibtorrent(),
}, async context => {
	const space = new Workspace(context);
	const path = join(space.dir, 'many');
	for (let n = 0; n < 1000; n++) {
		const folder = join(path, `folder${n % 7}`);
		mkdirSync(folder, {recursive: true});
		writeFileSync(join(folder, `${n}.dat`), content(n, n % 2 === 0 ? 0 : n * 10));
	}
	const v1 = await createTorrent({...usual, path});
	same(infoOf(v1.bytes), mktorrent(space, path), 'v1');
	for (const version of ['2', 'hybrid'] as const) {
		const {bytes} = await createTorrent({...usual, path, version});
		same(infoOf(bytes), await libtorrent(space, path, version), version);
	}
});

test('with --follow-links what they lead to is there as both others have it', {
	skip: missing('mktorrent') || noLibtorrent(),
}, async context => {
	const space = new Workspace(context);
	const path = join(space.dir, 'linked');
	writeTree(path, drawTree(9), false);
	mkdirSync(join(space.dir, 'outside'));
	writeFileSync(join(space.dir, 'outside', 'far'), content(3, 70_000));
	symlinkSync('data', join(path, 'near'));
	symlinkSync('../outside', join(path, 'folder'));
	symlinkSync('../outside/far', join(path, 'zfile'));
	const v1 = await createTorrent({...usual, path, followLinks: true});
	same(infoOf(v1.bytes), mktorrent(space, path), 'v1');
	for (const version of ['2', 'hybrid'] as const) {
		const {bytes} = await createTorrent({...usual, path, version, followLinks: true});
		// Asked about a link libtorrent tells the bits of the link, which are all set: all is executable.
		const theirs = Buffer.from(await libtorrent(space, path, version))
			.toString('latin1')
			.replaceAll('4:attr1:x', '');
		same(infoOf(bytes), Buffer.from(theirs, 'latin1'), version);
	}
});
