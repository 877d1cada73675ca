import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {FeedReader} from '../../source/protocol/feed/feed-reader.js';
import {feedText} from '../../source/protocol/feed/feed-text.js';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(1);
const rounds = fuzzRounds(5000);
const hash = '0123456789abcdef0123456789abcdef01234567';
const feeds = [
	`<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>é</title><ttl>5</ttl><item><title><![CDATA[a]]></title>
	<guid>1</guid><pubDate>Wed, 11 Nov 2026 10:00:00 GMT</pubDate><enclosure url="/a.torrent" length="5" type="application/x-bittorrent"/>
	<torznab:attr name="size" value="1234567"/><torrent:magnetURI>magnet:?xt=urn:btih:${hash}</torrent:magnetURI></item></channel></rss>`,
	`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://h.example/"><title>A</title><!-- x --><entry xml:base="y/"><id>1</id>
	<title type="html">&lt;b&gt;&amp;</title><link rel="enclosure" href="a.torrent" length="9"/><updated>2026-11-11T10:00:00Z</updated></entry></feed>`,
	`<!DOCTYPE rss [<!ENTITY a "b">]><rdf:RDF><channel/><item><title>&a;</title><link>magnet:?xt=urn:btih:${hash}</link></item></rdf:RDF>`,
].map(text => Buffer.from(text));

test(`any bytes give a feed or a ProtocolError (seed ${seed}, ${rounds} inputs)`, () => {
	const random = seeded(seed);
	for (let round = 0; round < rounds; round++) {
		const bytes = mutate(feeds[Math.floor(random() * feeds.length)]!, random);
		try {
			const text = feedText(bytes, random() < 0.5 ? undefined : 'text/xml; charset=windows-1251');
			const reader = new FeedReader('https://feeds.example/x');
			const cut = Math.floor(random() * text.length);
			reader.push(text.slice(0, cut));
			reader.push(text.slice(cut));
			for (const {key, title, target} of reader.end().items) {
				assert.ok(key.length > 0 && key.length <= 500 && title.length <= 500);
				if (target !== undefined) assert.match(target.url, /^(?:https?:\/\/|magnet:\?)/i);
			}
		} catch (error) {
			assert.ok(error instanceof ProtocolError, `round ${round}: ${String((error as Error).stack)}`);
		}
	}
});
