import assert from 'node:assert/strict';
import {hash} from 'node:crypto';
import {test} from 'node:test';
import {HashTrees} from '../../source/policy/hashes/hash-trees.js';
import {rootOfPieces} from '../../source/protocol/metainfo/merkle.js';
import type {HashRequest} from '../../source/protocol/wire/hash-messages.js';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(20_261_127);
const rounds = fuzzRounds(1500);
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const block = 16_384;
const pieces = 1300;
const pieceLength = 2 * block;

/** One file of 1,300 pieces: all that is known of it, and what a link leaves. */
function both(): {whole: HashTrees; bare: HashTrees; layer: Uint8Array} {
	const layer = new Uint8Array(pieces * 32);
	for (let piece = 0; piece < pieces; piece++) layer.set(sha256(Buffer.from(`piece ${piece}`)), piece * 32);
	const piecesRoot = rootOfPieces(layer, pieceLength, sha256);
	const torrent = {
		pieceLength,
		pieceCount: pieces,
		files: [{offset: 0, length: pieces * pieceLength - 5, piecesRoot}],
		pieceLayers: new Map([[Buffer.from(piecesRoot).toString('hex'), layer]]),
	};
	return {
		whole: new HashTrees(torrent, sha256),
		bare: new HashTrees({...torrent, pieceLayers: undefined}, sha256),
		layer,
	};
}

test(`whatever comes as hashes, none is believed that is not in the tree (seed ${seed})`, () => {
	const random = seeded(seed);
	const {whole, bare, layer} = both();
	const ranges = [...bare.missing()].map(({range}) => range);
	const answers = ranges.map(range => whole.read(range)!);
	const odd = [-1, 0, 1, 2, 3, 255, 511, 512, 513, 1299, 1300, 2047, 2048, 8192, 8193, 2 ** 31, 2 ** 32 - 1];
	const any = (): number => odd[Math.floor(random() * odd.length)]!;
	let added = 0;
	for (let round = 0; round < rounds; round++) {
		const n = round % ranges.length;
		const bent: HashRequest = {
			...ranges[n]!,
			...(random() < 0.3 && {base: any()}),
			...(random() < 0.3 && {index: any()}),
			...(random() < 0.3 && {length: any()}),
			...(random() < 0.3 && {proofLayers: any()}),
		};
		const hashes = random() < 0.5 ? mutate(answers[n]!, random) : answers[n]!;
		if (bare.add(bent, hashes).kind === 'added') added++;
		for (const trees of [bare, whole]) {
			const given = trees.read(bent);
			assert.ok(given === undefined || given.length <= (8192 + 64) * 32);
			assert.ok(trees.piecesToHash(bent).length <= 4096);
		}
	}
	for (let piece = 0; piece < pieces; piece++) {
		if (!bare.canVerify(piece)) continue;
		const at = piece * 32;
		assert.deepEqual(bare.memory.hashes.slice(at, at + 32), layer.slice(at, at + 32));
	}
	assert.ok(added > 0);
});
