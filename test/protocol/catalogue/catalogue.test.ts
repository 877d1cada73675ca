import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	asCatalogueEvent,
	readAbout,
	readPage,
	readPeople,
	readPublished,
} from '../../../source/protocol/catalogue/answers.js';
import {catalogueAddress} from '../../../source/protocol/catalogue/catalogue-url.js';
import {EventStreamReader, eventText, heartbeat} from '../../../source/protocol/catalogue/event-stream.js';
import {asNick, nickKey} from '../../../source/protocol/catalogue/nick.js';
import {fileListText, readPublications} from '../../../source/protocol/catalogue/publication.js';
import {readSearchQuery, searchQueryText} from '../../../source/protocol/catalogue/search-query.js';

const good = {
	infoHash: 'AB'.repeat(20),
	name: 'Harbour sounds',
	size: 1000,
	files: 3,
	listHash: 'c'.repeat(40),
	peerId: 'd'.repeat(40),
	nick: 'ada',
};

function read(...entries: readonly unknown[]) {
	return readPublications(JSON.stringify(entries));
}

test('a batch is read, hashes in lower case', () => {
	const [entry] = read(good, {...good, infoHash: 'e'.repeat(64), extra: 1});
	assert.deepEqual(entry, {...good, infoHash: 'ab'.repeat(20)});
	assert.deepEqual(readPublications('[]'), []);
});

test('names are made safe for a line of a terminal', () => {
	const [entry] = read({...good, name: '\u001b[2J\u202ea\u0000b\n\nc\u200b  d'});
	assert.equal(entry?.name, '[2Ja b c d');
	assert.ok([...read({...good, name: 'x'.repeat(400)})[0]!.name].length <= 255);
});

test('whoever sends what is no batch is told what is wrong with it', () => {
	const wrongs: ReadonlyArray<readonly [unknown, RegExp]> = [
		[{...good, infoHash: 'ab'}, /entry 1 lacks/],
		[{...good, infoHash: 5}, /entry 1 lacks/],
		[{...good, infoHashV2: 'a'.repeat(40)}, /entry 1 lacks/],
		[{...good, name: ''}, /entry 1 lacks/],
		[{...good, name: '\u0000\u200b'}, /entry 1 lacks/],
		[{...good, size: -1}, /entry 1 lacks/],
		[{...good, size: 1.5}, /entry 1 lacks/],
		[{...good, size: 1e300}, /entry 1 lacks/],
		[{...good, files: 0}, /entry 1 lacks/],
		[{...good, listHash: 'zz'}, /entry 1 lacks/],
		[{...good, peerId: 'a'.repeat(38)}, /peerId is not 40 hex digits/],
		[{...good, nick: 'a b'}, /nickname has 1 to 32/],
		[{...good, nick: ''}, /nickname has 1 to 32/],
		[{...good, note: 'x'.repeat(4096)}, /entry 1 is longer than 4096 bytes/],
		['text', /entry 1 is not an object/],
		[null, /entry 1 is not an object/],
		[[], /entry 1 is not an object/],
	];
	for (const [entry, message] of wrongs) assert.throws(() => read(entry), {name: 'ProtocolError', message});
	assert.throws(() => readPublications('{}'), {message: 'a list of entries is expected'});
	assert.throws(() => readPublications('[{'), {message: 'this is not JSON'});
	assert.throws(() => readPublications(''), {message: 'this is not JSON'});
	assert.throws(() => read(...new Array(201).fill(good)), {message: /no more than 200 entries/});
	assert.throws(() => read(good, {...good, nick: 'bo'}), {message: /the same nick/});
});

test('a nickname is letters and digits of any script, in one spelling', () => {
	assert.equal(asNick(' Ada '), 'Ada');
	assert.equal(asNick('ａｄａ'), 'ada');
	assert.equal(asNick('жук-7_x.y'), 'жук-7_x.y');
	assert.equal(nickKey('ADA'), nickKey('ada'));
	for (const wrong of [
		'',
		' ',
		'.',
		'--',
		'a b',
		'a/b',
		'a\u202e',
		'\u001b',
		'x'.repeat(33),
		5,
		null,
		undefined,
	])
		assert.equal(asNick(wrong), undefined, String(wrong));
});

test('a search is written as it is read', () => {
	const decode = (text: string) => decodeURIComponent(text);
	const query = {words: 'blue & harbour=1', min: 5, max: 9, sort: 'new', after: '7:-3'} as const;
	assert.deepEqual(readSearchQuery(searchQueryText(query), decode), query);
	assert.equal(searchQueryText({words: ''}), '');
	const {words, min, sort, after} = readSearchQuery(`q=a&min=-1&sort=worst&after=${'1'.repeat(500)}`, decode);
	assert.deepEqual([words, min, sort, after], ['a', undefined, undefined, undefined]);
	assert.equal(readSearchQuery(`q=${'a'.repeat(999)}`, decode).words.length, 200);
});

test('answers are read, and what makes no sense in them is left out', () => {
	const torrent = {...good, nicks: ['ada', 'a b', 7], seeders: 4, leechers: -1, since: 1e12, torrent: true};
	const page = readPage(JSON.stringify({torrents: [torrent, {}, 5, {...good, size: 'x'}], next: '5:1'}));
	assert.equal(page.torrents.length, 1);
	assert.deepEqual(page.torrents[0]?.nicks, ['ada']);
	assert.equal(page.torrents[0]?.leechers, 0);
	assert.equal(page.next, '5:1');
	const people = readPeople(
		'{"users":[{"nick":"bo","torrents":3,"size":5,"reachable":"yes"},{"nick":"\\u0007"},4]}',
	);
	assert.deepEqual(people, [{nick: 'bo', torrents: 3, size: 5, since: 0}]);
	assert.deepEqual(readAbout('{"people":2,"token":{"publish":true}}'), {
		people: 2,
		torrents: 0,
		size: 0,
		token: {publish: true, search: false},
	});
	assert.deepEqual(readPublished('{"published":1,"refused":[{"infoHash":"a","why":"full"},3]}').refused, [
		{infoHash: 'a', why: 'full'},
	]);
	for (const garbage of ['', 'null', '[]', '"x"', '{}', '{"torrents":{}}', '<html>'])
		assert.throws(() => readPage(garbage), {name: 'ProtocolError'}, garbage);
});

test('events are read from whatever parts they come in', () => {
	const told = {type: 'published', infoHash: 'a'.repeat(40), nick: 'ada'};
	const stream = `${heartbeat}${eventText(JSON.stringify(told))}event: x\r\ndata: {"type":"left",\r\ndata: "nick":"bo"}\r\n\r\n`;
	for (const size of [1, 7, 1000]) {
		const reader = new EventStreamReader();
		const data: string[] = [];
		for (let at = 0; at < stream.length; at += size) data.push(...reader.push(stream.slice(at, at + size)));
		assert.deepEqual(
			data.map(text => asCatalogueEvent(text)),
			[told, {type: 'left', nick: 'bo'}],
			`in parts of ${size}`,
		);
	}
	for (const wrong of ['', 'x', '[]', '{"type":"came"}', '{"type":"gone","nick":"a"}'])
		assert.equal(asCatalogueEvent(wrong), undefined, wrong);
});

test('an event without an end is not waited for', () => {
	const reader = new EventStreamReader();
	assert.throws(() => {
		for (let n = 0; n < 100; n++) reader.push('x'.repeat(1000));
	}, /too long/);
	const lines = new EventStreamReader();
	assert.throws(() => {
		for (let n = 0; n < 100; n++) lines.push(`data: ${'x'.repeat(1000)}\n`);
	}, /too long/);
});

test('a catalogue is found by the address of its tracker', () => {
	const bases: ReadonlyArray<readonly [string, string | undefined]> = [
		['http://host:6969', 'http://host:6969/catalogue/v1'],
		['http://host:6969/announce', 'http://host:6969/catalogue/v1'],
		['http://host:6969/catalogue/v1', 'http://host:6969/catalogue/v1'],
		['http://host:6969/catalogue/v1/', 'http://host:6969/catalogue/v1'],
		['udp://host:6969/announce', 'http://host:6969/catalogue/v1'],
		['udp://host:6969', 'http://host:6969/catalogue/v1'],
		['https://[2001:db8::1]/x/announce', 'https://[2001:db8::1]/x/catalogue/v1'],
		['http://host/announce.php', 'http://host/catalogue/v1'],
		['http://host/announce/0123456789abcdef', 'http://host/0123456789abcdef/catalogue/v1'],
		['http://host/0123456789abcdef/announce', 'http://host/0123456789abcdef/catalogue/v1'],
		['http://host/0123456789abcdef/catalogue/v1', 'http://host/0123456789abcdef/catalogue/v1'],
		['udp://host', undefined],
		['host:6969', undefined],
		['ftp://host/', undefined],
		['', undefined],
	];
	for (const [url, base] of bases) assert.equal(catalogueAddress(url)?.base, base, url);
	const address = catalogueAddress('http://s%23cret@host:6969/');
	assert.deepEqual(address, {
		base: 'http://host:6969/catalogue/v1',
		name: 'host:6969',
		announce: 'http://host:6969/announce',
		token: 's#cret',
	});
	assert.equal(catalogueAddress('https://host/announce')?.name, 'host:443');
});

test('the text that a list hash is made of leaves pad files out', () => {
	const files = [
		{path: ['a', 'b'], length: 5},
		{path: ['.pad', '3'], length: 3, pad: true},
		{path: ['c'], length: 0},
	];
	assert.equal(fileListText(files), 'a/b\u00005\nc\u00000\n');
});
