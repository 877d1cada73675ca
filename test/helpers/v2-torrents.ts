import {createHash} from 'node:crypto';
import {type Bencodable, bencode} from './bencode.ts';
import {bytesFrom} from './torrents.ts';

/** A .torrent with a v2 half that was made for a test, and what is to be said of it. */
export interface V2Case {
	/** What it is, after `a torrent with`. */
	readonly what: string;
	readonly bytes: Uint8Array;
	/** Its files, where it is read; else what the refusal says. */
	readonly verdict: readonly string[] | RegExp;
	/** What earlier versions of libtorrent do otherwise. */
	readonly untilLibtorrent?: 'loads' | 'refuses';
}

const block = 16_384;
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** A dictionary whose keys may be any bytes. */
type Tree = {readonly [name: string]: Tree | Uint8Array | number | string | readonly Bencodable[]};

/** The layer of hashes that stand for `width` blocks each. */
function layerOf(data: Uint8Array, width: number): Buffer[] {
	let layer = Array.from({length: Math.ceil(data.length / block)}, (_, n) =>
		sha256(data.subarray(n * block, (n + 1) * block)),
	);
	let pad: Buffer = Buffer.alloc(32);
	for (let each = 1; each < width; each *= 2) {
		if (layer.length % 2 === 1) layer.push(pad);
		layer = Array.from({length: layer.length / 2}, (_, n) =>
			sha256(Buffer.concat([layer[2 * n]!, layer[2 * n + 1]!])),
		);
		pad = sha256(Buffer.concat([pad, pad]));
	}
	return layer;
}

function rootOf(data: Uint8Array): Buffer {
	const blocks = Math.ceil(data.length / block);
	return layerOf(data, blocks <= 1 ? 1 : 2 ** Math.ceil(Math.log2(blocks)))[0]!;
}

interface MadeFile {
	readonly path: readonly string[];
	readonly data: Uint8Array;
}

const file = (path: string, length: number): MadeFile => ({
	path: path.split('/'),
	data: bytesFrom(path, length),
});

/** What a case changes of a good torrent. */
interface Changes {
	readonly name?: string;
	readonly pieceLength?: number;
	readonly hybrid?: boolean;
	/** Whether the last file of a hybrid is padded, too. */
	readonly tailPad?: boolean;
	/** Of the info dictionary; undefined takes a key out. */
	readonly info?: {readonly [key: string]: Bencodable | undefined};
	/** Of the entry of each file. */
	readonly leaf?: (leaf: {[key: string]: Bencodable | undefined}, file: MadeFile) => object;
	readonly layers?: (layers: Map<string, Buffer>, files: readonly MadeFile[]) => void;
	readonly noLayers?: boolean;
	/** Of the whole .torrent, when all else is done. */
	readonly bend?: (text: string) => string;
}

/** Keys in order, whatever bytes they have. */
function dictionary(entries: Iterable<readonly [key: Uint8Array, value: Buffer]>): Buffer {
	const sorted = [...entries].sort(([a], [b]) => Buffer.compare(a, b));
	return Buffer.concat([
		Buffer.from('d'),
		...sorted.flatMap(([key, value]) => [bencode(key), value]),
		Buffer.from('e'),
	]);
}

function fileTree(files: readonly MadeFile[], changes: Changes): Buffer {
	const encode = (all: readonly MadeFile[], depth: number): Buffer => {
		const names = new Map<string, MadeFile[]>();
		for (const each of all) {
			const name = each.path[depth]!;
			names.set(name, [...(names.get(name) ?? []), each]);
		}
		return dictionary(
			[...names].map(([name, below]) => {
				const [only] = below;
				const isFile = below.length === 1 && only!.path.length === depth + 1;
				return [Buffer.from(name, 'latin1'), isFile ? leafOf(only!, changes) : encode(below, depth + 1)];
			}),
		);
	};
	return encode(files, 0);
}

function leafOf(made: MadeFile, {leaf = own => own}: Changes): Buffer {
	const {length} = made.data;
	const own = {length, ...(length > 0 && {'pieces root': rootOf(made.data)})};
	return Buffer.from(bencode({'': leaf(own, made) as Tree}));
}

/** A .torrent of these files, in their order, with whatever is changed. */
export function v2Torrent(files: readonly MadeFile[], changes: Changes = {}): Uint8Array {
	const {pieceLength = 2 * block, name = 'set', tailPad = true} = changes;
	const layers = new Map<string, Buffer>();
	for (const {data} of files) {
		if (data.length <= pieceLength) continue;
		layers.set(rootOf(data).toString('latin1'), Buffer.concat(layerOf(data, pieceLength / block)));
	}
	changes.layers?.(layers, files);
	const info = new Map<string, Buffer>();
	const put = (key: string, value: Bencodable | undefined): void => {
		if (value === undefined) info.delete(key);
		else info.set(key, Buffer.from(bencode(value)));
	};
	put('name', name);
	put('piece length', pieceLength);
	put('meta version', 2);
	info.set('file tree', fileTree(files, changes));
	if (changes.hybrid) {
		const list: Array<{path: readonly string[]; length: number; attr?: string}> = [];
		const stream: Uint8Array[] = [];
		for (const [n, {path, data}] of files.entries()) {
			list.push({path, length: data.length});
			stream.push(data);
			const past = data.length % pieceLength;
			if (past === 0 || (n === files.length - 1 && !tailPad)) continue;
			list.push({path: ['.pad', `${pieceLength - past}`], length: pieceLength - past, attr: 'p'});
			stream.push(new Uint8Array(pieceLength - past));
		}
		const whole = Buffer.concat(stream);
		const isSingle = files.length === 1 && files[0]!.path.join('/') === name;
		if (isSingle) put('length', files[0]!.data.length);
		else put('files', list);
		const length = isSingle ? files[0]!.data.length : whole.length;
		const pieces = Array.from({length: Math.ceil(length / pieceLength)}, (_, n) =>
			createHash('sha1')
				.update(whole.subarray(n * pieceLength, Math.min(length, (n + 1) * pieceLength)))
				.digest(),
		);
		put('pieces', Buffer.concat(pieces));
	}
	for (const [key, value] of Object.entries(changes.info ?? {})) put(key, value);
	const parts: Array<readonly [Uint8Array, Buffer]> = [
		[Buffer.from('info'), dictionary([...info].map(([key, value]) => [Buffer.from(key), value]))],
	];
	if (!changes.noLayers) {
		const each = [...layers].map(([key, value]) => [Buffer.from(key, 'latin1'), bencode(value)] as const);
		parts.push([
			Buffer.from('piece layers'),
			dictionary(each.map(([key, value]) => [key, Buffer.from(value)])),
		]);
	}
	const bytes = dictionary(parts);
	if (changes.bend === undefined) return new Uint8Array(bytes);
	return new Uint8Array(Buffer.from(changes.bend(bytes.toString('latin1')), 'latin1'));
}

const long = file('long', 70_000);
const short = file('short', 20_000);
const both = [long, short];
const all = ['set/long 70000', 'set/short 20000'];

/** A tree that has so many folders inside each other. */
function deep(levels: number): string {
	return `${'d1:a'.repeat(levels)}de${'e'.repeat(levels)}`;
}

function withTree(tree: string): Uint8Array {
	const marker = 'the tree goes here';
	return v2Torrent(both, {
		noLayers: true,
		info: {'file tree': marker},
		bend: text => text.replace(`${marker.length}:${marker}`, tree),
	});
}

const onlyLeaf = (leaf: object, made: MadeFile = file('a', 5)): Uint8Array =>
	v2Torrent([made], {leaf: () => leaf, noLayers: true});

/** One of each kind that clients have been seen to disagree about, with what libtorrent makes of it. */
export const v2Cases: readonly V2Case[] = [
	{
		what: 'one file of one piece, hybrid',
		bytes: v2Torrent([file('one', 2 * block)], {name: 'one', hybrid: true}),
		verdict: ['one 32768'],
	},
	{
		what: 'one file of several pieces, hybrid',
		bytes: v2Torrent([file('one', 70_000)], {name: 'one', hybrid: true}),
		verdict: ['one 70000'],
	},
	{
		what: 'one file, v2 alone',
		bytes: v2Torrent([file('one', 70_000)], {name: 'one'}),
		verdict: ['one 70000'],
	},
	{what: 'several files, v2 alone', bytes: v2Torrent(both), verdict: all},
	{what: 'several files, hybrid', bytes: v2Torrent(both, {hybrid: true}), verdict: all},
	{
		what: 'no padding after the last file of a hybrid',
		bytes: v2Torrent(both, {hybrid: true, tailPad: false}),
		verdict: all,
	},
	{
		what: 'a file of no bytes',
		bytes: v2Torrent([file('a', 40_000), file('b', 0), file('c', 5)], {hybrid: true}),
		verdict: ['set/a 40000', 'set/b 0', 'set/c 5'],
	},
	{
		what: 'a name that is no text',
		bytes: v2Torrent([{path: ['\u00c1estMB'], data: bytesFrom('x', 50_000)}]),
		verdict: ['set/_estMB 50000'],
	},
	{
		what: 'two names that become the same one',
		bytes: v2Torrent([
			{path: ['\u0001'], data: bytesFrom('x', 9)},
			{path: ['_'], data: bytesFrom('y', 8)},
		]),
		verdict: ['set/_ 9', 'set/_.1 8'],
	},
	{
		what: 'links',
		bytes: v2Torrent([file('data', 40_000), file('link', 0)], {
			leaf: (own, made) => (made.path[0] === 'link' ? {length: 0, attr: 'l', 'symlink path': ['data']} : own),
		}),
		verdict: ['set/data 40000', 'set/link 0 -> set/data'],
	},
	{
		what: 'two files of the same content',
		bytes: v2Torrent([
			{path: ['a'], data: bytesFrom('same', 70_000)},
			{path: ['b'], data: bytesFrom('same', 70_000)},
		]),
		verdict: ['set/a 70000', 'set/b 70000'],
	},
	{what: 'no piece layers', bytes: v2Torrent(both, {noLayers: true}), verdict: all},
	{
		what: 'the piece layer of one file of two',
		bytes: v2Torrent([file('a', 70_000), file('b', 80_000)], {
			layers: layers => layers.delete([...layers.keys()][1]!),
		}),
		verdict: ['set/a 70000', 'set/b 80000'],
	},
	{
		what: 'other lengths in the v1 half than in the v2 half',
		bytes: v2Torrent([file('one', 70_000)], {name: 'one', hybrid: true, info: {length: 70_001}}),
		verdict: /v1 and v2 halves do not agree on file 1/,
	},
	{
		what: 'other names in the v1 half than in the v2 half',
		bytes: v2Torrent(both, {
			hybrid: true,
			info: {
				files: [
					{path: ['long'], length: 70_000},
					{path: ['.pad', '28304'], length: 28_304, attr: 'p'},
					{path: ['other'], length: 20_000},
				],
			},
		}),
		verdict: /v1 and v2 halves do not agree on file 3/,
	},
	{
		what: 'files of a hybrid that do not begin with a piece',
		bytes: v2Torrent(both, {
			hybrid: true,
			info: {
				files: [
					{path: ['long'], length: 70_000},
					{path: ['short'], length: 20_000},
				],
				pieces: Buffer.alloc(60, 1),
			},
		}),
		verdict: /file 2 does not begin with a piece/,
	},
	{
		what: 'a whole piece of padding between the files of a hybrid',
		bytes: v2Torrent(both, {
			hybrid: true,
			info: {
				files: [
					{path: ['long'], length: 70_000},
					{path: ['.pad', '61072'], length: 61_072, attr: 'p'},
					{path: ['short'], length: 20_000},
				],
				pieces: Buffer.alloc(100, 1),
			},
		}),
		verdict: /file 3 does not begin with a piece/,
	},
	{
		what: 'pieces of 32767 bytes',
		bytes: v2Torrent(both, {info: {'piece length': 32_767}}),
		verdict: /piece length is 32767, which is not a power of two/,
	},
	{
		what: 'pieces of 8 KiB',
		bytes: v2Torrent(both, {info: {'piece length': 8192}}),
		verdict: /piece length is 8192, which is not a power of two from 16 KiB up/,
	},
	{
		what: 'pieces of 2 GiB less a byte',
		bytes: v2Torrent(both, {info: {'piece length': 2_147_483_647}}),
		verdict: /piece length is 2147483647/,
	},
	{what: 'a number for a file', bytes: withTree('d1:ai5ee'), verdict: /file 1 of the file tree has no name/},
	{
		what: 'a file without a name',
		bytes: withTree(`d0:d0:d6:lengthi1e11:pieces root32:${'r'.repeat(32)}eee`),
		verdict: /file 1 of the file tree has no name/,
	},
	{what: 'a file tree too deep', bytes: withTree(deep(150)), verdict: /nested more than 100 deep/},
	{
		what: 'a piece layer that is not whole hashes',
		bytes: v2Torrent(both, {layers: layers => bendFirst(layers, layer => layer.subarray(1))}),
		verdict: /piece layer has not the size of its file/,
	},
	{
		what: 'a piece layer of a hash too few',
		bytes: v2Torrent(both, {layers: layers => bendFirst(layers, layer => layer.subarray(32))}),
		verdict: /piece layer has not the size of its file/,
	},
	{
		what: 'a piece layer of a hash too many',
		bytes: v2Torrent(both, {
			layers: layers => bendFirst(layers, layer => Buffer.concat([layer, Buffer.alloc(32)])),
		}),
		verdict: /piece layer has not the size of its file/,
	},
	{
		what: 'a piece layer with a wrong hash',
		bytes: v2Torrent(both, {
			layers: layers =>
				bendFirst(layers, layer => Buffer.from(layer.map((byte, n) => (n === 40 ? byte ^ 1 : byte)))),
		}),
		verdict: /piece layer does not hash to the root of its file/,
		untilLibtorrent: 'loads',
	},
	{
		what: 'a piece layer of no file, and none of its own',
		bytes: v2Torrent(both, {
			layers: layers => {
				const [[, layer]] = [...layers] as [[string, Buffer]];
				layers.clear();
				layers.set('x'.repeat(32), layer);
			},
		}),
		verdict: /piece layer that belongs to none of its files/,
		untilLibtorrent: 'loads',
	},
	{
		what: 'a piece layer of no file beside its own',
		bytes: v2Torrent(both, {layers: layers => void layers.set('x'.repeat(32), Buffer.alloc(96, 1))}),
		verdict: /piece layer that belongs to none of its files/,
		untilLibtorrent: 'loads',
	},
	{
		what: 'a key of the piece layers that is no hash',
		bytes: v2Torrent(both, {layers: layers => void layers.set('x'.repeat(20), Buffer.alloc(96, 1))}),
		verdict: /piece layer that belongs to none of its files/,
		untilLibtorrent: 'loads',
	},
	{
		what: 'keys that are not sorted',
		bytes: v2Torrent(both, {
			bend: text => text.replace('12:meta versioni2e4:name3:set', '4:name3:set12:meta versioni2e'),
		}),
		verdict: /keys are not sorted/,
	},
	{
		what: 'a number with leading zeros',
		bytes: v2Torrent(both, {bend: text => text.replace('6:lengthi20000e', '6:lengthi020000e')}),
		verdict: /leading zeros/,
	},
	{what: 'a file without a root', bytes: onlyLeaf({length: 5}), verdict: /file 1 has no pieces root/},
	{
		what: 'a root of 31 bytes',
		bytes: onlyLeaf({length: 5, 'pieces root': Buffer.alloc(31, 1)}),
		verdict: /file 1 has no pieces root/,
	},
	{
		what: 'a root of zeros',
		bytes: onlyLeaf({length: 70_000, 'pieces root': Buffer.alloc(32)}),
		verdict: /file 1 has no pieces root/,
	},
	{
		what: 'a root of zeros of a small file',
		bytes: onlyLeaf({length: 5, 'pieces root': Buffer.alloc(32)}),
		verdict: /file 1 has no pieces root/,
	},
	{
		what: 'a link without a target, and no root',
		bytes: onlyLeaf({length: 5, attr: 'l'}),
		verdict: /file 1 is a link without a target/,
	},
	{
		what: 'a pad file in the v2 half',
		bytes: onlyLeaf({length: 5, attr: 'p', 'pieces root': Buffer.alloc(32, 1)}),
		verdict: /file 1 of the file tree is a pad file/,
	},
	{
		what: 'a file longer than any can be',
		bytes: onlyLeaf({length: 2 ** 50, 'pieces root': Buffer.alloc(32, 1)}),
		verdict: /no file can have/,
	},
	{
		what: 'a negative length',
		bytes: onlyLeaf({length: -5, 'pieces root': Buffer.alloc(32, 1)}),
		verdict: /length of file 1 is -5/,
	},
	{
		what: 'files that end beyond all pieces there may be',
		bytes: v2Torrent([file('a', 5), file('b', 6)], {
			leaf: own => ({...own, length: 2 ** 46}),
			noLayers: true,
		}),
		verdict: /more than 2097152 pieces/,
	},
	{
		what: 'one root for two files of different length',
		bytes: v2Torrent([file('a', 5), file('b', 6)], {
			leaf: own => ({...own, 'pieces root': Buffer.alloc(32, 1)}),
		}),
		verdict: /two of its files have one root and different lengths/,
		untilLibtorrent: 'loads',
	},
];

function bendFirst(layers: Map<string, Buffer>, bend: (layer: Buffer) => Buffer): void {
	const [[key, layer]] = [...layers] as [[string, Buffer]];
	layers.set(key, bend(layer));
}
