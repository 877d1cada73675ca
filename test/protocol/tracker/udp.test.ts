import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encodeCompactPeers} from '../../../source/protocol/tracker/compact-peers.js';
import {
	decodeUdpRequest,
	decodeUdpResponse,
	encodeUdpAnnounce,
	encodeUdpAnnounced,
	encodeUdpConnect,
	encodeUdpConnected,
	encodeUdpError,
	encodeUdpScrape,
	encodeUdpScraped,
} from '../../../source/protocol/tracker/udp.js';

const request = {
	infoHash: new Uint8Array(20).fill(1),
	peerId: new Uint8Array(20).fill(2),
	port: 6881,
	uploaded: 2 ** 40,
	downloaded: 3,
	left: Number.MAX_SAFE_INTEGER,
	event: 'started',
	key: 0xdeadbeef,
	numwant: 200,
} as const;

test('a connect request is the 16 bytes of BEP 15', () => {
	assert.equal(Buffer.from(encodeUdpConnect(0x01020304)).toString('hex'), '00000417271019800000000001020304');
});

test('an announce request has 98 bytes, every field at its place', () => {
	const bytes = Buffer.from(encodeUdpAnnounce(0x1122334455667788n, 9, request));
	assert.equal(bytes.length, 98);
	assert.equal(
		bytes.toString('hex'),
		`1122334455667788${'00000001'}${'00000009'}${'01'.repeat(20)}${'02'.repeat(20)}` +
			`${'0000000000000003'}${'001fffffffffffff'}${'0000010000000000'}` +
			`${'00000002'}${'00000000'}${'deadbeef'}${'000000c8'}${'1ae1'}`,
	);
});

test('path and query of the URL follow the announce in chunks of at most 255 bytes', () => {
	const urlData = `/announce?passkey=${'x'.repeat(300)}`;
	const bytes = encodeUdpAnnounce(1n, 9, request, urlData);
	assert.deepEqual([...bytes.subarray(98, 100)], [2, 255]);
	assert.deepEqual([...bytes.subarray(98 + 257, 98 + 259)], [2, urlData.length - 255]);
	assert.equal(bytes.at(-1), 0);
	const decoded = decodeUdpRequest(bytes);
	assert.equal(decoded.kind === 'announce' && decoded.urlData, urlData);
});

test('requests are read as they were written', () => {
	assert.deepEqual(decodeUdpRequest(encodeUdpConnect(7)), {kind: 'connect', transactionId: 7});
	assert.deepEqual(decodeUdpRequest(encodeUdpAnnounce(5n, 7, request)), {
		kind: 'announce',
		transactionId: 7,
		connectionId: 5n,
		urlData: '',
		request,
	});
	assert.deepEqual(decodeUdpRequest(encodeUdpScrape(5n, 7, [request.infoHash, request.peerId])), {
		kind: 'scrape',
		transactionId: 7,
		connectionId: 5n,
		infoHashes: [request.infoHash, request.peerId],
	});
});

test('answers are read as they were written', () => {
	assert.deepEqual(decodeUdpResponse(encodeUdpConnected(3, 2n ** 64n - 1n)), {
		kind: 'connect',
		transactionId: 3,
		connectionId: 2n ** 64n - 1n,
	});
	const peers = [{host: '2001:db8::5', port: 1}];
	const announced = encodeUdpAnnounced(3, {
		interval: 1800,
		seeders: 4,
		leechers: 5,
		peers: encodeCompactPeers(peers, 'ipv6'),
	});
	assert.deepEqual(decodeUdpResponse(announced, 'ipv6'), {
		kind: 'announce',
		transactionId: 3,
		answer: {kind: 'peers', interval: 1800, seeders: 4, leechers: 5, peers},
	});
	assert.deepEqual(decodeUdpResponse(encodeUdpScraped(3, [{seeders: 1, leechers: 2, completed: 3}])), {
		kind: 'scrape',
		transactionId: 3,
		counts: [{kind: 'counts', seeders: 1, leechers: 2, completed: 3}],
	});
	assert.deepEqual(decodeUdpResponse(encodeUdpError(3, 'go away')), {
		kind: 'error',
		transactionId: 3,
		message: 'go away',
	});
});

test('spare bytes behind the peers cost only themselves', () => {
	const peers = Uint8Array.from([192, 0, 2, 1, 1, 1, 9, 9, 9]);
	const answer = decodeUdpResponse(encodeUdpAnnounced(1, {interval: 1, seeders: 1, leechers: 1, peers}));
	assert.ok(answer.kind === 'announce');
	assert.deepEqual(answer.answer.peers, [{host: '192.0.2.1', port: 257}]);
});

test('short, long and unknown datagrams are refused', () => {
	for (const bytes of [
		new Uint8Array(7),
		encodeUdpConnected(1, 1n).slice(0, 15),
		encodeUdpAnnounced(1, {interval: 1, seeders: 1, leechers: 1, peers: new Uint8Array(5)}),
		encodeUdpScraped(1, [{seeders: 1, leechers: 2, completed: 3}]).slice(0, 19),
		Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 1),
	]) {
		assert.throws(() => decodeUdpResponse(bytes), {name: 'ProtocolError'});
	}
	for (const bytes of [
		new Uint8Array(16),
		encodeUdpAnnounce(1n, 1, request).slice(0, 97),
		encodeUdpScrape(1n, 1, []),
		encodeUdpScrape(1n, 1, [new Uint8Array(20)]).slice(0, 30),
		encodeUdpScrape(1n, 1, new Array(75).fill(request.infoHash)),
	]) {
		assert.throws(() => decodeUdpRequest(bytes), {name: 'ProtocolError'});
	}
});
