import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {connect} from 'node:net';
import {type TestContext, test} from 'node:test';
import {formatAddress, type PeerAddress} from '../../source/base/peer-address.js';
import {TrackerSource} from '../../source/engine/sources/tracker-source.js';
import {makeSockets} from '../../source/io/net/sockets.js';
import {isLoopback} from '../../source/policy/peers/peer-key.js';
import {
	decodeUdpResponse,
	encodeUdpAnnounce,
	encodeUdpConnect,
	encodeUdpScrape,
} from '../../source/protocol/tracker/udp.js';
import {TrackerServer, type TrackerServerOptions} from '../../source/tracker/tracker-server.js';
import {TrackerService} from '../../source/tracker/tracker-service.js';
import {TrackerUdpServer} from '../../source/tracker/udp/udp-listener.js';
import {until} from '../helpers/deadline.ts';
import {HandClock} from '../helpers/hand-clock.ts';
import {udpTrackerClient} from '../helpers/udp-trackers.ts';
import {seeded} from '../policy/seeded.ts';

const next = seeded(9);
const random = {next, bytes: (length: number) => Uint8Array.from({length}, () => Math.floor(next() * 256))};
const infoHash = Uint8Array.from({length: 20}, (_, index) => 255 - index);
const encodedHash = [...infoHash].map(byte => `%${byte.toString(16)}`).join('');

async function start(t: TestContext, more: Partial<TrackerServerOptions> = {}) {
	const clock = new HandClock();
	const server = new TrackerServer({port: 0, bind: '127.0.0.1', clock, random, ...more});
	const {port} = await server.start();
	const udp = udpTrackerClient(clock, random);
	t.after(() => {
		udp.close();
		return server.close();
	});
	return {server, clock, port, udp, http: makeSockets({clock, bind: [], userAgent: 'test'}).http};
}

async function client(
	stage: Awaited<ReturnType<typeof start>>,
	url: string,
	port: number,
	left: number,
	name?: string,
) {
	const found: string[] = [];
	const facts = {
		swarmKeys: {v1: infoHash, v2: undefined},
		stats: {uploaded: 0, downloaded: 0},
		left,
		publicName: name,
		isOwn: (peer: PeerAddress) => isLoopback(peer.host) && peer.port === port,
		found: (peers: readonly PeerAddress[]) => found.push(...peers.map(formatAddress)),
		log: () => {},
	};
	const trackers = new TrackerSource(
		facts,
		{tiers: [[url]]},
		{
			...stage,
			udpTrackers: stage.udp,
			random,
			peerId: random.bytes(20),
			key: port,
			portFor: () => port,
			resolver: {first: async () => undefined},
			externalAddress: {heardOurAddress() {}},
		},
	);
	trackers.start();
	await until('the tracker to answer', 5000, () => trackers.views(0)[0]?.state === 'working', 2);
	return {trackers, found, facts};
}

for (const protocol of ['http', 'udp'] as const) {
	test(`our client and our tracker find peers over ${protocol}, and each event is counted`, async t => {
		const stage = await start(t);
		const url = stage.server.url(protocol, '127.0.0.1');
		const seeder = await client(stage, url, 7001, 0, 'A \u202ename & more');
		const leecher = await client(stage, url, 7002, 5);
		assert.deepEqual(leecher.found, ['127.0.0.1:7001']);
		const {seeders, leechers} = leecher.trackers.views(0)[0]!;
		assert.deepEqual({seeders, leechers}, {seeders: 1, leechers: 1});
		leecher.facts.left = 0;
		leecher.trackers.completed();
		await leecher.trackers.stop();
		assert.deepEqual(stage.server.service.scrape(infoHash), {seeders: 1, leechers: 0, completed: 1});
		assert.deepEqual(stage.server.service.list('name MORE', 9)[0]?.name, 'A name & more');
		await seeder.trackers.stop();
		assert.deepEqual(stage.server.service.size, {torrents: 0, peers: 0});
	});
}

test('both protocols listen on the same number, and a scrape works in both', async t => {
	const {server, http, udp, port} = await start(t);
	assert.equal(server.url('http', '127.0.0.1'), `http://127.0.0.1:${port}/announce`);
	assert.deepEqual(await udp.scrape(server.url('udp', '127.0.0.1'), infoHash), {
		kind: 'counts',
		seeders: 0,
		leechers: 0,
		completed: 0,
	});
	const {body} = await http.get(`http://127.0.0.1:${port}/scrape?info_hash=${encodedHash}`, {
		maximumBody: 1000,
	});
	assert.match(Buffer.from(body).toString('latin1'), /8:completei0e10:downloadedi0e10:incompletei0e/);
});

test('over IPv6 the peers are IPv6', async t => {
	const stage = await start(t, {bind: '::1'}).catch((error: NodeJS.ErrnoException) => error);
	if (stage instanceof Error) return t.skip(`no IPv6 here: ${stage.code}`);
	for (const protocol of ['http', 'udp'] as const) {
		const url = stage.server.url(protocol, '::1');
		const first = await client(stage, url, 7001, 0);
		const second = await client(stage, url, 7002, 5);
		assert.deepEqual(second.found, ['[::1]:7001']);
		await Promise.all([first.trackers.stop(), second.trackers.stop()]);
	}
});

test('a port that is taken is the system’s error, and nothing stays open', async t => {
	const {port} = await start(t);
	const second = new TrackerServer({port, bind: '127.0.0.1', clock: new HandClock(), random});
	await assert.rejects(second.start(), {code: 'EADDRINUSE'});
	const socket = createSocket('udp4');
	socket.bind(0, '127.0.0.1');
	await once(socket, 'listening');
	const third = new TrackerServer({
		port: socket.address().port,
		bind: '127.0.0.1',
		clock: new HandClock(),
		random,
	});
	await assert.rejects(third.start(), {code: 'EADDRINUSE'});
	socket.close();
	await third.start();
	await third.close();
});

test('the list tells what is shared as JSON', async t => {
	const stage = await start(t);
	const seeder = await client(stage, stage.server.url('http', '127.0.0.1'), 7001, 0, 'Holiday films');
	const list = async (query: string) => {
		const {body} = await stage.http.get(`http://127.0.0.1:${stage.port}/torrents${query}`, {
			maximumBody: 1e5,
		});
		return JSON.parse(Buffer.from(body).toString()).torrents;
	};
	assert.deepEqual(await list('?q=holiday+FILMS'), [
		{
			infoHash: Buffer.from(infoHash).toString('hex'),
			name: 'Holiday films',
			seeders: 1,
			leechers: 0,
			completed: 0,
		},
	]);
	assert.deepEqual(await list('?q=other'), []);
	assert.equal((await list('')).length, 1);
	assert.deepEqual(await list('?limit=0'), []);
	await seeder.trackers.stop();
});

test('bad requests over HTTP get a reason and hurt nobody', async t => {
	const {port, http, server} = await start(t);
	const get = async (path: string) => {
		const {status, body} = await http.get(`http://127.0.0.1:${port}${path}`, {maximumBody: 1e5});
		return `${status} ${Buffer.from(body).toString('latin1').trim()}`;
	};
	assert.match(await get('/announce'), /^200 d14:failure reason/);
	assert.match(await get('/announce?info_hash=%zz&peer_id=&port=x'), /^200 d14:failure reason/);
	assert.match(await get('/scrape'), /^200 d14:failure reason/);
	assert.match(await get('/favicon.ico'), /^404/);
	assert.match(await get(`/announce?x=${'y'.repeat(9000)}`), /^4/);
	const raw = async (bytes: string) => {
		const socket = connect(port, '127.0.0.1');
		let answer = '';
		socket.on('data', chunk => {
			answer += chunk;
		});
		socket.on('error', () => {});
		socket.write(bytes);
		await once(socket, 'close');
		return answer.split('\r\n', 1)[0];
	};
	assert.equal(
		await raw('POST /announce HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n'),
		'HTTP/1.1 405 Method Not Allowed',
	);
	assert.equal(await raw('\u0000\u0001\u0002 garbage\r\n\r\n'), 'HTTP/1.1 400 Bad Request');
	assert.deepEqual(server.service.size, {torrents: 0, peers: 0});
});

test('a UDP client must show that it receives at its address before anything is believed', () => {
	const clock = new HandClock();
	const service = new TrackerService({clock, random});
	const server = new TrackerUdpServer(service, clock);
	const request = {
		infoHash,
		peerId: infoHash,
		port: 1,
		uploaded: 0,
		downloaded: 0,
		left: 0,
		key: 0,
		numwant: 9,
	};
	const connected = decodeUdpResponse(server.answer(encodeUdpConnect(5), '192.0.2.1')!);
	assert.ok(connected.kind === 'connect');
	const {connectionId} = connected;
	const ask = (host: string, id = connectionId) => {
		const datagram = encodeUdpAnnounce(id, 6, request);
		const answer = server.answer(datagram, host);
		assert.ok((answer?.length ?? 0) <= datagram.length, 'no amplification');
		return answer && decodeUdpResponse(answer).kind;
	};
	assert.equal(ask('192.0.2.2'), undefined);
	assert.equal(ask('192.0.2.1', 1n), undefined);
	assert.equal(ask('192.0.2.1', connectionId + 1n), undefined);
	assert.deepEqual(service.counts.dropped['wrong-connection-id'], 3);
	assert.equal(service.size.peers, 0);
	assert.equal(ask('192.0.2.1'), 'announce');
	assert.equal(server.answer(new Uint8Array(3), '192.0.2.1'), undefined);
	assert.equal(server.answer(new Uint8Array(200), '192.0.2.1'), undefined);
	const scraped = decodeUdpResponse(
		server.answer(encodeUdpScrape(connectionId, 7, [infoHash]), '192.0.2.1')!,
	);
	assert.ok(scraped.kind === 'scrape' && scraped.counts[0]?.seeders === 1);
});

test('connection ids are good for a minute at least and two at most', async () => {
	const clock = new HandClock();
	const server = new TrackerUdpServer(new TrackerService({clock, random}), clock);
	const connected = decodeUdpResponse(server.answer(encodeUdpConnect(5), '192.0.2.1')!);
	assert.ok(connected.kind === 'connect');
	const scrape = () => server.answer(encodeUdpScrape(connected.connectionId, 7, [infoHash]), '192.0.2.1');
	await clock.pass(60_000);
	assert.equal(decodeUdpResponse(scrape()!).kind, 'scrape');
	await clock.pass(60_000);
	assert.equal(scrape(), undefined);
});

test('a host that floods is no longer answered, until it calms down', async () => {
	const clock = new HandClock();
	const server = new TrackerUdpServer(new TrackerService({clock, random, requestsPerHost: 5}), clock);
	const answers = Array.from(
		{length: 8},
		() => server.answer(encodeUdpConnect(1), '192.0.2.1') !== undefined,
	);
	assert.deepEqual(answers, [true, true, true, true, true, false, false, false]);
	assert.ok(server.answer(encodeUdpConnect(1), '192.0.2.2'));
	await clock.pass(10_000);
	assert.ok(server.answer(encodeUdpConnect(1), '192.0.2.1'));
});

test('no flood of datagrams with false addresses keeps anybody else out', () => {
	const clock = new HandClock();
	const server = new TrackerUdpServer(new TrackerService({clock, random}), clock);
	for (let n = 0; n < 60_000; n++)
		server.answer(encodeUdpConnect(n), `203.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
	const connected = decodeUdpResponse(server.answer(encodeUdpConnect(5), '192.0.2.1')!);
	assert.ok(connected.kind === 'connect');
	const scrape = encodeUdpScrape(connected.connectionId, 7, [infoHash]);
	assert.equal(decodeUdpResponse(server.answer(scrape, '192.0.2.1')!).kind, 'scrape');
});

test('a network has the share of a few hosts, whatever addresses it has', () => {
	for (const [host, others, most] of [
		['192.0.2.', '198.51.100.1', 50],
		['2001:db8::', '2001:db8:1::1', 10],
	] as const) {
		const service = new TrackerService({clock: new HandClock(), random, requestsPerHost: 10});
		let admitted = 0;
		for (let n = 1; n <= 200; n++) if (service.admits(`${host}${n}`)) admitted++;
		assert.equal(admitted, most);
		assert.ok(service.admits(others));
	}
});

test('a flood of listings is turned away, and there are some again a second later', async t => {
	const stage = await start(t);
	const ask = async (): Promise<number> =>
		(await stage.http.get(`http://127.0.0.1:${stage.port}/torrents?q=a`, {maximumBody: 1 << 20})).status;
	const answers: number[] = [];
	for (let time = 0; time < 60; time++) answers.push(await ask());
	assert.equal(answers.filter(status => status === 200).length, 30);
	assert.equal(answers.at(-1), 503);
	await stage.clock.pass(1000);
	assert.equal(await ask(), 200);
	const {service} = stage.server;
	const admitted = Array.from({length: 30}, () => service.admitsListing('198.51.100.7'));
	assert.ok(admitted.filter(Boolean).length <= 20, 'one host has not all of them');
});
