import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chmodSync, readFileSync} from 'node:fs';
import {createServer, type RequestListener} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import type {AddressInfo, Server} from 'node:net';
import {type TestContext, test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {formatAddress, type PeerAddress} from '../../source/base/peer-address.js';
import {TrackerSource} from '../../source/engine/sources/tracker-source.js';
import {makeSockets} from '../../source/io/net/sockets.js';
import {isLoopback} from '../../source/policy/peers/peer-key.js';
import {until} from '../helpers/deadline.ts';
import {HandClock} from '../helpers/hand-clock.ts';
import {missing} from '../helpers/processes.ts';
import type {Torrent} from '../helpers/torrents.ts';
import {opentracker} from '../helpers/trackers.ts';
import {udpTrackerClient} from '../helpers/udp-trackers.ts';
import {Workspace} from '../helpers/workspace.ts';
import {seeded} from '../policy/seeded.ts';

const next = seeded(21);
const random = {next, bytes: (length: number) => Uint8Array.from({length}, () => Math.floor(next() * 256))};
const infoHash = Buffer.from('0123456789abcdef0123456789abcdef01234567', 'hex');

function client(t: TestContext, tiers: string[][], port = 7001, left = 5) {
	const clock = new HandClock();
	const udp = udpTrackerClient(clock, random);
	t.after(() => udp.close());
	const found: string[] = [];
	const facts = {
		swarmKeys: {v1: infoHash, v2: undefined},
		stats: {uploaded: 0, downloaded: 0},
		left,
		isOwn: (peer: PeerAddress) => isLoopback(peer.host) && peer.port === port,
		found: (peers: readonly PeerAddress[]) => found.push(...peers.map(formatAddress)),
		log: () => {},
	};
	const trackers = new TrackerSource(
		facts,
		{tiers},
		{
			clock,
			random,
			http: makeSockets({clock, bind: [], userAgent: 'test'}).http,
			udpTrackers: udp,
			peerId: random.bytes(20),
			key: port,
			portFor: () => port,
			resolver: {first: async () => undefined},
			externalAddress: {heardOurAddress() {}},
		},
	);
	const view = (url: string) => trackers.views(clock.now()).find(row => row.url === url)!;
	const reaches = (url: string, state: string) =>
		until(
			() => `${url} to be ${state}: ${JSON.stringify(view(url))}`,
			5000,
			() => view(url).state === state,
			2,
		);
	return {trackers, clock, found, facts, view, reaches};
}

for (const protocol of ['http', 'udp'] as const) {
	test(`opentracker serves us over ${protocol}`, {skip: missing('opentracker')}, async t => {
		const space = new Workspace(t);
		chmodSync(space.dir, 0o755);
		const url = (await opentracker(space, {infoHash} as Torrent))[protocol];
		const seeder = client(t, [[url]], 7001, 0);
		seeder.trackers.start();
		await seeder.reaches(url, 'working');
		const leecher = client(t, [[url]], 7002);
		leecher.trackers.start();
		await leecher.reaches(url, 'working');
		assert.deepEqual(leecher.found, ['127.0.0.1:7001']);
		leecher.facts.left = 0;
		leecher.trackers.completed();
		await until('completed to be heard', 5000, () => leecher.view(url).seeders === 2, 2);
		await seeder.trackers.stop();
		const third = client(t, [[url]], 7003);
		third.trackers.start();
		await third.reaches(url, 'working');
		assert.deepEqual(third.found, ['127.0.0.1:7002']);
		await third.clock.pass(5000);
		await until('the scrape', 5000, () => third.view(url).completed === 1, 2);
		await Promise.all([leecher.trackers.stop(), third.trackers.stop()]);
	});

	test(`opentracker's refusal over ${protocol} is told`, {skip: missing('opentracker')}, async t => {
		const space = new Workspace(t);
		chmodSync(space.dir, 0o755);
		const url = (await opentracker(space, {infoHash: Buffer.alloc(20)} as Torrent))[protocol];
		const refused = client(t, [[url]]);
		refused.trackers.start();
		await refused.reaches(url, 'retrying');
		assert.match(refused.view(url).status, /not authorized|may not serve/);
	});
}

async function serve(t: TestContext, server: Server): Promise<number> {
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

const nasty: Readonly<Record<string, {readonly listener: RequestListener; readonly status: RegExp}>> = {
	garbage: {
		listener: (_request, response) => response.end(random.bytes(2000)),
		status: /not a bencoded dictionary|bencode/,
	},
	'a web page': {
		listener: (_request, response) => response.end('<!doctype html><title>Sign in</title>'),
		status: /not a bencoded dictionary/,
	},
	'half an answer': {
		listener: (_request, response) => response.end('d8:intervali900e5:peers600:abc'),
		status: /./,
	},
	'10 MB': {
		listener: (_request, response) => response.end(Buffer.alloc(10_000_000, 'd')),
		status: /longer than/,
	},
	'a gzip bomb': {
		listener: (_request, response) =>
			response.setHeader('Content-Encoding', 'gzip').end(gzipSync(Buffer.alloc(50_000_000))),
		status: /longer than/,
	},
	'redirects without end': {
		listener: (_request, response) => response.writeHead(302, {Location: '/announce'}).end(),
		status: /redirects more than 5 times/,
	},
	'an error page': {
		listener: (_request, response) => response.writeHead(503).end('sorry'),
		status: /^HTTP 503: the tracker is in trouble$/,
	},
	'100,000 nested lists': {
		listener: (_request, response) => response.end(`d5:peers${'l'.repeat(100_000)}`),
		status: /./,
	},
};

for (const [what, {listener, status}] of Object.entries(nasty)) {
	test(`a tracker that answers with ${what} is passed over, and the next one asked`, async t => {
		const bad = `http://127.0.0.1:${await serve(t, createServer(listener))}/announce`;
		const good = `http://127.0.0.1:${await serve(
			t,
			createServer((_request, response) =>
				response.end('d8:intervali900e5:peers6:\u0001\u0002\u0003\u0004\u0005\u0006e'),
			),
		)}/announce`;
		const {trackers, found, reaches, view} = client(t, [[bad], [good]]);
		trackers.start();
		await reaches(good, 'working');
		assert.equal(view(bad).state, 'retrying');
		assert.match(view(bad).status, status);
		assert.deepEqual(found, ['1.2.3.4:1286']);
		await trackers.stop();
	});
}

test('a tracker whose certificate nobody vouches for is not believed', {
	skip: missing('openssl'),
}, async t => {
	const space = new Workspace(t);
	const [key, cert] = [space.path('key.pem'), space.path('cert.pem')];
	const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
	execFileSync(
		'openssl',
		['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
		{stdio: 'ignore'},
	);
	let asked = 0;
	const server = createTlsServer({key: readFileSync(key), cert: readFileSync(cert)}, (_request, response) => {
		asked++;
		response.end('d8:intervali900ee');
	});
	const url = `https://127.0.0.1:${await serve(t, server)}/announce`;
	const {trackers, reaches, view} = client(t, [[url]]);
	trackers.start();
	await reaches(url, 'retrying');
	assert.equal(view(url).status, 'its TLS certificate is self-signed');
	assert.equal(asked, 0);
});
