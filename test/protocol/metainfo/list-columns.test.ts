import assert from 'node:assert/strict';
import {test} from 'node:test';
import {mayClash} from '../../../source/io/ownership/find-names.js';
import {decodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {layOut, readFileList} from '../../../source/protocol/metainfo/file-list.js';
import {FileTable} from '../../../source/protocol/metainfo/file-table.js';
import {readListColumns} from '../../../source/protocol/metainfo/list-columns.js';
import {isOddName, sanitizePathElement} from '../../../source/protocol/metainfo/sanitize-path.js';
import {fuzzRounds, fuzzSeed, mutate} from '../../fuzz/mutate.ts';
import {type Bencodable, bencode} from '../../helpers/bencode.ts';
import {seeded} from '../../policy/seeded.ts';

const name = 'set';
const seed = fuzzSeed(20_261_127);

/** What reading file by file says: the files and whether names are odd, or that there is something wrong. */
function oneByOne(bytes: Uint8Array): object | undefined {
	let odd = false;
	const rule = (element: Uint8Array): string => {
		odd ||= isOddName(element);
		return sanitizePathElement(element);
	};
	try {
		const {files, length} = layOut(readFileList(decodeBencode(bytes), name, rule)!);
		return {files, length, odd};
	} catch {
		return undefined;
	}
}

function atOneGo(bytes: Uint8Array): object | undefined {
	let list: ReturnType<typeof decodeBencode> | undefined;
	try {
		list = decodeBencode(bytes).get('files');
	} catch {
		return undefined;
	}
	const columns = list && readListColumns(list, name);
	if (columns === undefined) return undefined;
	const table = FileTable.read(columns);
	// One path by itself, and all of them.
	const single = Array.from(columns.lengths, (_, file) => table.path(file));
	assert.deepEqual(
		single,
		table.list.map(({path}) => path),
	);
	return {files: table.list, length: columns.length, odd: columns.oddNames};
}

function info(files: readonly Bencodable[]): Uint8Array {
	return bencode({files});
}

/** Both ways say the same, and it is read at one go. */
function sameAtOneGo(files: readonly Bencodable[]): void {
	const bytes = info(files);
	const expected = oneByOne(bytes);
	assert.ok(expected !== undefined);
	assert.deepEqual(atOneGo(bytes), expected);
}

test('files read at one go are those that are read one by one', () => {
	sameAtOneGo([
		{path: ['a', 'b', 'c.txt'], length: 5},
		{path: ['a', 'b', 'd.txt'], length: 0},
		{path: ['a', 'c.txt'], length: 7},
		{path: ['c.txt'], length: 99_999_999_999_999},
		{path: ['a', 'b', 'c', 'deep'], length: 1, attr: 'x'},
		{path: ['b', 'a'], length: 2, attr: 'hx'},
	]);
	sameAtOneGo(Array.from({length: 700}, (_, n) => ({path: [`d${n % 7}`, `${n}.bin`], length: n})));
});

test('padding shares its name with others, by its attribute or by its name', () => {
	sameAtOneGo([
		{path: ['a'], length: 5},
		{path: ['.pad', '11'], length: 11, attr: 'p'},
		{path: ['b'], length: 5},
		{path: ['.pad', '11'], length: 11, attr: 'p'},
		{path: ['c'], length: 5},
		{path: ['_____padding_file_0'], length: 3},
		{path: ['_____padding_file_0'], length: 3},
		// What hides in front of it goes.
		{path: [Buffer.from('\u200b_____padding_file_1')], length: 3},
	]);
});

test('names that are not plain are those that are read one by one', () => {
	sameAtOneGo([
		{path: ['Ünïcode', 'größe.txt'], length: 5},
		{path: ['Ünïcode', '写真 \u200d 🎉'], length: 5},
		{path: [Buffer.from([0xff, 0x61]), '..'], length: 5},
		{path: ['a/b\\c', '\u202etxt'], length: 5},
		{path: ['', 'x'.repeat(300)], length: 5},
		{path: ['q\u0000r', '...'], length: 5},
		{path: [Buffer.from('e\u0301'), Buffer.from('\u00e9')], length: 1},
		{path: [Buffer.from('\u00e9'), Buffer.from('e\u0301')], length: 1},
		{path: ['z'.repeat(240), 'y'.repeat(255)], length: 1},
	]);
});

test('the name in UTF-8 goes before the other, and the first of keys that are repeated counts', () => {
	sameAtOneGo([{path: ['wrong'], 'path.utf-8': ['right'], length: 1}]);
	const twice = (entry: string) => new TextEncoder().encode(`d5:filesl${entry}ee`);
	for (const entry of [
		'd6:lengthi3e6:lengthi4e4:pathl1:aee',
		'd6:lengthi3e4:pathl1:ae4:pathl1:bee',
		'd06:lengthi0003e04:pathl01:aee',
		'd10:path.utf-8l1:ue10:path.utf-8l1:ve4:pathl1:ae6:lengthi9ee',
		'd1:xd6:lengthi9e4:pathl1:zee6:lengthi3e4:pathl1:aee',
		'd4:attri1e6:lengthi3e4:pathl1:aee',
	]) {
		assert.ok(atOneGo(twice(entry)) !== undefined, entry);
		assert.deepEqual(atOneGo(twice(entry)), oneByOne(twice(entry)), entry);
	}
});

test('what is wrong, leads elsewhere or has the name of another is left to be read one by one', () => {
	const left: Array<readonly Bencodable[]> = [
		[
			{path: ['a'], length: 1},
			{path: ['a'], length: 2},
		],
		[
			{path: ['a', 'b'], length: 1},
			{path: ['a'], length: 2},
		],
		[
			{path: ['a'], length: 1},
			{path: ['a', 'b'], length: 2},
		],
		[
			{path: ['a', 'b'], length: 1},
			{path: ['c', 'd'], length: 1},
			{path: ['a', 'b'], length: 2},
		],
		[
			{path: [Buffer.from([0x61, 1])], length: 1},
			{path: [Buffer.from([0x61, 2])], length: 2},
		],
		[{path: ['a'], length: 1, attr: 'l', 'symlink path': ['b']}],
		[{path: ['a']}],
		[{length: 1}],
		[{path: [], length: 1}],
		[{path: ['a', 1], length: 1}],
		[{path: 'a', length: 1}],
		[{path: ['a'], length: -1}],
		[{path: ['a'], length: '1'}],
		[{path: ['a'], length: 2 ** 48}],
		[{path: Array.from({length: 101}, () => 'd'), length: 1}],
		['a'],
		[7],
	];
	for (const files of left) assert.equal(atOneGo(info(files)), undefined, JSON.stringify(files));
});

test(`whatever a list of files is like, both ways say the same (seed ${seed})`, () => {
	const random = seeded(seed);
	const below = (most: number): number => Math.floor(random() * most);
	const names = [
		'a',
		'b',
		'A',
		'long name.txt',
		'é',
		'..',
		'a/b',
		'',
		'_____padding_file_',
		'\u200da',
		'\u0001',
	];
	let [read, left] = [0, 0];
	for (let round = 0; round < fuzzRounds(3000); round++) {
		const files = Array.from({length: 1 + below(8)}, (_, n) => ({
			path: Array.from(
				{length: 1 + below(3)},
				(_, depth) => `${names[below(names.length)]}${depth === 0 ? '' : n}`,
			),
			length: below(3) * 1000,
			...(below(6) === 0 && {attr: 'xphl'[below(4)]!}),
			...(below(9) === 0 && {'path.utf-8': ['u', `${n}`]}),
		}));
		const bytes = round % 2 === 0 ? info(files) : mutate(info(files), random);
		const found = atOneGo(bytes);
		if (found === undefined) left++;
		else {
			read++;
			assert.deepEqual(found, oneByOne(bytes), `round ${round}`);
		}
	}
	assert.ok(read > 300 && left > 300, `${read} were read at one go, ${left} were not`);
});

/** Names with the same hash: of each pair of blocks either may stand, for what comes out of them is the same. */
function namesOfOneHash(count: number): string[] {
	const step = (hash: number, text: string): number => {
		let next = hash;
		for (let at = 0; at < text.length; at++) next = Math.imul(next ^ text.charCodeAt(at), 0x01000193);
		return next;
	};
	let names = [''];
	let hash = Math.imul(1, 0x9e3779b1);
	while (names.length < count) {
		const seen = new Map<number, string>();
		for (let n = 0; ; n++) {
			// Numbers far from each other: blocks that are nearly the same seldom have one hash.
			const block = (Math.imul(n, 0x9e3779b1) >>> 0).toString(36).padStart(7, '0');
			const after = step(hash, block);
			const twin = seen.get(after);
			seen.set(after, block);
			if (twin === undefined) continue;
			names = names.flatMap(name => [name + twin, name + block]);
			hash = after;
			break;
		}
	}
	return names;
}

test('names that were made to be sought for long are left to be read one by one', () => {
	const files = namesOfOneHash(128).map(name => ({path: [name], length: 1}));
	assert.equal(atOneGo(info(files)), undefined);
	// Other names, as many, are sought for no longer than it takes.
	sameAtOneGo(files.map((_, n) => ({path: [`${n}`], length: 1})));
});

test('nor are folders sought for long that only padding is in', () => {
	const names = namesOfOneHash(256);
	const files = Array.from({length: 4096}, (_, n) => ({path: [`${n}`], length: 1}));
	const folders = names.map(folder => ({path: [folder, 'f'], length: 1}));
	// So few that are found one after the other are no harm.
	sameAtOneGo([...files, ...folders]);
	const padding = Array.from({length: 4096}, (_, n) => ({
		path: [names[names.length - 1 - (n % 2)]!, 'p'],
		length: 1,
		attr: 'p',
	}));
	assert.ok(atOneGo(info([...files, ...folders, ...padding])) === undefined);
	// Padding between files in many folders is as usual.
	sameAtOneGo(
		files.flatMap((_, n) => [
			{path: ['a', `${n % 3}`, `${n % 5}`, 'b', 'c', `${n}`], length: 1},
			{path: ['.pad', `${n}`], length: n, attr: 'p'},
		]),
	);
});

test('a folder whose name is to be another is written once', () => {
	const files = Array.from({length: 1000}, (_, n) => ({
		path: [n % 2 === 0 ? 'größe' : '写真', `${n}`],
		length: 1,
	}));
	const bytes = info(files);
	sameAtOneGo(files);
	const list = decodeBencode(bytes).get('files')!;
	const {names} = readListColumns(list, name)!.paths;
	assert.equal(names.length, list.end - list.start + 'größe'.length + 2 + '写真'.length * 3);
});

test('however many folders there are for how many files, both ways say the same', () => {
	const deep = (count: number, depth: number) =>
		Array.from({length: count}, (_, n) => ({
			path: Array.from({length: depth}, (_, at) => `${n} ${at}`),
			length: 1,
		}));
	assert.equal(atOneGo(info(deep(200, 90))), undefined);
	sameAtOneGo(deep(500, 2));
});

test('names that differ in nothing but case, or are not of ASCII, may be one on some disk', () => {
	const stays = (...paths: ReadonlyArray<readonly string[]>): boolean => {
		const bytes = info(paths.map(path => ({path: [...path], length: 1})));
		const columns = readListColumns(decodeBencode(bytes).get('files')!, name)!;
		// Nothing that the long way finds is passed over.
		const clash = mayClash(paths.map(path => [name, ...path]));
		assert.ok(!(columns.paths.staysApart && clash));
		return columns.paths.staysApart;
	};
	assert.ok(stays(['a', 'x'], ['a', 'y'], ['b', 'x'], ['c']));
	assert.ok(!stays(['a', 'x'], ['a', 'X']));
	assert.ok(!stays(['A', 'x'], ['a', 'y'], ['a', 'x']));
	assert.ok(!stays(['a', 'x'], ['A']));
	assert.ok(!stays(['b', 'a', 'x'], ['B', 'a', 'x']));
	assert.ok(!stays(['é']));
	assert.ok(stays(['[a]'], ['{a}'], ['@'], ['`']));
});
