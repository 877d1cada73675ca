import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {mkdirSync, renameSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {hashFunctions} from '../../../source/io/machine/hash-functions.js';
import type {NameRules} from '../../../source/io/ownership/disk-names.js';
import {
	findNames,
	foldOf,
	mayClash,
	type NameFinder,
	type NameHistory,
	namesApart,
} from '../../../source/io/ownership/find-names.js';
import type {Metainfo} from '../../../source/protocol/metainfo/metainfo.js';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.js';
import {bencode} from '../../helpers/bencode.ts';
import {Workspace} from '../../helpers/workspace.ts';

const exact: NameRules = {caseSensitive: true, normalises: false};
const folding: NameRules = {caseSensitive: false, normalises: true};

/** A torrent `set` of files of `n + 1` bytes, n being their number. */
function torrent(paths: ReadonlyArray<string | Buffer>): Metainfo {
	const length = paths.reduce((sum, _, n) => sum + n + 1, 0);
	const files = paths.map((path, n) => ({
		length: n + 1,
		path: typeof path === 'string' ? path.split('|') : [path],
	}));
	const pieces = createHash('sha1').update(Buffer.alloc(length)).digest();
	return parseMetainfo(
		new Uint8Array(bencode({info: {files, name: 'set', 'piece length': 65_536, pieces}})),
		hashFunctions,
	);
}

/** A disk with these rules and files, `path=size`; tells how often its rules were asked for. */
class FakeFinder implements NameFinder {
	probes = 0;
	readonly #rules: NameRules;
	readonly #sizes: ReadonlyMap<string, number>;

	constructor(rules: NameRules, files: readonly string[] = []) {
		this.#rules = rules;
		const fold = foldOf(rules);
		this.#sizes = new Map(
			files.map(file => [fold(join('/d/set', file.split('=')[0]!)), Number(file.split('=')[1])]),
		);
	}

	async probe(): Promise<NameRules> {
		this.probes++;
		return this.#rules;
	}

	async sizeOf(path: string): Promise<number | undefined> {
		return this.#sizes.get(foldOf(this.#rules)(path));
	}

	async isLink(): Promise<boolean> {
		return false;
	}
}

async function found(
	paths: readonly string[],
	finder: FakeFinder,
	history: NameHistory = 'present',
): Promise<string> {
	const names = await findNames(torrent(paths), '/d', history, finder);
	return paths.map((path, n) => names.get(n)?.slice(1).join('/') ?? path).join(' ');
}

test('a torrent of plain names asks the disk nothing', async () => {
	const finder = new FakeFinder(folding);
	assert.equal(await found(['a', 'b', 'Ünï'], finder), 'a b Ünï');
	assert.equal(finder.probes, 0);
});

test('names that differ in case are kept where the disk tells them apart, else all but one are numbered', async () => {
	const names = ['a.txt', 'A.TXT', 'é', 'e\u0301'];
	assert.equal(await found(names, new FakeFinder(exact)), names.join(' '));
	assert.equal(await found(names, new FakeFinder(folding)), 'a.txt A.1.TXT é e\u0301.1');
	const onlyCase = {caseSensitive: false, normalises: false};
	assert.equal(await found(names, new FakeFinder(onlyCase)), 'a.txt A.1.TXT é e\u0301');
	const onlyForm = {caseSensitive: true, normalises: true};
	assert.equal(await found(names, new FakeFinder(onlyForm)), 'a.txt A.TXT é e\u0301.1');
});

test('a file and a folder of one name are told apart where the disk does not', async () => {
	assert.equal(await found(['X', 'x|y'], new FakeFinder(exact)), 'X x|y');
	assert.equal(await found(['X', 'x|y'], new FakeFinder(folding)), 'X.1 x|y');
});

test('data under the names of an earlier version is found by its size', async () => {
	const names = ['a', 'A', 'می\u200cخواهم', `${'x'.repeat(250)}.mkv`];
	const former = ['a=1', 'A.1=2', 'میخواهم=3', `${'x'.repeat(236)}.mkv=4`];
	assert.equal(
		await found(names, new FakeFinder(exact, former)),
		former.map(file => file.split('=')[0]).join(' '),
	);
	// Whatever else has such a name is not taken for it.
	assert.equal(await found(names, new FakeFinder(exact, ['A.1=7', 'میخواهم=8'])), names.join(' '));
	// And what is there under its own name is that file.
	assert.equal(await found(names, new FakeFinder(exact, ['a=1', 'A=2', 'A.1=2'])), names.join(' '));
});

test('what an earlier version began goes on under the names it gave, whether it is there yet or not', async () => {
	const names = ['a', 'A', 'b\u200dc'];
	assert.equal(await found(names, new FakeFinder(exact), 'former'), 'a A.1 bc');
	assert.equal(await found(names, new FakeFinder(exact, ['A.1=1', 'bc=0']), 'former'), 'a A.1 bc');
	// Unless it has the data of somebody else who kept the names.
	assert.equal(
		await found(names, new FakeFinder(exact, ['a=1', 'A=2', 'b\u200dc=3']), 'former'),
		names.join(' '),
	);
});

test('files of which one has the former name of the other are not mistaken for each other', async () => {
	const names = ['a', 'A', 'A.1'];
	assert.equal(await found(names, new FakeFinder(exact, ['a=1', 'A.1=2', 'A.1.1=3'])), 'a A.1 A.1.1');
	assert.equal(await found(names, new FakeFinder(exact, ['a=1', 'A=2', 'A.1=3'])), 'a A A.1');
	assert.equal(
		await found(names, new FakeFinder(exact, ['a=1', 'A.1=2', 'A.1.1=3']), 'former'),
		'a A.1 A.1.1',
	);
});

test('names that were found once hold until there is more under others', async () => {
	const names = ['a\u200db', 'c'];
	const metainfo = torrent(names);
	const look = async (files: readonly string[]) => {
		const known = new Map([
			[0, ['set', 'ab']],
			[1, ['set', 'by hand']],
		]);
		const found = await findNames(metainfo, '/d', known, new FakeFinder(exact, files));
		return names.map((name, n) => found.get(n)?.[1] ?? name).join(' ');
	};
	assert.equal(await look([]), 'ab by hand');
	assert.equal(await look(['ab=0', 'by hand=2']), 'ab by hand');
	assert.equal(await look(['a\u200db=1', 'by hand=1']), 'a\u200db by hand');
	assert.equal(await look(['a\u200db=5', 'c=2']), 'ab c');
});

test('files that lie as they were made are found under their own bytes, links too', async t => {
	const space = new Workspace(t);
	const dir = space.folder('set');
	const metainfo = torrent(['new\nline', 'back\\slash', Buffer.of(0x61, 0xff), 'plain']);
	writeFileSync(join(dir, 'new\nline'), '1');
	writeFileSync(Buffer.concat([Buffer.from(`${dir}/a`), Buffer.of(0xff)]), '333');
	const names = await findNames(metainfo, space.dir, 'present');
	assert.deepEqual(
		[...names],
		[
			[0, ['set', 'new\nline']],
			[2, ['set', 'a\udcff']],
		],
	);
	// A link is no file of the torrent's.
	renameSync(join(dir, 'new\nline'), join(dir, 'elsewhere'));
	symlinkSync('elsewhere', join(dir, 'new\nline'));
	mkdirSync(join(dir, 'back\\slash'));
	assert.deepEqual([...(await findNames(metainfo, space.dir, 'present')).keys()], [2]);
});

test('before files go to a disk that does not tell them apart all but one get another name', async () => {
	const paths = new Map([
		[0, ['set', 'a']],
		[2, ['set', 'A']],
		[3, ['Set', 'b']],
	]);
	assert.deepEqual([...(await namesApart(paths, '/d', new FakeFinder(folding)))], [[2, 'A.1']]);
	assert.deepEqual([...(await namesApart(paths, '/d', new FakeFinder(exact)))], []);
});

test('of very many names those that clash are found, however far apart', async () => {
	const many = Array.from({length: 25_000}, (_, n) => ['t', `f${n}`]);
	assert.equal(await mayClash(many), false);
	assert.equal(await mayClash([...many, ['t', 'F3']]), true);
	assert.equal(await mayClash([...many, ['t', 'f3']]), false, 'twice the same is for others to tell apart');
	assert.equal(await mayClash([...many, ['t', 'F3', 'inside']]), true);
	assert.equal(await mayClash([...many.map(([, name]) => ['T', name!, 'x']), ['t']]), true);
});
