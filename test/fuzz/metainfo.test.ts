import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {parseInfo, parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.js';
import {bencode} from '../helpers/bencode.ts';
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
const samples = [v1, fixture('libtorrent-hybrid.torrent'), fixture('libtorrent-v2.torrent')];

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
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			assert.doesNotMatch(error.message, /\n/);
		}
	}

	assert.ok(accepted > 0);
});
