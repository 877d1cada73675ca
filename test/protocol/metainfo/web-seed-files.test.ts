import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {WebSeedFiles} from '../../../source/protocol/metainfo/web-seed-files.ts';

const base = {'piece length': 16_384, pieces: new Uint8Array(20)};
const filesOf = (info: Record<string, unknown>) =>
	new WebSeedFiles(parseMetainfo(encodeBencode({info: {...base, ...info}} as never), hashFunctions));

test('the URL of a single file is its own, unless it ends in a slash', () => {
	const files = filesOf({name: 'a b.iso', length: 5});
	const urls = (webSeed: string) => files.urlOf(webSeed, 0).href;
	assert.equal(urls('http://h/x/y.iso'), 'http://h/x/y.iso');
	assert.equal(urls('http://h/x/y.iso?v=1#part'), 'http://h/x/y.iso?v=1');
	assert.equal(urls('http://h/x/'), 'http://h/x/a%20b.iso');
	assert.equal(urls('http://h'), 'http://h/a%20b.iso');
	assert.equal(urls('https://me:pw@h:8443/x%20y/'), 'https://me:pw@h:8443/x%20y/a%20b.iso');
});

test('files of folders lie below the name of the torrent, whether the URL ends in a slash or not', () => {
	const names = ['sub', 'ü%2f?#[1]&=+;.bin'];
	const files = filesOf({
		name: 'The Name',
		files: [
			{length: 1, path: ['x']},
			{length: 2, path: names},
		],
	});
	const expected = 'http://h/pub/The%20Name/sub/%C3%BC%252f%3F%23%5B1%5D%26%3D%2B%3B.bin';
	for (const webSeed of ['http://h/pub/', 'http://h/pub']) {
		assert.equal(files.urlOf(webSeed, 1).href, expected);
		assert.equal(files.urlOf(webSeed, 0).href, 'http://h/pub/The%20Name/x');
	}
});

test('names are asked for as the torrent has them, byte for byte, not as they are on our disk', () => {
	const files = filesOf({
		name: 'n',
		files: [
			{length: 1, path: [Buffer.from([0xff, 0x41])]},
			{length: 1, path: ['a\u202eb\u0007c']},
			{length: 1, path: ['same']},
			{length: 1, path: ['a\\b']},
		],
	});
	assert.equal(files.urlOf('http://h/', 0).href, 'http://h/n/%FFA');
	assert.equal(files.urlOf('http://h/', 1).href, 'http://h/n/a%E2%80%AEb%07c');
	assert.equal(files.urlOf('http://h/', 3).href, 'http://h/n/a%5Cb');
});

test('no name leads out of the folder of the torrent', () => {
	const files = filesOf({
		name: '..',
		files: [
			{length: 1, path: ['..', '.', 'x']},
			{length: 1, path: ['%2e%2e', 'y']},
		],
	});
	for (const file of [0, 1]) {
		const {href} = files.urlOf('http://h/a/b/', file);
		assert.ok(href.startsWith('http://h/a/b/'), href);
		assert.equal(new URL(href).pathname.split('/').length, file === 0 ? 7 : 6, href);
	}
});
