import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {DatagramListener} from '../../../source/io/net/datagram-socket.js';
import {HostResolver, type LookUpHost} from '../../../source/io/net/host-resolver.js';
import {LocalAddresses} from '../../../source/io/net/local-addresses.js';
import {UdpMux} from '../../../source/io/net/udp-mux.js';
import {UdpTrackerClient} from '../../../source/io/net/udp-tracker-client.js';
import {encodeCompactPeers} from '../../../source/protocol/tracker/compact-peers.js';
import {
	decodeUdpRequest,
	encodeUdpAnnounced,
	encodeUdpConnected,
	encodeUdpError,
	encodeUdpScraped,
	type UdpRequest,
} from '../../../source/protocol/tracker/udp.js';
import {HandClock, settled} from '../../helpers/hand-clock.ts';
import {seeded} from '../../policy/seeded.ts';

const request = {
	infoHash: new Uint8Array(20),
	peerId: new Uint8Array(20),
	port: 1,
	uploaded: 0,
	downloaded: 0,
	left: 0,
	key: 0,
	numwant: 50,
};
const peers = [{host: '192.0.2.9', port: 9}];
const url = 'udp://192.0.2.1:80/announce';

type Tracker = (asked: UdpRequest, host: string) => Uint8Array | undefined;

const honest: Tracker = asked => {
	const {transactionId} = asked;
	switch (asked.kind) {
		case 'connect':
			return encodeUdpConnected(transactionId, 77n);
		case 'announce':
			return encodeUdpAnnounced(transactionId, {
				interval: 900,
				seeders: 1,
				leechers: 2,
				peers: encodeCompactPeers(peers),
			});
		case 'scrape':
			return encodeUdpScraped(transactionId, [{seeders: 1, leechers: 2, completed: 3}]);
	}
};

/** A network with one tracker on it; `heard` has what reached it, with the second it did. */
function stage(
	tracker: Tracker,
	more: {readonly bind?: readonly string[]; readonly resolve?: LookUpHost} = {},
) {
	const clock = new HandClock();
	const heard: string[] = [];
	const next = seeded(3);
	const state = {
		tracker,
		held: false,
		from: (host: string, port: number): readonly [string, number] => [host, port],
	};
	let receive: DatagramListener = () => {};
	const local = new LocalAddresses(more.bind);
	const udp = new UdpMux({
		local,
		clock,
		open: async (_place, listener) => {
			receive = listener;
			return {
				port: 6881,
				send(bytes, host, port) {
					const asked = decodeUdpRequest(bytes);
					heard.push(`${clock.now() / 1000} ${asked.kind} ${host}`);
					const answer = state.tracker(asked, host);
					const [address, from] = state.from(host, port);
					if (answer) setImmediate(() => receive(answer, {address, port: from}));
				},
				hold(on) {
					state.held = on;
				},
				close() {},
			};
		},
	});
	const socket = new UdpTrackerClient({
		clock,
		random: {next, bytes: length => Uint8Array.from({length}, () => Math.floor(next() * 256))},
		udp,
		local,
		lookUp: new HostResolver(clock, more.resolve).lookUp,
	});
	return {clock, heard, socket, state};
}

test('an announce connects first, and again only after 60 s', async () => {
	const s = stage(honest);
	const expected = {kind: 'peers', interval: 900, seeders: 1, leechers: 2, peers};
	assert.deepEqual(await s.socket.announce(url, request), expected);
	await s.clock.pass(59_000);
	await s.socket.announce(url, request);
	await s.clock.pass(1_000);
	await s.socket.announce(url, request);
	assert.deepEqual(
		s.heard.map(line => line.split(' ').slice(0, 2).join(' ')),
		['0 connect', '0 announce', '59 announce', '60 connect', '60 announce'],
	);
});

test('many torrents share one connection', async () => {
	const s = stage(honest);
	await Promise.all([1, 2, 3].map(() => s.socket.announce(url, request)));
	assert.equal(s.heard.filter(line => line.includes('connect')).length, 1);
});

test('a scrape gives the counts', async () => {
	assert.deepEqual(await stage(honest).socket.scrape(url, new Uint8Array(20)), {
		kind: 'counts',
		seeders: 1,
		leechers: 2,
		completed: 3,
	});
});

test('a silent tracker is asked after 15 and 45 s again, is slow by then, and given up after 105', async () => {
	const s = stage(() => undefined);
	let slowAt: number | undefined;
	const answer = s.socket.announce(url, request, {
		onSlow: () => {
			slowAt = s.clock.now();
		},
	});
	const rejected = assert.rejects(answer, {message: 'no answer'});
	await s.clock.pass(104_999);
	assert.deepEqual(s.heard, ['0 connect 192.0.2.1', '15 connect 192.0.2.1', '45 connect 192.0.2.1']);
	assert.equal(slowAt, 45_000);
	await s.clock.pass(1);
	await rejected;
});

test('a tracker that answers late is heard', async () => {
	let attempts = 0;
	const s = stage((asked, host) => (++attempts <= 2 ? undefined : honest(asked, host)));
	const answer = s.socket.announce(url, request);
	await s.clock.pass(45_000);
	assert.equal((await answer).kind, 'peers');
});

test('answers with a wrong transaction id or from elsewhere do not count', async () => {
	const s = stage(asked => encodeUdpConnected((asked.transactionId + 1) >>> 0, 1n));
	const answer = s.socket.announce(url, request);
	await s.clock.pass(10_000);
	s.state.tracker = honest;
	s.state.from = () => ['192.0.2.1', 81];
	await s.clock.pass(10_000);
	s.state.from = () => ['192.0.2.66', 80];
	await s.clock.pass(24_000);
	assert.equal(s.heard.filter(line => line.includes('announce')).length, 0);
	s.state.from = (host, port) => [host, port];
	await s.clock.pass(1000);
	assert.equal((await answer).kind, 'peers');
});

test('an error is a refusal in the tracker’s words', async () => {
	const s = stage((asked, host) =>
		asked.kind === 'announce' ? encodeUdpError(asked.transactionId, 'not registered') : honest(asked, host),
	);
	assert.deepEqual(await s.socket.announce(url, request), {kind: 'failure', reason: 'not registered'});
});

test('a tracker that forgot our connection is connected to again at once', async () => {
	let good = 77n;
	const s = stage((asked, host) => {
		if (asked.kind === 'connect') return encodeUdpConnected(asked.transactionId, good);
		if (asked.connectionId !== good) return encodeUdpError(asked.transactionId, 'bad connection id');
		return honest(asked, host);
	});
	await s.socket.announce(url, request);
	good = 78n;
	assert.equal((await s.socket.announce(url, request)).kind, 'peers');
});

test('a tracker that says nothing to an old connection is connected to again after one wait', async () => {
	let good = 77n;
	const s = stage((asked, host) => {
		if (asked.kind === 'connect') return encodeUdpConnected(asked.transactionId, good);
		return asked.connectionId === good ? honest(asked, host) : undefined;
	});
	await s.socket.announce(url, request);
	good = 78n;
	const answer = s.socket.announce(url, request);
	await s.clock.pass(15_000);
	assert.equal((await answer).kind, 'peers');
});

test('garbage with the right transaction id fails the announce, and nothing else', async () => {
	const s = stage((asked, host) => {
		const answer = honest(asked, host)!;
		return asked.kind === 'announce' ? answer.subarray(0, 23) : answer;
	});
	await assert.rejects(s.socket.announce(url, request), {name: 'ProtocolError'});
	const other = stage((asked, host) => honest(asked, host)?.subarray(0, 5));
	const answer = other.socket.announce(url, request);
	const rejected = assert.rejects(answer, {message: 'no answer'});
	await other.clock.pass(105_000);
	await rejected;
});

test('of a name with several addresses, whoever answers is used', async () => {
	const s = stage((asked, host) => (host === '2001:db8::1' ? undefined : honest(asked, host)), {
		resolve: async () => ['2001:db8::1', '192.0.2.1'],
	});
	const answer = s.socket.announce('udp://tracker.example:80', request);
	await s.clock.pass(1000);
	assert.equal((await answer).kind, 'peers');
	assert.deepEqual(s.heard, ['0 connect 2001:db8::1', '1 connect 192.0.2.1', '1 announce 192.0.2.1']);
});

test('bound to an address, only its family is used', async () => {
	const s = stage(honest, {bind: ['192.0.2.200'], resolve: async () => ['2001:db8::1', '192.0.2.1']});
	await s.socket.announce('udp://tracker.example:80', request);
	assert.deepEqual(s.heard, ['0 connect 192.0.2.1', '0 announce 192.0.2.1']);
	await assert.rejects(s.socket.announce('udp://[2001:db8::7]:80', request), {
		message: 'it has no address we can send from',
	});
});

test('an abort and a close end what is under way', async () => {
	const s = stage(() => undefined);
	const abort = new AbortController();
	const first = assert.rejects(s.socket.announce(url, request, {signal: abort.signal}), {message: 'enough'});
	const second = assert.rejects(s.socket.announce(url, request), {message: 'closed'});
	await settled();
	abort.abort(new Error('enough'));
	await first;
	s.socket.close();
	await second;
});

test('a URL without a port and a name that does not exist are told in words', async () => {
	const s = stage(honest, {
		resolve: async () => {
			throw Object.assign(new Error('queryA'), {code: 'ENOTFOUND'});
		},
	});
	await assert.rejects(s.socket.announce('udp://x.example/announce', request), /names no port/);
	await assert.rejects(s.socket.announce('udp://x.example:1', request), {message: 'no such host'});
});

test('the process stays alive while an answer may come, and no longer', async () => {
	const s = stage(() => undefined);
	const abort = new AbortController();
	const first = assert.rejects(s.socket.announce(url, request, {signal: abort.signal}), {message: 'enough'});
	await settled();
	assert.equal(s.state.held, true);
	const second = assert.rejects(s.socket.announce(url, request), {message: 'no answer'});
	abort.abort(new Error('enough'));
	await first;
	await settled();
	assert.equal(s.state.held, true);
	await s.clock.pass(105_000);
	await second;
	assert.equal(s.state.held, false);
	s.state.tracker = honest;
	await s.socket.announce(url, request);
	assert.equal(s.state.held, false);
});
