import assert from 'node:assert/strict';
import {test} from 'node:test';
import {safeText} from '../../../source/base/safe-text.js';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {encodeCompactPeers} from '../../../source/protocol/tracker/compact-peers.js';
import {
	announceUrl,
	decodeAnnounceResponse,
	decodeScrapeResponse,
	scrapeUrl,
} from '../../../source/protocol/tracker/http.js';
import {
	encodeAnnounceAnswer,
	encodeScrapeAnswer,
	parseAnnounceQuery,
	parseScrapeQuery,
} from '../../../source/protocol/tracker/query.js';

const infoHash = Uint8Array.from({length: 20}, (_, index) => index * 13);
const request = {
	infoHash,
	peerId: new TextEncoder().encode('-TU0100-abcdefghij~ '),
	port: 6881,
	uploaded: 1,
	downloaded: 2,
	left: 3,
	event: 'completed',
	key: 0xabc,
	numwant: 200,
	supportsEncryption: true,
	trackerId: 'a&b=ü',
	name: 'Two words',
} as const;

function answer(value: Parameters<typeof encodeBencode>[0]) {
	const decoded = decodeAnnounceResponse(encodeBencode(value));
	assert.equal(decoded.kind, 'peers');
	return decoded.kind === 'peers' ? decoded : assert.fail();
}

test('an announce carries everything BEP 3, 7 and 23 ask for, binary bytes percent-encoded', () => {
	const url = announceUrl('http://t.example/announce?passkey=1#part', request);
	assert.equal(
		url,
		'http://t.example/announce?passkey=1&info_hash=%00%0D%1A%274AN%5Bhu%82%8F%9C%A9%B6%C3%D0%DD%EA%F7' +
			'&peer_id=-TU0100-abcdefghij~%20&port=6881&uploaded=1&downloaded=2&left=3&compact=1&no_peer_id=1' +
			'&numwant=200&key=00000ABC&event=completed&supportcrypto=1&trackerid=a%26b%3D%C3%BC&name=Two%20words',
	);
	assert.equal(new URL(url).href, url);
});

test('a tracker is told when nobody is met who does not encrypt', () => {
	const url = announceUrl('http://t.example/announce', {...request, requiresEncryption: true});
	assert.match(url, /&supportcrypto=1&requirecrypto=1&/);
	const {supportsEncryption, ...rest} = request;
	assert.doesNotMatch(announceUrl('http://t.example/announce', rest), /crypto/);
});

test('the server reads an announce as the client wrote it', () => {
	const url = announceUrl('http://t.example/announce', request);
	const {supportsEncryption, trackerId, ...rest} = request;
	assert.deepEqual(parseAnnounceQuery(url.slice(url.indexOf('?') + 1)), {
		compact: true,
		noPeerId: true,
		request: rest,
	});
});

test('an announce without what it needs is refused with the reason', () => {
	const good = announceUrl('http://t.example/announce', request).split('?')[1]!;
	for (const [broken, reason] of [
		[good.replace('port=6881', 'port=0'), /port/],
		[good.replace('port=6881', 'port=65536'), /port/],
		[good.replace('%00', ''), /info_hash/],
		[good.replace('peer_id=-', 'peer_id='), /peer_id/],
		['', /port/],
	] as const) {
		assert.throws(() => parseAnnounceQuery(broken), reason);
	}
});

test('compact peers of both families, counts and intervals are read', () => {
	const peers = [
		{host: '192.0.2.1', port: 1},
		{host: '2001:db8::2', port: 2},
	];
	assert.deepEqual(
		answer({
			interval: 900,
			'min interval': 300,
			complete: 4,
			incomplete: 5,
			downloaded: 6,
			'tracker id': 'xyz',
			'warning message': 'hm',
			'external ip': Uint8Array.of(203, 0, 113, 5),
			peers: encodeCompactPeers(peers),
			peers6: encodeCompactPeers(peers, 'ipv6'),
		}),
		{
			kind: 'peers',
			peers,
			interval: 900,
			minInterval: 300,
			seeders: 4,
			leechers: 5,
			completed: 6,
			trackerId: 'xyz',
			warning: 'hm',
			externalIp: '203.0.113.5',
		},
	);
});

test('peers as dictionaries are read, those that cannot be dialled left out', () => {
	const {peers} = answer({
		peers: [
			{ip: '192.0.2.1', port: 6881, 'peer id': request.peerId},
			{ip: '2001:DB8::1', port: 6882},
			{ip: 'a.name.example', port: 6881},
			{ip: '192.0.2.1', port: 0},
			{ip: '192.0.2.1', port: 70_000},
			{ip: '0.0.0.0', port: 1},
			{port: 1},
			'rubbish',
			{ip: '192.0.2.2', port: '80'},
		],
	});
	assert.deepEqual(peers, [
		{host: '192.0.2.1', port: 6881},
		{host: '2001:db8::1', port: 6882},
	]);
});

test('an answer without peers is an answer', () => {
	assert.deepEqual(answer({interval: 60}).peers, []);
	assert.equal(answer({interval: -60}).interval, undefined);
	assert.equal(answer({interval: 'soon'}).interval, undefined);
});

test('a failure comes with when to retry, if the tracker says so', () => {
	const failure = (value: Parameters<typeof encodeBencode>[0]) =>
		decodeAnnounceResponse(encodeBencode(value));
	assert.deepEqual(failure({'failure reason': 'no', 'retry in': 5}), {
		kind: 'failure',
		reason: 'no',
		retryIn: 300,
	});
	assert.deepEqual(failure({'failure reason': 'no', 'retry in': 'never'}), {
		kind: 'failure',
		reason: 'no',
		retryIn: 'never',
	});
	assert.deepEqual(failure({'failure reason': 'no', 'retry in': '2'}), {
		kind: 'failure',
		reason: 'no',
		retryIn: 120,
	});
	assert.deepEqual(failure({'failure reason': 'no'}), {kind: 'failure', reason: 'no', retryIn: undefined});
});

test('what is not a tracker answer is told as such', () => {
	for (const text of ['', '<html>', 'i1e', 'le', 'd', 'd5:peers5:abcdee']) {
		assert.throws(
			() => decodeAnnounceResponse(new TextEncoder().encode(text)),
			{name: 'ProtocolError'},
			text,
		);
	}
});

test('the scrape URL follows from the announce URL, or there is none', () => {
	const hash = '?info_hash=%00%0D%1A%274AN%5Bhu%82%8F%9C%A9%B6%C3%D0%DD%EA%F7';
	for (const [announce, expected] of [
		['http://t.example/announce', `http://t.example/scrape${hash}`],
		['http://t.example/x/announce', `http://t.example/x/scrape${hash}`],
		['http://t.example/announce.php', `http://t.example/scrape.php${hash}`],
		['http://t.example/announce?x=2', `http://t.example/scrape?x=2${hash.replace('?', '&')}`],
		['http://t.example/a', undefined],
		['http://t.example/announce/x', undefined],
		['http://announce', undefined],
	] as const) {
		assert.equal(scrapeUrl(announce, infoHash), expected);
	}
});

test('a scrape answer is found under the torrent’s binary key', () => {
	const counts = {seeders: 1, leechers: 2, completed: 3};
	const body = encodeScrapeAnswer([
		[new Uint8Array(20), {seeders: 0, leechers: 0, completed: 0}],
		[infoHash, counts],
	]);
	assert.deepEqual(decodeScrapeResponse(body, infoHash), {kind: 'counts', ...counts});
	assert.throws(() => decodeScrapeResponse(body, new Uint8Array(20).fill(9)), {code: 'not-scraped'});
	const query = scrapeUrl('http://t.example/announce', infoHash)!.split('?')[1]!;
	assert.deepEqual(parseScrapeQuery(`${query}&${query}`), [infoHash, infoHash]);
	assert.throws(() => parseScrapeQuery(''), {code: 'bad-scrape'});
	assert.throws(() => parseScrapeQuery('info_hash=abc'), {code: 'bad-scrape'});
});

test('our own answer is read by our own client, compact and not', () => {
	const peers = [
		{host: '192.0.2.1', port: 1, peerId: request.peerId},
		{host: '2001:db8::2', port: 2, peerId: request.peerId},
	];
	const ours = {
		interval: 9,
		minInterval: 8,
		seeders: 1,
		leechers: 2,
		completed: 3,
		peers,
		externalIp: '2001:db8::7',
	};
	for (const compact of [true, false]) {
		const read = decodeAnnounceResponse(encodeAnnounceAnswer(ours, {compact, noPeerId: false}));
		assert.ok(read.kind === 'peers');
		assert.deepEqual(
			read.peers,
			peers.map(({host, port}) => ({host, port})),
		);
		assert.equal(read.externalIp, '2001:db8::7');
	}
});

test('text of strangers is one harmless line', () => {
	assert.equal(safeText('\u001b[31mred\u001b[0m\r\nnext\u202etxt\u200b\u0007!'), '[31mred [0m nexttxt !');
	assert.equal(safeText(' é 日本 👍 '), 'é 日本 👍');
	assert.equal(safeText('x'.repeat(1000), 10), `${'x'.repeat(9)}…`);
	assert.equal(safeText('\ud800a'), 'a');
});

test('peers told by a DNS name are told apart from those with an address, and only so many are read', () => {
	const read = (peers: unknown[]) => {
		const answer = decodeAnnounceResponse(encodeBencode({interval: 9, peers} as never));
		assert.ok(answer.kind === 'peers');
		return answer;
	};
	const {peers, names} = read([
		{ip: '192.0.2.1', port: 1},
		{ip: 'peer.example.org', port: 2},
		{ip: 'seedbox', port: 3},
		{ip: 'peer.example.org', port: 0},
		{ip: '', port: 4},
		{ip: '1.2.3', port: 5},
		{ip: 'a b', port: 6},
		{ip: 'x;rm', port: 7},
		{ip: `${'a'.repeat(64)}.org`, port: 8},
		{ip: '-a.org', port: 9},
	]);
	assert.deepEqual(peers, [{host: '192.0.2.1', port: 1}]);
	assert.deepEqual(names, [
		{host: 'peer.example.org', port: 2},
		{host: 'seedbox', port: 3},
	]);
	const many = Array.from({length: 500}, (_, index) => ({ip: `p${index}.example.org`, port: 6881}));
	assert.equal(read(many).names?.length, 20);
	assert.equal(read([{ip: '192.0.2.1', port: 1}]).names, undefined);
});

test('spare bytes behind compact peers of an answer cost only themselves', () => {
	const four = Uint8Array.from([192, 0, 2, 1, 1, 1, 9, 9]);
	const six = Uint8Array.from([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 7]);
	const answer = decodeAnnounceResponse(encodeBencode({interval: 9, peers: four, peers6: six}));
	assert.ok(answer.kind === 'peers');
	assert.deepEqual(
		answer.peers.map(({host}) => host),
		['192.0.2.1', '2001:db8::1'],
	);
});

test('when to retry is read in the forms that trackers send', () => {
	for (const [retry, expected] of [
		[5, 300],
		['5', 300],
		[' 12 minutes', 720],
		['never', 'never'],
		['Never', 'never'],
		['soon', undefined],
		[-1, undefined],
		[[5], undefined],
	] as const) {
		const answer = decodeAnnounceResponse(encodeBencode({'failure reason': 'x', 'retry in': retry as never}));
		assert.ok(answer.kind === 'failure');
		assert.equal(answer.retryIn, expected, JSON.stringify(retry));
	}
});
