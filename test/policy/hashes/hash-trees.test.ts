import assert from 'node:assert/strict';
import {hash} from 'node:crypto';
import test from 'node:test';
import {uncleCount} from '../../../source/policy/hashes/hash-range.ts';
import {HashTrees} from '../../../source/policy/hashes/hash-trees.ts';
import type {HashRequest} from '../../../source/protocol/wire/hash-messages.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';

const block = 16_384;
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const zero = new Uint8Array(32);

/** The whole tree of a file, layer by layer from its blocks to its root, made as simply as can be. */
function wholeTree(blocks: number, seed: number): Uint8Array[][] {
	const width = blocks <= 1 ? 1 : 2 ** Math.ceil(Math.log2(blocks));
	const layers = [
		Array.from({length: width}, (_, n) => (n < blocks ? sha256(Buffer.from(`${seed} ${n}`)) : zero)),
	];
	for (let below = layers[0]!; below.length > 1; below = layers.at(-1)!) {
		layers.push(
			Array.from({length: below.length / 2}, (_, n) => sha256(join(below[2 * n]!, below[2 * n + 1]!))),
		);
	}
	return layers;
}

interface Made {
	readonly blocks: number;
	readonly layers: Uint8Array[][];
	readonly root: Uint8Array;
	readonly first: number;
}

/** Files of so many blocks, each beginning with a piece. */
function torrent(blocksPerPiece: number, sizes: readonly number[], withLayers = false) {
	const pieceLength = blocksPerPiece * block;
	let offset = 0;
	const pieceLayers = new Map<string, Uint8Array>();
	const made: Made[] = [];
	const files = sizes.map(blocks => {
		const layers = wholeTree(blocks, blocks);
		const root = layers.at(-1)![0]!;
		const file = {offset, length: blocks * block - 7, piecesRoot: root};
		made.push({blocks, layers, root, first: offset / pieceLength});
		const pieces = Math.ceil(blocks / blocksPerPiece);
		offset += pieces * pieceLength;
		if (pieces > 1 && withLayers) {
			const layer = layers[Math.log2(blocksPerPiece)]!.slice(0, pieces);
			pieceLayers.set(Buffer.from(root).toString('hex'), join(...layer));
		}
		return file;
	});
	const trees = new HashTrees({pieceLength, pieceCount: offset / pieceLength, files, pieceLayers}, sha256);
	return {trees, made, base: Math.log2(blocksPerPiece)};
}

/** What an honest peer with everything answers. */
function answer({layers}: Made, {base, index, length, proofLayers}: HashRequest): Uint8Array {
	const hashes = layers[base]!.slice(index, index + length);
	let layer = base + Math.log2(length);
	let position = index / length;
	for (let n = uncleCount(length, proofLayers); n > 0; n--, layer++) {
		hashes.push(layers[layer]![position % 2 === 0 ? position + 1 : position - 1]!);
		position = Math.floor(position / 2);
	}
	return join(...hashes);
}

test('a file of one piece needs no more than its root, a longer one the hashes of its pieces', () => {
	const {trees} = torrent(4, [1, 4, 5]);
	assert.deepEqual(
		[0, 1, 2, 3, 4].map(piece => trees.canVerify(piece)),
		[true, true, false, false, false],
	);
	assert.deepEqual(
		[...trees.missing()].map(({firsts, pieces}) => [firsts, pieces]),
		[[[2], 2]],
	);
	assert.equal(trees.complete, false);
	assert.equal(torrent(4, [1, 4, 5], true).trees.complete, true);
});

test('windows of 512 are asked for with all their proof, and never less than two hashes', () => {
	const {trees} = torrent(2, [2 * 1025]);
	assert.deepEqual(
		[...trees.missing()].map(({range: {base, index, length, proofLayers}, pieces}) => [
			base,
			index,
			length,
			proofLayers,
			pieces,
		]),
		[
			[1, 0, 512, 10, 512],
			[1, 512, 512, 10, 512],
			[1, 1024, 2, 10, 1],
		],
	);
});

for (const sizes of [[5], [8], [9, 3, 17], [2 * 512], [2 * 513], [3000], [1, 1000, 2500]]) {
	test(`every piece of files of ${sizes.join(', ')} blocks can be verified after its windows came, in any order`, () => {
		const {trees, made, base} = torrent(2, sizes);
		const random = seededRandom(sizes[0]!);
		const asked = [...trees.missing()].sort(() => random.next() - 0.5);
		const learnt = new Set<number>();
		for (const {range, firsts, pieces} of asked) {
			const file = made.find(({root}) => root === range.root)!;
			const added = trees.add(range, answer(file, range));
			assert.equal(added.kind, 'added');
			for (const piece of added.kind === 'added' ? added.pieces : []) learnt.add(piece);
			for (let n = 0; n < pieces; n++) assert.ok(learnt.has(firsts[0]! + n));
			assert.deepEqual(trees.add(range, answer(file, range)), {kind: 'known'});
		}
		assert.equal(trees.complete, true);
		assert.deepEqual([...trees.missing()], []);
		for (const {first, layers, blocks} of made) {
			for (let n = 0; n < Math.ceil(blocks / 2); n++) {
				const piece = first + n;
				assert.ok(trees.canVerify(piece));
				const expected = blocks <= 2 ? layers.at(-1)![0]! : layers[base]![n]!;
				assert.deepEqual(trees.memory.hashes.slice(piece * 32, piece * 32 + 32), new Uint8Array(expected));
			}
		}
	});
}

test('what is given to others is what an honest peer gives, whatever is asked for', () => {
	for (const [blocksPerPiece, blocks] of [
		[1, 700],
		[2, 5],
		[4, 33],
		[2, 2600],
	] as const) {
		const {trees, made, base} = torrent(blocksPerPiece, [blocks], true);
		const [file] = made;
		const {root, layers} = file!;
		const height = layers.length - 1;
		for (let layer = base; layer < height; layer++) {
			const width = 2 ** (height - layer);
			for (let length = 1; length <= Math.min(width, 8192); length *= 2) {
				for (const index of new Set([0, width - length, Math.floor(width / length / 2) * length])) {
					for (let proofLayers = 0; proofLayers < height - layer; proofLayers++) {
						const range = {root, base: layer, index, length, proofLayers};
						assert.deepEqual(trees.read(range), answer(file!, range), JSON.stringify(range));
					}
				}
			}
		}
	}
});

test('a count of one begins with the sibling', () => {
	const {trees, made} = torrent(1, [4], true);
	const {root, layers} = made[0]!;
	const given = trees.read({root, base: 0, index: 2, length: 1, proofLayers: 1});
	assert.deepEqual(given, join(layers[0]![2]!, layers[0]![3]!, layers[1]![0]!));
});

test('there is nothing to give outside a tree, unaligned, of more than 8192, or of layers under the pieces', () => {
	const {trees, made} = torrent(4, [40_000], true);
	const {root} = made[0]!;
	const good = {root, base: 2, index: 0, length: 8192, proofLayers: 13};
	assert.equal(trees.read(good)?.length, 8193 * 32);
	for (const bad of [
		{length: 8193},
		{length: 16_384},
		{length: 0},
		{length: -1},
		{length: 3},
		{length: 1.5},
		{index: 1},
		{index: 16_384},
		{index: -8192},
		{index: Number.NaN},
		{base: 1},
		{base: 0},
		{base: 16},
		{base: -1},
		{base: 2 ** 32 - 1},
		{proofLayers: 14},
		{proofLayers: -1},
		{proofLayers: 2 ** 31},
		{root: zero},
	]) {
		assert.equal(trees.read({...good, ...bad}), undefined, JSON.stringify(bad));
	}
});

test('hashes that do not fit are no use, whatever is wrong with them, and change nothing', () => {
	const {trees, made} = torrent(2, [2 * 1300]);
	const file = made[0]!;
	const [first, , last] = [...trees.missing()].map(({range}) => range);
	const right = answer(file, first!);
	const lies: Array<[string, HashRequest, Uint8Array]> = [
		['nothing', first!, new Uint8Array(0)],
		['one too few', first!, right.subarray(32)],
		['one too many', first!, join(right, zero)],
		['half a hash', first!, right.subarray(0, -1)],
		['of another window', first!, answer(file, last!)],
		['another place', {...first!, index: 512}, right],
		['another layer', {...first!, base: 0}, right],
		['8193 of them', {...first!, length: 8193}, new Uint8Array(8193 * 32)],
		['no proof', {...first!, proofLayers: 8}, right.subarray(0, 512 * 32)],
	];
	for (const at of [0, 511, 512, right.length / 32 - 1]) {
		const bent = right.slice();
		bent[at * 32]! ^= 1;
		lies.push([`hash ${at} bent`, first!, bent]);
	}
	const padded = answer(file, last!);
	padded[511 * 32]! ^= 1;
	lies.push(['padding that is none', last!, padded]);
	for (const [what, range, hashes] of lies) assert.deepEqual(trees.add(range, hashes), {kind: 'wrong'}, what);
	assert.deepEqual(trees.add({...first!, root: zero}, right), {kind: 'unknown'});
	assert.ok(trees.memory.known.every(known => known === 0));
	assert.equal(trees.revision, 0);
	assert.equal(trees.add(first!, right).kind, 'added');
});

test('an answer may leave the padding out', () => {
	const {trees, made} = torrent(2, [2 * 1300]);
	const last = [...trees.missing()].at(-1)!.range;
	const whole = answer(made[0]!, last);
	const short = join(whole.subarray(0, (1300 - 1024) * 32), whole.subarray(512 * 32));
	assert.equal(trees.add(last, short).kind, 'added');
	assert.ok(trees.canVerify(1299));
});

test('who asks for no more than there is gets that', () => {
	const {trees, made} = torrent(2, [2 * 1300], true);
	const range = {root: made[0]!.root, base: 1, index: 1024, length: 276, proofLayers: 10};
	const whole = answer(made[0]!, {...range, length: 512});
	assert.deepEqual(trees.read(range), join(whole.subarray(0, 276 * 32), whole.subarray(512 * 32)));
});

test('while a layer is known in part, what is known of it is given with its proof, and the rest is not', () => {
	const {trees, made} = torrent(2, [2 * 1300]);
	const [first, second] = [...trees.missing()].map(({range}) => range);
	trees.add(first!, answer(made[0]!, first!));
	assert.deepEqual(trees.read(first!), answer(made[0]!, first!));
	const narrow = {...first!, index: 64, length: 64};
	assert.deepEqual(trees.read(narrow), answer(made[0]!, narrow));
	assert.equal(trees.read(second!), undefined);
});

test('what is known in part is noted down, and holds again when it is taken back', () => {
	const {trees, made} = torrent(2, [2 * 1300, 4, 900]);
	const all = [...trees.missing()].map(({range}) => range);
	trees.add(all[1]!, answer(made[0]!, all[1]!));
	trees.add(all[3]!, answer(made[1]!, all[3]!));
	assert.equal(trees.layers().size, 1);
	const {trees: anew} = torrent(2, [2 * 1300, 4, 900]);
	const parts = trees.parts();
	assert.equal(parts.length, 1);
	for (const {range, hashes} of parts) assert.equal(anew.add(range, hashes).kind, 'added');
	assert.deepEqual(
		[0, 511, 512, 1023, 1024].map(piece => anew.canVerify(piece)),
		[false, false, true, true, false],
	);
});

test('files with the same content share what is learnt, and what is asked for is told for all of them', () => {
	const {trees, made} = torrent(2, [9, 9, 3, 9]);
	const missing = [...trees.missing()];
	assert.deepEqual(
		missing.map(({firsts}) => firsts),
		[[0, 5, 12], [10]],
	);
	const {range} = missing[0]!;
	const added = trees.add(range, answer(made[0]!, range));
	assert.deepEqual(
		[...(added.kind === 'added' ? added.pieces : [])].sort((a, b) => a - b),
		[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16],
	);
});

test('the blocks of a piece whose hash is known are asked for with no proof at all', () => {
	const {trees, made} = torrent(4, [4 * 5 + 1, 3, 1], true);
	const ranges = [0, 5, 6, 7].map(piece => trees.leafRanges(piece));
	assert.deepEqual(
		ranges.map(all => all.map(({index, length, proofLayers}) => [index, length, proofLayers])),
		[[[0, 4, 1]], [[20, 4, 1]], [[0, 4, 1]], []],
	);
	for (const [n, piece] of [0, 5, 6].entries()) {
		const [range] = ranges[n]!;
		const file = made[piece === 6 ? 1 : 0]!;
		assert.equal(trees.leaves(piece), undefined);
		assert.deepEqual(trees.piecesToHash(range!), [piece]);
		assert.deepEqual(trees.add(range!, answer(file, range!)), {kind: 'added', pieces: [piece]});
		assert.deepEqual(trees.piecesToHash(range!), []);
		assert.deepEqual(trees.read(range!), answer(file, range!));
	}
	assert.deepEqual(trees.leaves(5), new Uint8Array(made[0]!.layers[0]![20]!));
	assert.deepEqual(trees.leaves(6)?.length, 3 * 32);
});

test('blocks that were hashed from the disk are given with any proof, and only when they are right', () => {
	const {trees, made} = torrent(4, [4 * 9 + 2], true);
	const {layers, root} = made[0]!;
	const leaves = (piece: number) => join(...layers[0]!.slice(piece * 4, Math.min(38, piece * 4 + 4)));
	const bent = leaves(3);
	bent[40]! ^= 1;
	assert.equal(trees.addLeaves(3, bent), false);
	assert.equal(trees.addLeaves(3, leaves(2)), false);
	assert.equal(trees.addLeaves(9, leaves(3)), false);
	assert.equal(trees.addLeaves(400, leaves(3)), false);
	assert.equal(trees.addLeaves(3, leaves(3)), true);
	assert.equal(trees.addLeaves(9, leaves(9)), true);
	for (const [index, length] of [
		[12, 4],
		[12, 2],
		[14, 2],
		[13, 1],
		[36, 4],
		[36, 2],
		[38, 2],
	] as const) {
		for (let proofLayers = 0; proofLayers < 6; proofLayers++) {
			const range = {root, base: 0, index, length, proofLayers};
			assert.deepEqual(trees.read(range), answer(made[0]!, range), JSON.stringify(range));
		}
	}
	const wide = {root, base: 0, index: 8, length: 8, proofLayers: 5};
	assert.equal(trees.read(wide), undefined);
	assert.deepEqual(trees.piecesToHash(wide), [2]);
});

test('a block hash that was bent on the way is found out', () => {
	const {trees, made} = torrent(4, [4 * 9 + 2], true);
	const [range] = trees.leafRanges(2);
	const bent = answer(made[0]!, range!);
	bent[0]! ^= 1;
	assert.deepEqual(trees.add(range!, bent), {kind: 'wrong'});
	assert.equal(trees.leaves(2), undefined);
});

test('pieces of more than 8192 blocks are asked for in parts', () => {
	const {trees, made} = torrent(16_384, [16_384 + 9000], true);
	const [first, second] = trees.leafRanges(1);
	assert.deepEqual([first!.index, second!.index], [16_384, 24_576]);
	assert.deepEqual(trees.add(second!, answer(made[0]!, second!)), {kind: 'added', pieces: []});
	assert.deepEqual(trees.add(first!, answer(made[0]!, first!)), {kind: 'added', pieces: [1]});
	assert.equal(trees.leaves(1)?.length, 9000 * 32);
});

test('no more than some MiB of block hashes are held at a time', () => {
	const {trees, made} = torrent(1024, [1024 * 140], true);
	for (let piece = 0; piece < 140; piece++) {
		assert.equal(
			trees.addLeaves(piece, join(...made[0]!.layers[0]!.slice(piece * 1024, piece * 1024 + 1024))),
			true,
		);
	}
	assert.equal(trees.leaves(0), undefined);
	assert.equal(trees.leaves(139)?.length, 1024 * 32);
	assert.ok(Array.from({length: 140}, (_, piece) => trees.leaves(piece)).filter(Boolean).length <= 128);
});

test('of a hundred thousand small files nothing is made before somebody asks for their blocks', () => {
	const files = Array.from({length: 100_000}, (_, n) => {
		const piecesRoot = new Uint8Array(32);
		new DataView(piecesRoot.buffer).setUint32(0, 1 + Math.floor(n / 2));
		return {offset: n * 4 * block, length: 3 * block, piecesRoot};
	});
	const torrent = {pieceLength: 4 * block, pieceCount: files.length, files, pieceLayers: undefined};
	const trees = new HashTrees(torrent, sha256);
	assert.equal(trees.complete, true);
	assert.ok(trees.memory.known.every(known => known === 1));
	const [range] = trees.leafRanges(77_777);
	assert.deepEqual(range, {root: files[77_777]!.piecesRoot, base: 0, index: 0, length: 4, proofLayers: 1});
	assert.equal(trees.has(files[99_999]!.piecesRoot), true);
	assert.equal(trees.has(new Uint8Array(32)), false);
	assert.deepEqual(trees.piecesToHash(range!), [77_776]);
});
