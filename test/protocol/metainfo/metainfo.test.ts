import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import {exactFold} from '../../../source/protocol/metainfo/file-names.js';
import {parseInfo, parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.js';
import {formerPaths, writtenPaths} from '../../../source/protocol/metainfo/other-names.js';
import {type Bencodable, bencode} from '../../helpers/bencode.ts';

const digest = (algorithm: string) => (bytes: Uint8Array) =>
	new Uint8Array(createHash(algorithm).update(bytes).digest());
const hash = {sha1: digest('sha1'), sha256: digest('sha256')};

type Dictionary = {readonly [key: string]: Bencodable | undefined};

const single: Dictionary = {
	name: 'a.bin',
	length: 40_000,
	'piece length': 16_384,
	pieces: Buffer.alloc(60, 1),
};
const file = (path: readonly Bencodable[], length: Bencodable = 1, more: Dictionary = {}): Bencodable => ({
	path,
	length,
	...more,
});

function multi(files: Bencodable, more: Dictionary = {}): Dictionary {
	const list = Array.isArray(files) ? files : [];
	const length = list.reduce((sum: number, entry: {length: number}) => sum + (Number(entry.length) || 0), 0);
	return {
		name: 'set',
		files,
		'piece length': 16_384,
		pieces: Buffer.alloc(Math.ceil(length / 16_384) * 20),
		...more,
	};
}

const parse = (info: Dictionary, more: Dictionary = {}) =>
	parseMetainfo(new Uint8Array(bencode({info, ...more})), hash);
const paths = (info: Dictionary): string[] => parse(info).files.map(({path}) => path.join('/'));

test('reads a torrent of one file', () => {
	const bytes = bencode({
		info: single,
		announce: 'http://t.example/announce',
		comment: 'hello',
		'creation date': 1_700_000_000,
	});
	const torrent = parseMetainfo(new Uint8Array(bytes), hash);
	assert.equal(torrent.infoHash, createHash('sha1').update(bencode(single)).digest('hex'));
	assert.deepEqual(
		[torrent.version, torrent.name, torrent.length, torrent.pieceLength, torrent.pieceCount, torrent.private],
		['1', 'a.bin', 40_000, 16_384, 3, false],
	);
	assert.deepEqual(
		torrent.files.map(({path, length, offset}) => [path, length, offset]),
		[[['a.bin'], 40_000, 0]],
	);
	assert.deepEqual(
		[torrent.comment, torrent.creationDate, torrent.trackers],
		['hello', 1_700_000_000, [['http://t.example/announce']]],
	);
});

test('reads a torrent of many files, each below the torrent folder and after the one before', () => {
	const torrent = parse(
		multi([file(['a'], 20_000), file(['sub', 'b'], 0), file(['sub', 'c'], 5)], {private: 1}),
	);
	assert.deepEqual(
		torrent.files.map(({path, offset}) => [path.join('/'), offset]),
		[
			['set/a', 0],
			['set/sub/b', 20_000],
			['set/sub/c', 20_000],
		],
	);
	assert.equal(torrent.private, true);
});

test('the info-hash is of the bytes as they came, sorted or not', () => {
	const info = Buffer.concat([
		Buffer.from('d4:name1:x6:lengthi00001e12:piece lengthi16384e6:pieces20:'),
		Buffer.alloc(20),
		Buffer.from('e'),
	]);
	const torrent = parseMetainfo(
		new Uint8Array(Buffer.concat([Buffer.from('d4:info'), info, Buffer.from('ejunk')])),
		hash,
	);
	assert.equal(torrent.infoHash, createHash('sha1').update(info).digest('hex'));
	assert.equal(torrent.files[0]!.length, 1);
});

test('reads a hybrid and a v2 torrent that libtorrent made', () => {
	const read = (name: string) =>
		parseMetainfo(new Uint8Array(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url))), hash);
	const hybrid = read('libtorrent-hybrid.torrent');
	assert.equal(hybrid.version, 'hybrid');
	assert.equal(hybrid.infoHash, 'de7bbb3060d5744bcc431e2c7760ab958e77df35');
	assert.equal(hybrid.infoHashV2, '20bb5e4e65bbaa53c7e58a6fce974f9da4e751be3843a5afe9d5ab583fa187e6');
	assert.equal(hybrid.pieceLayers?.size, 3);
	const v2 = read('libtorrent-v2.torrent');
	assert.deepEqual([v2.version, v2.infoHash, v2.pieceCount], ['2', undefined, 10]);
	assert.equal(v2.infoHashV2, 'f932c97d00d3f6c059748defa7e9983e1e1d200438da0a70b520363d8c8e337e');
	assert.deepEqual(
		v2.files.filter(({pad}) => !pad).map(({path, length, offset}) => [path.join('/'), length, offset]),
		[
			['set/a.bin', 100_000, 0],
			['set/b.txt', 0, 131_072],
			['set/c.dat', 1, 131_072],
			['set/link', 0, 163_840],
			['set/sub/deep/y', 16_385, 163_840],
			['set/sub/x.bin', 65_536, 196_608],
			['set/sub/Ünï.txt', 33_000, 262_144],
		],
	);
	assert.deepEqual(v2.files.find(({path}) => path[1] === 'link')?.symlink, ['set', 'sub', 'x.bin']);
	assert.equal(v2.files[0]!.executable, true);
	const bare = parseInfo(v2.info, hash);
	assert.deepEqual([bare.infoHashV2, bare.files.length, bare.trackers], [v2.infoHashV2, v2.files.length, []]);
});

const damage: ReadonlyArray<readonly [what: string, info: Dictionary, message: RegExp]> = [
	['no name', {...single, name: undefined}, /no name/],
	['a name that is a number', {...single, name: 5}, /no name/],
	['no length', {...single, length: undefined}, /lists no files/],
	['a negative length', {...single, length: -1}, /length of the file is -1/],
	['a length of 2^48', {...single, length: 2 ** 48}, /length of the file/],
	['no data', {...single, length: 0, pieces: Buffer.alloc(0)}, /no data/],
	['no piece length', {...single, 'piece length': undefined}, /no piece length/],
	['a piece length of 0', {...single, 'piece length': 0}, /piece length is 0/],
	['a negative piece length', {...single, 'piece length': -16_384}, /piece length is -16384/],
	['a piece length beyond the limit', {...single, 'piece length': 536_854_529}, /piece length is 536854529/],
	['no pieces', {...single, pieces: undefined}, /no piece hashes/],
	['pieces that are no multiple of 20', {...single, pieces: Buffer.alloc(59)}, /not a multiple of 20/],
	['too few pieces', {...single, pieces: Buffer.alloc(40)}, /2 piece hashes where its length needs 3/],
	['too many pieces', {...single, pieces: Buffer.alloc(80)}, /4 piece hashes where its length needs 3/],
	[
		'more pieces than allowed',
		{...single, length: 2 ** 40, 'piece length': 16_384},
		/more than 2097152 pieces/,
	],
	['files that are no list', multi('x'), /not a list/],
	['a file that is no dictionary', multi(['x']), /file 1 is not described/],
	['a file without a path', multi([file(['a']), {length: 1}]), /file 2 has no path/],
	['an empty path', multi([file([])]), /file 1 has no path/],
	['a path that is text', multi([{path: 'a/b', length: 1}]), /path of file 1 is not a list/],
	['a path of numbers', multi([file([1])]), /path of file 1 is not a list of names/],
	['a path of 101 elements', multi([file(Array.from({length: 101}, () => 'a'))]), /more than 100 folders/],
	['a file without a length', multi([{path: ['a']}]), /file 1 has no length/],
	['a length that is text', multi([file(['a'], 'x')]), /file 1 has no length/],
	[
		'a link without a target',
		multi([file(['a']), file(['b'], 0, {attr: 'l'})]),
		/file 2 is a link without a target/,
	],
	['over 500 files of one name', multi(Array.from({length: 502}, () => file(['a']))), /more than 500 files/],
	['an unknown version', {...single, 'meta version': 3}, /meta version is 3/],
	[
		'a v2 torrent without a file tree',
		{name: 'x', 'piece length': 16_384, 'meta version': 2},
		/no file tree/,
	],
];

for (const [what, info, message] of damage) {
	test(`refuses a torrent with ${what}`, () => {
		assert.throws(
			() => parse(info),
			error => error instanceof ProtocolError && message.test(error.message) && !error.message.includes('\n'),
		);
	});
}

const root = Buffer.alloc(32, 7);
const leaf = (length: number, more: Dictionary = {}): Bencodable => ({
	'': {length, 'pieces root': root, ...more},
});
const v2 = (tree: Bencodable, more: Dictionary = {}): Dictionary => ({
	name: 'set',
	'piece length': 16_384,
	'meta version': 2,
	'file tree': tree,
	...more,
});

const damageV2: ReadonlyArray<readonly [what: string, info: Dictionary, message: RegExp]> = [
	[
		'a piece length that is no power of two',
		v2({a: leaf(1)}, {'piece length': 16_385}),
		/not a power of two/,
	],
	['a piece length below 16 KiB', v2({a: leaf(1)}, {'piece length': 8192}), /not a power of two/],
	['a file without a root', v2({a: {'': {length: 1}}}), /no pieces root/],
	['a root of zeros', v2({a: leaf(1, {'pieces root': Buffer.alloc(32)})}), /no pieces root/],
	['a root of 20 bytes', v2({a: leaf(1, {'pieces root': Buffer.alloc(20, 1)})}), /no pieces root/],
	[
		'a file that is a folder too',
		v2({a: {'': {length: 1, 'pieces root': root}, b: leaf(1)}}),
		/both a file and a folder/,
	],
	['a file at the root of the tree', v2({'': {length: 1, 'pieces root': root}}), /has no name/],
	['a tree of numbers', v2({a: 5}), /has no name/],
	['a pad file in the tree', v2({a: leaf(1, {attr: 'p'})}), /is a pad file/],
	['a tree that is a list', v2([]), /not a dictionary/],
	['an empty tree', v2({}), /no data/],
];

for (const [what, info, message] of damageV2) {
	test(`refuses a v2 torrent with ${what}`, () => assert.throws(() => parse(info), message));
}

test('refuses a v2 torrent that is not in canonical form', () => {
	const text = `d9:file treed1:ad0:d6:lengthi01e11:pieces root32:${'x'.repeat(32)}eee12:meta versioni2e4:name1:s12:piece lengthi16384ee`;
	assert.throws(() => parseInfo(new Uint8Array(Buffer.from(text)), hash), /leading zeros/);
	assert.equal(parseInfo(new Uint8Array(Buffer.from(text.replace('i01e', 'i1e'))), hash).version, '2');
});

test('piece layers have to be known, sized and right', () => {
	const pieces = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
	const layer = Buffer.concat(pieces);
	const rootOfBoth = createHash('sha256').update(layer).digest();
	const info = v2({a: leaf(20_000, {'pieces root': rootOfBoth}), b: leaf(5)});
	const withLayers = (key: Buffer, value: Buffer) =>
		Buffer.concat([
			Buffer.from('d4:info'),
			bencode(info),
			Buffer.from('12:piece layersd'),
			bencode(key),
			bencode(value),
			Buffer.from('ee'),
		]);
	const read = (key: Buffer, value: Buffer) => parseMetainfo(new Uint8Array(withLayers(key, value)), hash);
	assert.deepEqual([...read(rootOfBoth, layer).pieceLayers!.keys()], [rootOfBoth.toString('hex')]);
	assert.throws(() => read(root, layer), /belongs to none of its files/);
	assert.throws(() => read(rootOfBoth, layer.subarray(0, 32)), /not the size/);
	assert.throws(() => read(rootOfBoth, Buffer.alloc(64, 3)), /does not hash to the root/);
});

test('both halves of a hybrid have to agree', () => {
	const tree = {a: leaf(20_000), b: leaf(5, {'pieces root': Buffer.alloc(32, 8)})};
	const pad = file(['.pad', '12768'], 12_768, {attr: 'p'});
	const hybrid = (files: readonly Bencodable[]) => parse({...multi(files), ...v2(tree)});
	const torrent = hybrid([file(['a'], 20_000), pad, file(['b'], 5)]);
	assert.deepEqual(
		torrent.files.map(({pad: isPad, piecesRoot}) => [isPad, piecesRoot !== undefined]),
		[
			[false, true],
			[true, false],
			[false, true],
		],
	);
	assert.equal(torrent.version, 'hybrid');
	assert.throws(() => hybrid([file(['a'], 20_000), file(['b'], 5)]), /does not begin with a piece/);
	assert.throws(() => hybrid([file(['a'], 20_000), pad, file(['c'], 5)]), /do not agree on file 3/);
	assert.throws(() => hybrid([file(['a'], 20_000), pad, file(['b'], 6)]), /do not agree on file 3/);
	assert.throws(() => hybrid([file(['a'], 20_000)]), /the v2 half has files/);
	assert.throws(
		() => hybrid([file(['a'], 20_000), pad, file(['b'], 5), file(['c'], 1)]),
		/do not agree on file 4/,
	);
});

test('nothing leads out of the download folder', () => {
	assert.deepEqual(paths(multi([file(['..', '..', 'etc', 'passwd'])], {name: '../../..'})), [
		'_/_/_/etc/passwd',
	]);
	assert.deepEqual(paths(multi([file(['/', '', '.', 'a/../b'])], {name: '..'})), ['_/_/_/_/a..b']);
	assert.deepEqual(paths({...single, name: '/etc/passwd'}), ['etcpasswd']);
});

test('a name of which nothing is left becomes the info-hash', () => {
	const torrent = parse({...single, name: '//'});
	assert.equal(torrent.name, torrent.infoHash);
});

test('the UTF-8 fields win', () => {
	const torrent = parse(multi([file(['old'], 1, {'path.utf-8': ['new']})], {'name.utf-8': 'Ünï'}));
	assert.deepEqual(torrent.files[0]!.path, ['Ünï', 'new']);
});

test('files of one name get numbers, folders keep their names', () => {
	assert.deepEqual(paths(multi([file(['a.txt']), file(['a.txt']), file(['a.txt'])])), [
		'set/a.txt',
		'set/a.1.txt',
		'set/a.2.txt',
	]);
	assert.deepEqual(paths(multi([file(['x']), file(['x', 'y'])])), ['set/x.1', 'set/x/y']);
	assert.deepEqual(paths(multi([file(['b']), file(['b.1']), file(['b'])])), ['set/b', 'set/b.1', 'set/b.2']);
});

test('names that differ in case or in how letters are composed are names of their own', () => {
	const names = ['a.txt', 'A.TXT', 'é', 'e\u0301'];
	assert.deepEqual(
		paths(multi(names.map(name => file([name])))),
		names.map(name => `set/${name}`),
	);
	assert.deepEqual(paths(multi([file(['X']), file(['x', 'y'])])), ['set/X', 'set/x/y']);
});

test('names that cannot be told apart any more once they are cut get numbers that fit', () => {
	const long = 'x'.repeat(300);
	const found = paths(
		multi([file([`${long}.mkv`]), file([`${long}y.mkv`]), file(['日'.repeat(90)]), file(['日'.repeat(91)])]),
	);
	assert.equal(new Set(found).size, 4);
	assert.deepEqual(
		found.map(path => Buffer.byteLength(path.slice(4))),
		[255, 255, 255, 254],
	);
	assert.ok(found[1]!.endsWith('x.1.mkv'));
});

test('the names that earlier versions gave can still be told, and those of the disk it was made on', () => {
	const long = 'x'.repeat(250);
	const names = ['a.txt', 'A.TXT', 'a.txt', 'می\u200cخواهم', 'back\\slash', long];
	const torrent = parse(multi(names.map(name => file([name]))));
	const below = (all: ReadonlyArray<readonly string[]> | undefined) =>
		all?.map(path => path.slice(1).join('/'));
	assert.deepEqual(below(formerPaths(torrent)), [
		'a.txt',
		'A.1.TXT',
		'a.2.txt',
		'میخواهم',
		'backslash',
		'x'.repeat(240),
	]);
	assert.deepEqual(below(writtenPaths(torrent, exactFold)), ['a.txt', 'A.TXT', 'a.1.txt', ...names.slice(3)]);
	assert.equal(torrent.oddNames, true);
	assert.equal(parse(multi([file(['a']), file(['Ünï', 'b'])])).oddNames, false);
});

test('pad files are told by attribute or name, and may share names', () => {
	const torrent = parse(
		multi([
			file(['a'], 5),
			file(['.pad', '5'], 5, {attr: 'p'}),
			file(['.pad', '5'], 5, {attr: 'p'}),
			file(['_____padding_file_0_if you see this'], 5),
			{length: 5, attr: 'p'},
		]),
	);
	assert.deepEqual(
		torrent.files.map(({pad}) => pad),
		[false, true, true, true, true],
	);
	assert.deepEqual(torrent.files.at(-1)!.path, ['set', '.pad', '5']);
});

test('links stay inside the torrent and never lead in circles', () => {
	const link = (name: string, ...target: string[]) => ({path: [name], attr: 'l', 'symlink path': target});
	const torrent = parse(
		multi([
			file(['sub', 'x']),
			link('good', 'sub', 'x'),
			link('folder', 'sub'),
			link('through', 'folder', 'x'),
			link('outside', '..', '..', 'etc', 'passwd'),
			link('loop', 'pool'),
			link('pool', 'loop'),
			link('self', 'self'),
			link('below', 'sub', 'x', 'y'),
			{...link('long', 'sub', 'x'), length: 7000},
		]),
	);
	assert.deepEqual(
		torrent.files.map(({path, symlink, length}) => [path[1], symlink?.join('/'), length]),
		[
			['sub', undefined, 1],
			['good', 'set/sub/x', 0],
			['folder', 'set/sub', 0],
			['through', 'set/sub/x', 0],
			['outside', undefined, 0],
			['loop', undefined, 0],
			['pool', undefined, 0],
			['self', undefined, 0],
			['below', undefined, 0],
			['long', 'set/sub/x', 0],
		],
	);
});

test('tiers of trackers: http, https and udp, trimmed, each once', () => {
	const tiers = [
		[' http://a.example/announce ', 'wss://b.example'],
		['udp://c.example:6969', 'http://a.example/announce'],
		['ftp://d.example/', 5, 'javascript:alert(1)', ''],
		'https://e.example/x',
	];
	const torrent = parse(single, {announce: 'http://first.example/', 'announce-list': tiers});
	assert.deepEqual(torrent.trackers, [
		['http://a.example/announce'],
		['udp://c.example:6969'],
		['https://e.example/x'],
	]);
	assert.deepEqual(parse(single, {announce: 'http://first.example/', 'announce-list': [['x']]}).trackers, [
		['http://first.example/'],
	]);
	assert.deepEqual(parse(single, {announce: 5}).trackers, []);
	// Seen in the wild: a list where one URL belongs, one URL where tiers belong.
	const [x, y] = ['http://x.example/announce', 'http://y.example/announce'] as const;
	assert.deepEqual(parse(single, {announce: [x, y]}).trackers, [[x], [y]]);
	assert.deepEqual(parse(single, {announce: [[x, y]]}).trackers, [[x, y]]);
	assert.deepEqual(parse(single, {'announce-list': x}).trackers, [[x]]);
});

test('web seeds: one or several, http and https, each once', () => {
	assert.deepEqual(parse(single, {'url-list': 'http://s.example/'}).webSeeds, ['http://s.example/']);
	const list = ['http://s.example/', 'ftp://f.example/', ' http://s.example/', 'https://t.example/a b'];
	assert.deepEqual(parse(single, {'url-list': list}).webSeeds, [
		'http://s.example/',
		'https://t.example/a%20b',
	]);
	assert.deepEqual(parse(single, {'url-list': '', httpseeds: ['http://old.example/']}).webSeeds, []);
});

test('DHT nodes need a host and a port', () => {
	const nodes = [
		['a.example', 6881],
		['b.example', 0],
		['c d', 1],
		['192.0.2.1', 70_000],
		'x',
		['2001:db8::1', 2],
	];
	assert.deepEqual(parse(single, {nodes}).nodes, [
		['a.example', 6881],
		['2001:db8::1', 2],
	]);
});

test('wrong kinds in the fields that do not matter are ignored', () => {
	const torrent = parse(
		{...single, private: 'x', source: 5},
		{comment: 5, 'created by': [], 'creation date': -5, nodes: 5, 'announce-list': 5, 'url-list': 5},
	);
	assert.deepEqual(
		[torrent.comment, torrent.createdBy, torrent.creationDate, torrent.private, torrent.source],
		[undefined, undefined, undefined, false, undefined],
	);
});

test('refuses what is no torrent at all, in one line', () => {
	const read = (text: string) => () => parseMetainfo(new Uint8Array(Buffer.from(text)), hash);
	assert.throws(read(''), /it is empty/);
	assert.throws(read('<html>not found</html>'), /does not begin as a torrent does/);
	assert.throws(read('d4:infoi5ee'), /not a dictionary/);
	assert.throws(read('d1:ai1ee'), /no info dictionary/);
	assert.throws(read('d4:infod4:name'), ProtocolError);
	assert.throws(() => parseMetainfo(new Uint8Array(10_000_001), hash), /larger than 10 MB/);
	assert.throws(
		() => parseInfo(new Uint8Array(Buffer.concat([bencode(single), Buffer.from('x')])), hash),
		/after the info/,
	);
});
