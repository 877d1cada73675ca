import assert from 'node:assert/strict';
import {test} from 'node:test';
import {UserError} from '../../../source/base/errors.js';
import {nearlyInfoHash} from '../../../source/protocol/metainfo/info-hash-text.js';
import {magnetNotes, parseMagnet} from '../../../source/protocol/metainfo/magnet.js';

const v1 = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a';
const other = 'd12fe1c06bba254a9dc9f519b335aa7c1367a88b';
const v2 = 'caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e';
const link = `magnet:?xt=urn:btih:${v1}`;
const tracker = 'http://t.example/announce?key=a+b';

function refusal(text: string): string {
	try {
		parseMagnet(text);
	} catch (error) {
		assert.ok(error instanceof UserError && error.exitStatus === 3);
		return error.message;
	}
	return 'accepted';
}

const lengths: ReadonlyArray<readonly [hash: string, fault: RegExp]> = [
	[v1.slice(2), /an info-hash has 40 hex digits, this one has 38/],
	[v1.slice(1), /an info-hash has 40 hex digits, this one has 39/],
	[`${v1}a`, /an info-hash has 40 hex digits, this one has 41/],
	[v2.slice(1), /an info-hash of v2 has 64 hex digits, this one has 63/],
	[`${v2}a`, /an info-hash of v2 has 64 hex digits, this one has 65/],
];

for (const [hash, fault] of lengths) {
	test(`${hash.length} hex digits are told how many they ought to be, in a link and alone`, () => {
		for (const text of [
			hash,
			`magnet:?xt=urn:btih:${hash}`,
			`magnet:?dn=x&xt=urn:btih:${hash.toUpperCase()}`,
		])
			assert.match(refusal(text), fault);
		assert.match(refusal(`magnet:?xt=urn:btih:${hash}`), /: copy all of it$/);
		assert.match(nearlyInfoHash(hash) ?? '', fault);
	});
}

test('what else is no info-hash is told what is wrong with it', () => {
	const cases: ReadonlyArray<readonly [string, RegExp]> = [
		[`magnet:?xt=urn:btih:${v1.slice(0, 39)}g`, /has hex digits only, 0-9 and a-f, this one has "g"/],
		['magnet:?xt=urn:btih:YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKE', /in base32 has 32 characters, this one has 31/],
		['magnet:?xt=urn:btih:', /the info-hash is missing/],
		[
			'magnet:?xt=urn:btih:hello',
			/\(40 hex digits or 32 of base32 after urn:btih:\): "hello" is no info-hash/,
		],
		['magnet:?xt=urn:btih:h%C3%A9llo', /"héllo" is no info-hash/],
		[`magnet:?xt=urn:btmh:1220${v2.slice(2)}`, /an info-hash of v2 has 64 hex digits, this one has 62/],
		[`magnet:?xt=urn:btmh:1114${v1}`, /after urn:btmh: come 1220 and the 64 hex digits/],
		['magnet:?xt=urn:sha1:YNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C', /of another network \(urn:sha1:\)/],
		['magnet:?dn=x&tr=http://t.example/', /names no torrent \(it has no xt=urn:btih: part\)/],
		['magnet:', /names no torrent/],
	];
	for (const [text, fault] of cases) assert.match(refusal(text), fault, text);
});

test('file names are not taken for info-hashes that are nearly right', () => {
	for (const name of ['a.torrent', 'deadbeef', 'cafe', v1, v2, `${v1.slice(1)}.torrent`, ''])
		assert.equal(nearlyInfoHash(name), undefined, name);
});

const forms: ReadonlyArray<readonly [what: string, text: string]> = [
	['as it is', `${link}&dn=a+b&tr=${encodeURIComponent(tracker)}&x.pe=192.0.2.1:6881`],
	[
		'from a page, with &amp;',
		`${link}&amp;dn=a+b&amp;tr=${encodeURIComponent(tracker)}&amp;x.pe=192.0.2.1:6881`,
	],
	['escaped twice by a page', `${link}&amp;amp;dn=a%20b&#38;tr=${tracker}&#x26;x.pe=192.0.2.1:6881`],
	[
		'escaped as a whole',
		`magnet:${encodeURIComponent(`?xt=urn:btih:${v1}&dn=a b&tr=${encodeURIComponent(tracker)}&x.pe=192.0.2.1:6881`)}`,
	],
	[
		'with its values escaped twice',
		`magnet:?xt=urn%3Abtih%3A${v1}&dn=a%20b&tr=${encodeURIComponent(encodeURIComponent(tracker))}&x%2Epe=192.0.2.1%3A6881`,
	],
	['with slashes', `magnet://?xt=urn:btih:${v1}&dn=a b&tr=${tracker}&x.pe=192.0.2.1:6881`],
	['in capitals', `MAGNET:?XT=URN:BTIH:${v1.toUpperCase()}&DN=a+b&TR=${tracker}&X.PE=192.0.2.1:6881`],
	[
		'broken into lines by a mail',
		`${link}&dn=a+b&tr=\r\n  ${encodeURIComponent(tracker)}&x.pe=192.0.\n2.1:6881`,
	],
	[
		'in base32, in small letters',
		`magnet:?xt=urn:btih:yex6dqdlxisuvhoj6um3gnnkpqjwpkek&dn=a+b&tr=${tracker}&x.pe=192.0.2.1:6881`,
	],
];

for (const [what, text] of forms) {
	test(`a link is read ${what}`, () => {
		const {infoHash, name, trackers, peers} = parseMagnet(text);
		assert.deepEqual([infoHash, name, trackers, peers], [v1, 'a b', [tracker], ['192.0.2.1:6881']]);
		assert.deepEqual(magnetNotes(text), []);
	});
}

test('names are read in UTF-8, else as old programs wrote them; a stray % stands for itself', () => {
	const name = (text: string) => parseMagnet(`${link}&dn=${text}`).name;
	assert.equal(name('%C3%BCber+%E2%82%AC'), 'über €');
	assert.equal(name('M%FCller+50%+x%20y'), 'Müller 50% x y');
	assert.equal(name('100%25'), '100%');
	assert.equal(name('a%2Bb'), 'a+b');
});

test('bytes that are escaped in the URL of a tracker stay escaped', () => {
	const {trackers} = parseMagnet(`${link}&tr=http://t.example/a?k=%FC%01`);
	assert.deepEqual(trackers, ['http://t.example/a?k=%FC%01']);
});

test('of several names of a torrent the right ones count', () => {
	const hybrid = parseMagnet(
		`magnet:?xt=urn:ed2k:31d6&xt=urn:btmh:1220${v2}&xt=urn:btih:bad&xt=urn:btih:${v1}`,
	);
	assert.deepEqual([hybrid.infoHash, hybrid.infoHashV2], [v1, v2]);
	const alike = `magnet:?xt=urn:btih:${v1}&xt=urn:btih:${v2}`;
	assert.deepEqual([parseMagnet(alike).infoHash, parseMagnet(alike).infoHashV2], [v1, v2]);
	assert.equal(parseMagnet(`magnet:?xt=urn:btmh:${v2}`).infoHashV2, v2);
	const two = `${link}&xt=urn:btih:${other}`;
	assert.equal(parseMagnet(two).infoHash, v1);
	assert.deepEqual(magnetNotes(two), [
		`the link's info-hash "${other}" is ignored: it is of another torrent: add that one by itself`,
	]);
	assert.deepEqual(magnetNotes(`${link}&xt=urn:btih:${v1.toUpperCase()}`), []);
});

test('what is ignored is told, a line a kind', () => {
	const text =
		`${link}&xl=17&tr=wss://w.example/&tr=nonsense&tr=http://t.example/&x.pe=bad&x.pe=1.2.3.4:99999` +
		'&so=0,9-7,x&ws=ftp://s.example/&xs=http://s.example/a.torrent&kt=a+b&x.unknown=1&tr=';
	assert.deepEqual(magnetNotes(text), [
		`"9-7,x" in the link's choice of files (so=) is ignored: it is no number or range`,
		`2 of the link's trackers are ignored, the first is "wss://w.example/": only http, https and udp trackers are known`,
		`2 of the link's peers are ignored, the first is "bad": a peer is HOST:PORT or [IPv6]:PORT`,
		`the link's web seed "ftp://s.example/" is ignored: it is no http or https URL`,
		'ignored in the link, for nothing is done with it: xs, kt, x.unknown',
	]);
	assert.deepEqual(parseMagnet(text).trackers, ['http://t.example/']);
});

test('a choice of files that is none is told, and all are wanted', () => {
	const text = `${link}&so=all`;
	assert.equal(parseMagnet(text).select, undefined);
	assert.deepEqual(magnetNotes(text), [
		"the link's choice of files so=all is no list such as 0,2,4-6: all files are wanted",
	]);
	assert.deepEqual(magnetNotes(`${link}&so=`), []);
});

test('web seeds come from ws and as, but a .torrent is none', () => {
	const text = `${link}&ws=http://a.example/&as=http://b.example/f&as=http://c.example/f.torrent?x`;
	assert.deepEqual(parseMagnet(text).webSeeds, ['http://a.example/', 'http://b.example/f']);
	assert.match(magnetNotes(text).join('\n'), /^the link.s other source "http:\/\/c\.example/);
});

test('notes are few and safe, whatever the link has in it', () => {
	const hostile = `${link}${Array.from({length: 900}, (_, n) => `&k${n}%1b[2J=1&tr=%1b]0;x%07${n}&x.pe=%0a${n}`).join('')}`;
	const notes = magnetNotes(hostile);
	assert.equal(notes.length, 3);
	for (const note of notes) {
		assert.ok(note.length < 400, note);
		assert.doesNotMatch(note, /\p{Cc}/u);
	}
	assert.deepEqual(magnetNotes(v1), []);
	assert.deepEqual(magnetNotes('no link'), []);
});
