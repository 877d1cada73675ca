import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.ts';
import type {FeedContent} from '../../../source/protocol/feed/feed-item.ts';
import {FeedReader} from '../../../source/protocol/feed/feed-reader.ts';

const url = 'https://feeds.example/all/rss.xml';
const hash = '0123456789abcdef0123456789abcdef01234567';

function read(text: string, part = text.length): FeedContent {
	const reader = new FeedReader(url);
	for (let at = 0; at < text.length; at += part) reader.push(text.slice(at, at + part));
	return reader.end();
}

const rss = (items: string, channel = '') =>
	`<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News</title>${channel}${items}</channel></rss>`;
const first = (items: string) => read(rss(items)).items[0]!;

function fault(text: string): string {
	try {
		read(text);
	} catch (error) {
		assert.ok(error instanceof ProtocolError, String(error));
		return error.message;
	}
	return 'none';
}

test('RSS 2.0: title, time, size and the enclosure of each item', () => {
	const {title, items, ttl} = read(
		rss(
			`<item><title>A &amp;amp; B</title><guid isPermaLink="false">g-1</guid><link>https://feeds.example/page/1</link>
			<pubDate>Wed, 11 Nov 2026 10:00:00 GMT</pubDate>
			<enclosure url="/get/1.torrent?key=a&amp;b=c" length="4500000" type="application/x-bittorrent"/></item>
			<item><title><![CDATA[C <raw> &]]></title><link>magnet:?xt=urn:btih:${hash}&amp;dn=C</link></item>`,
			'<ttl>30</ttl><image><title>no</title></image>',
		),
	);
	assert.deepEqual([title, ttl], ['News', 1_800_000]);
	assert.deepEqual(items, [
		{
			key: 'g-1',
			title: 'A & B',
			at: Date.UTC(2026, 10, 11, 10),
			size: 4_500_000,
			infoHash: undefined,
			seeders: undefined,
			target: {kind: 'torrent', url: 'https://feeds.example/get/1.torrent?key=a&b=c'},
		},
		{
			key: `magnet:?xt=urn:btih:${hash}&dn=C`,
			title: 'C <raw> &',
			at: undefined,
			size: undefined,
			infoHash: hash,
			seeders: undefined,
			target: {kind: 'magnet', url: `magnet:?xt=urn:btih:${hash}&dn=C`},
		},
	]);
});

test('Atom: enclosures, xml:base, times, and what stands in the source of an entry is not its own', () => {
	const {title, items} = read(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/x/">
		<title>Atom</title><link rel="self" href="self"/>
		<entry xml:base="y/"><source><title>no</title><link href="no.torrent"/><id>no</id></source>
			<title type="html">One</title><id>urn:1</id><updated>2026-11-11T10:00:00Z</updated>
			<link href="page"/><link rel="enclosure" type="application/x-bittorrent" href="one.torrent" length="77000000"/></entry>
		<entry><title>Two</title><id>urn:2</id><published>2026-11-10T10:00:00+01:00</published><link href="two.torrent"/></entry></feed>`);
	assert.equal(title, 'Atom');
	assert.deepEqual(
		items.map(({key, title, at, size, target}) => [key, title, at, size, target?.url]),
		[
			['urn:1', 'One', Date.UTC(2026, 10, 11, 10), 77_000_000, 'https://other.example/x/y/one.torrent'],
			['urn:2', 'Two', Date.UTC(2026, 10, 10, 9), undefined, 'https://other.example/x/two.torrent'],
		],
	);
});

test('RSS 1.0, where items stand beside the channel', () => {
	const {title, items, ttl} =
		read(`<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:sy="s" xmlns:dc="d"><channel rdf:about="x"><title>Old</title>
		<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></channel>
		<item rdf:about="u"><title>One</title><link>https://h.example/1.torrent</link><dc:date>2026-11-11T10:00:00Z</dc:date></item></rdf:RDF>`);
	assert.deepEqual([title, ttl], ['Old', 43_200_000]);
	assert.deepEqual([items[0]!.title, items[0]!.at], ['One', Date.UTC(2026, 10, 11, 10)]);
});

test('what indexers add: torznab, newznab, ezRSS and others', () => {
	const torznab =
		first(`<item><title>T</title><guid>1</guid><size>1073741824</size><link>http://10.0.0.1/dl?x=1</link>
		<enclosure url="http://10.0.0.1/dl?x=1" length="1073741824" type="application/x-bittorrent"/>
		<torznab:attr name="seeders" value="7"/><torznab:attr name="infohash" value="${hash.toUpperCase()}"/></item>`);
	assert.deepEqual([torznab.size, torznab.seeders, torznab.infoHash], [1_073_741_824, 7, hash]);
	assert.equal(torznab.target?.kind, 'torrent');
	const magnetOnly = first(`<item><title>T</title><guid>1</guid>
		<newznab:attr name="size" value="5000000"/><newznab:attr name="magneturl" value="magnet:?xt=urn:btih:${hash}"/></item>`);
	assert.deepEqual(
		[magnetOnly.size, magnetOnly.infoHash, magnetOnly.target?.kind],
		[5_000_000, hash, 'magnet'],
	);
	const ez =
		first(`<item><title>T</title><torrent xmlns="e"><contentLength>900000000</contentLength><infoHash>${hash}</infoHash>
		<magnetURI><![CDATA[magnet:?xt=urn:btih:${hash}]]></magnetURI></torrent></item>`);
	assert.deepEqual([ez.size, ez.infoHash, ez.target?.kind], [900_000_000, hash, 'magnet']);
	const words = first(`<item><title>T</title><link>https://h.example/download/5.torrent</link>
		<x:size>1.2 GiB</x:size><x:seeders>12</x:seeders><x:infoHash>${hash}</x:infoHash></item>`);
	assert.deepEqual([words.size, words.seeders, words.infoHash], [1_288_490_189, 12, hash]);
	const bare = first(`<item><title>T</title><torrent:infoHash>${hash}</torrent:infoHash></item>`);
	assert.deepEqual(bare.target, {kind: 'magnet', url: `magnet:?xt=urn:btih:${hash}&dn=T`});
});

test('what is no torrent is told from what may be one', () => {
	const podcast = first(
		'<item><title>P</title><link>https://h.example/p</link><enclosure url="a.mp3" length="5000000" type="audio/mpeg"/></item>',
	);
	assert.equal(podcast.target, undefined);
	const page = first('<item><title>P</title><link>https://h.example/download.php?id=5</link></item>');
	assert.deepEqual(page.target, {kind: 'page', url: 'https://h.example/download.php?id=5'});
	const script = first('<item><title>P</title><guid>1</guid><link>javascript:alert(1)</link></item>');
	assert.equal(script.target, undefined);
	const file = first('<item><title>P</title><guid>1</guid><link>file:///etc/passwd</link></item>');
	assert.equal(file.target, undefined);
});

test('what is not well-formed is read as it is meant', () => {
	const item = first(
		'<item><title>Fish & chips &nbsp;&eacute; <br> more</title><link>https://h.example/x.torrent?a=1&b=2</link></item>',
	);
	assert.deepEqual([item.title, item.target?.url], ['Fish & chips é', 'https://h.example/x.torrent?a=1&b=2']);
});

test('parts may be cut anywhere', () => {
	const text = rss(
		`<item><title>&lt;é&#x1F600;</title><guid>1</guid><enclosure url="x.torrent" type="application/x-bittorrent"/></item>`,
	);
	for (const part of [1, 2, 3, 7, 64]) assert.deepEqual(read(text, part), read(text));
});

test('what is no feed says what it is', () => {
	assert.match(
		fault('<!DOCTYPE html><html><body>log in</body></html>'),
		/web page, no feed: it may want you to log in/,
	);
	assert.match(fault('<html><body>log in</body></html>'), /web page/);
	assert.match(
		fault('<error code="100" description="Incorrect user credentials"/>'),
		/^the server says: Incorrect user credentials$/,
	);
	assert.match(fault('<opml><body/></opml>'), /neither RSS nor Atom/);
	assert.match(fault(''), /neither RSS nor Atom/);
	assert.match(fault('{"items": []}'), /neither RSS nor Atom/);
	assert.match(fault(rss('<item><title>x</title></item>').slice(0, -10)), /breaks off/);
	assert.match(fault(`<rss>${'<a>'.repeat(100)}`), /too deep/);
});

test('entities that expand are refused with their document type, and nothing grows', () => {
	const bomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><title>&b;</title></channel></rss>`;
	assert.match(fault(bomb), /declares a document type/);
	assert.match(
		fault(
			'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>',
		),
		/declares a document type/,
	);
	assert.equal(read(rss('<item><title>&undefined; x</title></item>')).items[0]!.title, '&undefined; x');
	const long = first(`<item><title>${'x'.repeat(100_000)}</title><guid>${'y'.repeat(100_000)}</guid></item>`);
	assert.deepEqual([long.title.length, long.key.length], [500, 500]);
});

test('10,000 items are read, the same one once, and of more than 20,000 the number is told', () => {
	const items = Array.from(
		{length: 10_000},
		(_, at) => `<item><title>t${at}</title><guid>${at}</guid></item>`,
	);
	assert.equal(read(rss(`${items.join('')}${items[0]}`), 65_536).items.length, 10_000);
	const more = read(
		rss(`${items.join('')}${items.join('').replaceAll('<guid>', '<guid>b')}<item><guid>c</guid></item>`),
	);
	assert.deepEqual([more.items.length, more.leftOut], [20_000, 1]);
});
