import assert from 'node:assert/strict';
import dns from 'node:dns';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import type {SessionView} from '../../../source/api/snapshot.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {machineRandom} from '../../../source/io/machine/random.ts';
import {parseProxyUrl} from '../../../source/protocol/transport/proxy-address.ts';
import {TrackerServer} from '../../../source/tracker/tracker-server.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {SocksProxy} from '../../helpers/socks-proxy.ts';
import {Workspace} from '../../helpers/workspace.ts';

const limit = 60_000;
const names = {tracker: '127.0.0.1', node: '127.0.0.1', web: '127.0.0.1'};

/** What a screen sees of a session, as it changes. */
function watched({session}: TestSession): () => SessionView | undefined {
	let last: SessionView | undefined;
	session.watch({interval: 100, session: true}, update => {
		last = update.session ?? last;
	});
	return () => last;
}

/** A tracker and a seed that is a node of the DHT, and a session that reaches them through a proxy alone. */
async function stage(t: TestContext, way: 'udp' | 'http', options: {readonly udp?: boolean} = {}) {
	const space = new Workspace(t);
	const server = new TrackerServer({port: 0, bind: '127.0.0.1', clock: machineClock, random: machineRandom});
	const {port} = await server.start();
	space.defer(() => server.close());
	const proxy = await SocksProxy.open(t, {...options, names});
	const torrent = testTorrent(
		space,
		'data',
		[['one', 300_000]],
		32_768,
		[`${way}://tracker:${port}/announce`],
		true,
	);
	const local = testTorrent(
		space,
		'data',
		[['one', 300_000]],
		32_768,
		[`http://127.0.0.1:${port}/announce`],
		true,
	);
	const dht = {bootstrap: []};
	const seed = await openTestSession(space, 'seed', {dht, localTrackers: true});
	await seedTorrent(seed, local);
	const leech = await openTestSession(space, 'leech', {
		bind: [],
		lsd: true,
		portMap: true,
		utp: true,
		dht: {bootstrap: [{host: 'node', port: seed.port}]},
		proxy: parseProxyUrl(`socks5://127.0.0.1:${proxy.port}`),
	});
	return {space, proxy, torrent, seed, leech, port, view: watched(leech)};
}

for (const way of ['udp', 'http'] as const) {
	test(`a torrent of a ${way} tracker comes through a proxy that looks up all names, and nobody hears of our port`, async t => {
		const {proxy, torrent, seed, leech, port, view} = await stage(t, way);
		// Only the proxy may ask for a name.
		t.mock.method(dns.promises, 'lookup', () => assert.fail('a name was looked up here'));
		const id = await leech.add(torrent);
		await leech.sees(id, 'complete', ({completed, wanted}) => wanted > 0 && completed === wanted, limit);
		assert.ok(proxy.asked.includes(way === 'udp' ? `datagram tracker:${port}` : `connect tracker:${port}`));
		assert.ok(proxy.asked.includes(`connect 127.0.0.1:${seed.port}`));
		await until('the node to be asked by its name', limit, () =>
			proxy.asked.includes(`datagram node:${seed.port}`),
		);
		await until('its answer', limit, () => {
			const {dht, dhtNodes = 0} = view() ?? {};
			return dhtNodes > 0 || /^1 of 1 first nodes/.test(dht?.why ?? '');
		});
		const {portState, port: own, proxy: shown, portMapping} = (await until('a view', limit, view))!;
		assert.deepEqual([own, portState, portMapping], [0, 'unknown', undefined]);
		assert.deepEqual(shown, {url: `socks5://127.0.0.1:${proxy.port}`, state: 'up', udp: 'yes'});
		assert.deepEqual(
			leech.log.filter(line => line.startsWith('warn')),
			[],
		);
	});
}

test('a peer that speaks uTP alone is met through a proxy that passes datagrams on', async t => {
	const space = new Workspace(t);
	const proxy = await SocksProxy.open(t, {names});
	const torrent = testTorrent(space, 'data', [['one', 300_000]]);
	const seed = await openTestSession(space, 'seed', {tcp: false, utp: true});
	await seedTorrent(seed, torrent);
	const leech = await openTestSession(space, 'leech', {
		bind: [],
		utp: true,
		proxy: parseProxyUrl(`socks5://127.0.0.1:${proxy.port}`),
	});
	const id = await leech.add(torrent, {peers: [`127.0.0.1:${seed.port}`]});
	await leech.sees(id, 'complete', ({completed, wanted}) => wanted > 0 && completed === wanted, limit);
	assert.ok(proxy.asked.includes(`datagram 127.0.0.1:${seed.port}`));
	await assert.rejects(
		leech.send({type: 'torrent.add', metainfo: torrent.metainfo, options: {peers: ['node:6881']}}),
		/with a proxy, which looks up names, a peer is named by its IP address/,
	);
});

test('while the proxy is gone nobody is dialled, and who was known is met again when it is back', async t => {
	const {proxy, torrent, leech, view} = await stage(t, 'http', {udp: false});
	await leech.send({type: 'session.limits', maxDownload: 40_000});
	const id = await leech.add(torrent);
	await leech.sees(id, 'begun', ({downloaded}) => downloaded > 0, limit);
	proxy.stop();
	const down = await until('that it is gone', limit, () => {
		const found = view()?.proxy;
		return found?.state === 'down' ? found : undefined;
	});
	assert.equal(down.why, 'connection refused');
	assert.equal(down.udp, 'no');
	const asked = proxy.asked.length;
	await proxy.start();
	await leech.send({type: 'session.limits', maxDownload: null});
	await leech.sees(id, 'complete', ({completed, wanted}) => wanted > 0 && completed === wanted, limit);
	assert.ok(proxy.asked.length > asked);
	const told = leech.log.filter(line => /^(?:warn|info): the proxy/.test(line));
	assert.equal(told.length, 3, told.join('\n'));
});

for (const kind of ['socks5', 'http'] as const) {
	test(`a torrent comes of a web server through a ${kind} proxy, which is asked for its name`, async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'data', [['one', 300_000]]);
		const data = readFileSync(join(torrent.content.dir, 'data', 'one'));
		const asked: string[] = [];
		const web = createServer((request, response) => {
			asked.push(`${request.headers.host} ${request.url}`);
			const [, from = 0, to = 0] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')?.map(Number) ?? [];
			response.writeHead(206, {'Content-Range': `bytes ${from}-${to}/${data.length}`});
			response.end(data.subarray(from, to + 1));
		});
		await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve));
		space.defer(() => {
			web.closeAllConnections();
			web.close();
		});
		const {port} = web.address() as AddressInfo;
		const socks = await SocksProxy.open(t, {names});
		// An HTTP proxy is asked as the server is, but for the whole URL: so the server can stand for it.
		const proxy = kind === 'http' ? `http://127.0.0.1:${port}` : `socks5://127.0.0.1:${socks.port}`;
		t.mock.method(dns.promises, 'lookup', () => assert.fail('a name was looked up here'));
		const leech = await openTestSession(space, 'leech', {bind: [], proxy: parseProxyUrl(proxy)});
		const id = await leech.add(torrent, {webSeeds: [`http://web:${port}/`]});
		await leech.sees(id, 'complete', ({completed, wanted}) => wanted > 0 && completed === wanted, limit);
		const url = kind === 'http' ? `http://web:${port}/data/one` : '/data/one';
		assert.ok(asked.includes(`web:${port} ${url}`), asked.join());
		if (kind === 'socks5') assert.ok(socks.asked.includes(`connect web:${port}`));
	});
}
