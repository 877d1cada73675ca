import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {HashTrees} from '../../source/policy/hashes/hash-trees.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {parseInfo, parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.js';
import {bencode} from '../helpers/bencode.ts';
import {v2Cases} from '../helpers/v2-torrents.ts';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const digest = (algorithm: string) => (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();
const hash = {sha1: digest('sha1'), sha256: digest('sha256')};
const seed = fuzzSeed(20_261_120);
const rounds = fuzzRounds(4000);

const v1 = bencode({
	announce: 'http://t.example/announce',
	'announce-list': [['http://t.example/announce', 'udp://u.example:1'], ['https://v.example/']],
	info: {
		name: 'set',
		'piece length': 16_384,
		pieces: Buffer.alloc(40),
		files: [
			{path: ['a', 'b.txt'], length: 20_000},
			{path: ['a', 'link'], length: 0, attr: 'l', 'symlink path': ['a', 'b.txt']},
			{path: ['.pad', '5'], length: 5, attr: 'p'},
		],
	},
	nodes: [['a.example', 6881]],
	'url-list': ['http://s.example/'],
});
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const samples = [
	v1,
	...v2Cases.map(({bytes}) => bytes),
	fixture('libtorrent-hybrid.torrent'),
	fixture('libtorrent-v2.torrent'),
];

/** Whatever was read has trees: each piece is of one file at most, and what they lack can be asked for. */
function requireTrees(torrent: Metainfo): void {
	const trees = new HashTrees(torrent, hash.sha256);
	for (const {range, firsts, pieces} of trees.missing()) {
		assert.ok(range.length >= 2 && range.length <= 512 && range.proofLayers >= 0);
		for (const first of firsts) assert.ok(first >= 0 && first + pieces <= torrent.pieceCount);
		assert.equal(trees.read(range), undefined);
	}
	const roots = torrent.files.filter(({piecesRoot}) => piecesRoot !== undefined);
	for (const {offset} of roots) assert.equal(offset % torrent.pieceLength, 0);
	for (const [root, layer] of trees.layers()) {
		assert.deepEqual(Buffer.from(layer), Buffer.from(torrent.pieceLayers!.get(root)!));
	}
}

test(`damaged torrents give a torrent or a ProtocolError, and no path leads outside (seed ${seed})`, () => {
	const random = seeded(seed);
	let accepted = 0;
	for (let round = 0; round < rounds; round++) {
		const bytes = mutate(samples[round % samples.length]!, random);
		try {
			const torrent = parseMetainfo(bytes, hash);
			accepted++;
			let offset = 0;
			for (const {path, length, offset: at, symlink} of torrent.files) {
				assert.equal(at, offset);
				assert.ok(length >= 0);
				for (const element of [...path, ...(symlink ?? [])]) assert.doesNotMatch(element, /^\.*$|[/\\\0]/);
				offset += length;
			}

			assert.equal(torrent.length, offset);
			assert.equal(torrent.pieceCount, Math.ceil(offset / torrent.pieceLength));
			assert.equal(torrent.pieceHashes?.length ?? torrent.pieceCount * 20, torrent.pieceCount * 20);
			assert.equal(parseInfo(torrent.info, hash).infoHash, torrent.infoHash);
			if (torrent.version !== '1' && torrent.pieceCount < 10_000) requireTrees(torrent);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			assert.doesNotMatch(error.message, /\n/);
		}
	}

	assert.ok(accepted > 0);
});
