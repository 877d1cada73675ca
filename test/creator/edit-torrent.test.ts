import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {ProtocolError, UserError} from '../../source/base/errors.js';
import {editTorrent, type TorrentChanges} from '../../source/creator/edit-torrent.js';
import {fitsUrl, type UrlChanges} from '../../source/creator/url-changes.js';
import {decodeBencode} from '../../source/protocol/bencode/bencode.js';
import {fuzzRounds, fuzzSeed, mutate} from '../fuzz/mutate.ts';
import {bencode} from '../helpers/bencode.ts';
import {seeded} from '../policy/seeded.ts';

const none: UrlChanges = {remove: [], replace: [], add: []};
const unchanged: TorrentChanges = {trackers: none, webSeeds: none};
const trackers = (changes: Partial<UrlChanges>): TorrentChanges => ({
	...unchanged,
	trackers: {...none, ...changes},
});
const webSeeds = (changes: Partial<UrlChanges>): TorrentChanges => ({
	...unchanged,
	webSeeds: {...none, ...changes},
});
const info = {name: 'a', 'piece length': 16_384, pieces: Buffer.alloc(20, 1), length: 5};
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

test('a tracker is added behind those that are there, once', () => {
	const before = bencode({announce: 'http://a/', info});
	const {
		bytes,
		metainfo,
		trackers: counts,
	} = editTorrent(before, trackers({add: [['udp://b:1', 'http://a/'], ['http://c/']]}));
	assert.deepEqual(metainfo.trackers, [['http://a/'], ['udp://b:1'], ['http://c/']]);
	assert.deepEqual(counts, {removed: 0, replaced: 0, added: 2});
	assert.deepEqual(
		bytes,
		bencode({announce: 'http://a/', 'announce-list': [['http://a/'], ['udp://b:1'], ['http://c/']], info}),
	);
	assert.deepEqual(editTorrent(bencode({info}), trackers({add: [['http://a/']]})).bytes, before);
	const again = editTorrent(bytes, trackers({add: [['http://c/', 'http://a/']]}));
	assert.deepEqual([again.changed, again.bytes], [false, bytes]);
});

test('trackers are removed and replaced by pattern, in every tier, and the first one is announce', () => {
	const before = bencode({
		announce: 'http://old.example/a?k=1',
		'announce-list': [['http://old.example/a?k=1', 'udp://x:1'], ['wss://old.example/b'], ['udp://y:1']],
		info,
	});
	const moved = editTorrent(
		before,
		trackers({remove: ['udp*'], replace: [{from: 'old.example', to: 'new.example:80'}]}),
	);
	// Also those that we do not know, such as trackers for browsers.
	assert.deepEqual(
		moved.bytes,
		bencode({
			announce: 'http://new.example:80/a?k=1',
			'announce-list': [['http://new.example:80/a?k=1'], ['wss://new.example:80/b']],
			info,
		}),
	);
	assert.deepEqual(moved.trackers, {removed: 2, replaced: 2, added: 0});
	const gone = editTorrent(before, trackers({remove: ['http://old.example/a?k=1']}));
	assert.equal(decodeBencode(gone.bytes).get('announce')?.text(), 'udp://x:1');
	const one = editTorrent(before, trackers({replace: [{from: '*', to: 'http://one/'}]}));
	assert.deepEqual(one.metainfo.trackers, [['http://one/']]);
	assert.deepEqual(editTorrent(before, trackers({remove: ['*']})).bytes, bencode({info}));
	const anew = editTorrent(before, trackers({remove: ['*'], add: [['http://n/']]}));
	assert.deepEqual(anew.bytes, bencode({announce: 'http://n/', info}));
});

test('a first tracker that stands in no tier is changed too, and the tiers stay as they are', () => {
	const before = bencode({announce: 'http://alone/', 'announce-list': [['http://a/'], ['http://b/']], info});
	const moved = editTorrent(before, trackers({replace: [{from: 'alone', to: 'other'}]}));
	assert.deepEqual(
		moved.bytes,
		bencode({announce: 'http://other/', 'announce-list': [['http://a/'], ['http://b/']], info}),
	);
	assert.equal(moved.changed, true);
	const left = editTorrent(before, trackers({remove: ['http://a/', 'http://b/']}));
	assert.deepEqual(left.bytes, bencode({announce: 'http://alone/', info}));
	const removed = editTorrent(before, trackers({remove: ['http://alone/']}));
	assert.equal(decodeBencode(removed.bytes).get('announce')?.text(), 'http://a/');
});

test('web seeds are added, removed and replaced; one alone stays a text where it was one', () => {
	const one = bencode({info, 'url-list': 'http://w/a'});
	const two = editTorrent(one, webSeeds({add: [['http://v/'], ['http://w/a']]}));
	assert.deepEqual(two.bytes, bencode({info, 'url-list': ['http://w/a', 'http://v/']}));
	assert.deepEqual(
		editTorrent(one, webSeeds({replace: [{from: 'http://w/', to: 'https://w2/'}]})).bytes,
		bencode({info, 'url-list': 'https://w2/a'}),
	);
	assert.deepEqual(editTorrent(one, webSeeds({remove: ['*/a']})).bytes, bencode({info}));
	assert.deepEqual(
		editTorrent(bencode({info}), webSeeds({add: [['http://v/']]})).bytes,
		bencode({info, 'url-list': ['http://v/']}),
	);
});

test('the comment is another one in every place where it stands, or is gone', () => {
	const before = bencode({comment: 'old', 'comment.utf-8': 'öld', info});
	const edited = editTorrent(before, {...unchanged, comment: 'nëw'});
	assert.deepEqual([edited.bytes, edited.comment], [bencode({comment: 'nëw', info}), true]);
	assert.deepEqual(editTorrent(before, {...unchanged, comment: ''}).bytes, bencode({info}));
	assert.equal(editTorrent(before, {...unchanged, comment: 'öld'}).changed, false);
});

test('odd dictionaries stay byte for byte but for what is changed', () => {
	// Unordered and repeated keys, leading zeros, keys nobody knows, and something behind the end.
	const odd = 'd6:lengthi005e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaa3:fooi1ee';
	const before = Buffer.from(`d3:zooli1ee4:info${odd}7:comment3:old8:announce8:http://a4:infod1:xi0eee\n`);
	const {bytes, metainfo} = editTorrent(before, {
		trackers: {...none, add: [['http://bb']]},
		webSeeds: {...none, add: [['http://w']]},
		comment: 'new!',
	});
	assert.equal(
		text(bytes),
		`d13:announce-listll8:http://ael9:http://bbee8:url-listl8:http://we3:zooli1ee4:info${odd}7:comment4:new!8:announce8:http://a4:infod1:xi0eee\n`,
	);
	assert.equal(metainfo.infoHash, createHash('sha1').update(odd).digest('hex'));
});

for (const name of ['libtorrent-v2.torrent', 'libtorrent-hybrid.torrent']) {
	test(`of ${name} both info-hashes and the piece layers stay`, () => {
		const before = readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
		const edited = editTorrent(before, trackers({remove: ['*'], add: [['http://n/']]}));
		const again = editTorrent(edited.bytes, {...trackers({remove: ['*']}), comment: ''});
		const layers = (bytes: Uint8Array) => text(decodeBencode(bytes).get('piece layers')!.raw);
		for (const {bytes, metainfo} of [edited, again]) {
			const old = editTorrent(before, unchanged).metainfo;
			assert.deepEqual([metainfo.infoHash, metainfo.infoHashV2], [old.infoHash, old.infoHashV2]);
			assert.equal(layers(bytes), layers(before));
		}
	});
}

test('what is made of a URL has to be one', () => {
	const before = bencode({announce: 'http://a/', info});
	for (const changes of [
		trackers({replace: [{from: 'http', to: 'gopher'}]}),
		trackers({replace: [{from: 'http://a/', to: 'nothing'}]}),
	])
		assert.throws(
			() => editTorrent(before, changes),
			error => error instanceof UserError && /would be no URL of a tracker/.test(error.message),
		);
	// A replacement is no pattern: what stands for parts of a match elsewhere means itself.
	const edited = editTorrent(before, trackers({replace: [{from: 'a', to: "b$&$'"}]}));
	assert.equal(edited.metainfo.trackers[0]?.[0], "http://b$&$'/");
});

test('in a pattern only * stands for something else', () => {
	const fits: ReadonlyArray<readonly [pattern: string, url: string, is: boolean]> = [
		['http://a/', 'http://a/', true],
		['http://a', 'http://a/', false],
		['a', 'http://a/', false],
		['*a*', 'http://a/', true],
		['*', '', true],
		['http://*/announce', 'http://x/y/announce', true],
		['http://*/announce', 'http://announce', false],
		['*?k=*', 'http://a/?k=1', true],
		['*.k=*', 'http://a/?k=1', false],
		['*ab*ba', 'xaba', false],
		['*ab*ba', 'xabba', true],
		['a*b*c*d', 'abcabcd', true],
	];
	for (const [pattern, url, is] of fits) assert.equal(fitsUrl(pattern, url), is, `${pattern} ${url}`);
	assert.equal(fitsUrl('*a'.repeat(50), 'a'.repeat(1_000_000)), true);
});

const seed = fuzzSeed(20_261_127);
test(`damaged torrents are refused, or stay the same torrent (seed ${seed})`, () => {
	const random = seeded(seed);
	const samples = [
		bencode({
			announce: 'http://a/',
			'announce-list': [['http://a/', 'udp://b:1']],
			info,
			'url-list': 'http://w/',
		}),
		readFileSync(new URL('../fixtures/libtorrent-hybrid.torrent', import.meta.url)),
	];
	const changes: TorrentChanges = {
		trackers: {remove: ['udp*'], replace: [{from: 'a', to: 'b'}], add: [['http://n/']]},
		webSeeds: {remove: ['*w*'], replace: [], add: [['http://n/']]},
		comment: 'new',
	};
	let edited = 0;
	for (let round = 0; round < fuzzRounds(2000); round++) {
		const before = mutate(samples[round % samples.length]!, random);
		try {
			const {bytes, metainfo} = editTorrent(before, changes);
			assert.deepEqual(decodeBencode(bytes).get('info')!.raw, decodeBencode(before).get('info')!.raw);
			assert.equal(metainfo.comment, 'new');
			assert.ok(metainfo.trackers.flat().includes('http://n/'));
			assert.equal(editTorrent(bytes, changes).changed, false);
			edited++;
		} catch (error) {
			if (error instanceof ProtocolError || (error instanceof UserError && error.code === 'bad-url'))
				continue;
			throw error;
		}
	}
	assert.ok(edited > 50, `${edited} were edited`);
});
