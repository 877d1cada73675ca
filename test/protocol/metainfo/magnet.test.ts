import assert from 'node:assert/strict';
import {test} from 'node:test';
import {UserError} from '../../../source/base/errors.js';
import {formatMagnet, isMagnet, parseMagnet} from '../../../source/protocol/metainfo/magnet.js';

const v1 = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a';
const v2 = 'caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e';

test('reads hash, name, trackers, seeds and peers', () => {
	const link = parseMagnet(
		`magnet:?xt=urn:btih:${v1}&dn=Some+name%20%28x%29&tr=http%3A%2F%2Ft.example%2Fannounce&tr=udp://u.example:6969` +
			'&tr=wss://w.example&tr=http%3A%2F%2Ft.example%2Fannounce&ws=https://s.example/f/&x.pe=192.0.2.1:6881&x.pe=[2001:db8::1]:1&x.pe=host.example:2&x.pe=bad',
	);
	assert.deepEqual(link, {
		infoHash: v1,
		infoHashV2: undefined,
		name: 'Some name (x)',
		trackers: ['http://t.example/announce', 'udp://u.example:6969'],
		webSeeds: ['https://s.example/f/'],
		peers: ['192.0.2.1:6881', '[2001:db8::1]:1', 'host.example:2'],
		select: undefined,
	});
});

test('reads v2 and hybrid links, and numbered keys', () => {
	assert.equal(parseMagnet(`magnet:?xt=urn:btmh:1220${v2}`).infoHashV2, v2);
	const hybrid = parseMagnet(
		`magnet:?xt.1=urn:btih:${v1.toUpperCase()}&xt.2=urn:btmh:1220${v2}&tr.1=http://a/&tr.2=http://b/`,
	);
	assert.deepEqual(
		[hybrid.infoHash, hybrid.infoHashV2, hybrid.trackers],
		[v1, v2, ['http://a/', 'http://b/']],
	);
});

test('reads bare info-hashes in hex and base32', () => {
	assert.equal(parseMagnet(` ${v1}\n`).infoHash, v1);
	assert.equal(parseMagnet(v2).infoHashV2, v2);
	assert.equal(parseMagnet('YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK').infoHash, v1);
	assert.equal(parseMagnet('magnet:?xt=urn:btih:yex6dqdlxisuvhoj6um3gnnkpqjwpkek').infoHash, v1);
});

test('reads which files are wanted', () => {
	const select = parseMagnet(`magnet:?xt=urn:btih:${v1}&so=0,2,4-6,9-7,x`).select;
	assert.deepEqual(select, [
		[0, 0],
		[2, 2],
		[4, 6],
	]);
});

test('survives a stray percent sign and makes the name safe', () => {
	assert.equal(parseMagnet(`magnet:?xt=urn:btih:${v1}&dn=100%`).name, '100%');
	assert.equal(parseMagnet(`magnet:?xt=urn:btih:${v1}&dn=..%2F%1b%5B2J`).name, '.._[2J');
	assert.equal(parseMagnet(`magnet:?xt=urn:btih:${v1}&dn=`).name, undefined);
});

const refused: ReadonlyArray<readonly [what: string, text: string]> = [
	['nothing', ''],
	['a word', 'hello'],
	['39 digits', v1.slice(1)],
	['a link without a topic', 'magnet:?dn=x'],
	['a link of another network', 'magnet:?xt=urn:sha1:YNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C'],
	['a hash with a digit too many', `magnet:?xt=urn:btih:${v1}0`],
	['a multihash of another kind', `magnet:?xt=urn:btmh:1114${v1}`],
	['a link of a megabyte', `magnet:?xt=urn:btih:${v1}&dn=${'x'.repeat(1_000_000)}`],
];

for (const [what, text] of refused) {
	test(`refuses ${what} with exit status 3`, () => {
		assert.throws(
			() => parseMagnet(text),
			error => error instanceof UserError && error.exitStatus === 3 && !error.message.includes('\n'),
		);
	});
}

test('takes at most 500 trackers', () => {
	const trackers = Array.from({length: 800}, (_, n) => `&tr=http://${n}.example/`).join('');
	assert.equal(parseMagnet(`magnet:?xt=urn:btih:${v1}${trackers}`).trackers.length, 500);
});

test('what is written reads back', () => {
	const torrent = {
		infoHash: parseMagnet(v1).infoHash,
		infoHashV2: parseMagnet(v2).infoHashV2,
		name: 'a & b = 100% ünï',
		trackers: [['http://a.example/announce?k=1&l=2', 'udp://b.example:1'], ['http://c.example/']],
		webSeeds: ['http://s.example/x y/'],
	};
	const link = parseMagnet(formatMagnet(torrent));
	assert.deepEqual(
		[link.infoHash, link.infoHashV2, link.name, link.trackers],
		[v1, v2, torrent.name, torrent.trackers.flat()],
	);
	assert.deepEqual(link.webSeeds, ['http://s.example/x%20y/']);
});

test('tells links and hashes from file names', () => {
	assert.deepEqual([`magnet:?xt=urn:btih:${v1}`, 'MAGNET:?x', v1, v2].map(isMagnet), [
		true,
		true,
		true,
		true,
	]);
	assert.deepEqual(['a.torrent', '-', 'http://x/y.torrent', v1.slice(2)].map(isMagnet), [
		false,
		false,
		false,
		false,
	]);
});
