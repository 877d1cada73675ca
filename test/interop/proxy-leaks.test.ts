import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {describe, type TestContext, test} from 'node:test';
import type {SessionView} from '../../source/api/snapshot.ts';
import {until} from '../helpers/deadline.ts';
import {Running, run} from '../helpers/processes.ts';
import {noProxies, ProxiedNetwork, proxyHost, worldHost} from '../helpers/proxied-network.ts';
import {bytesFrom, mebibyte} from '../helpers/torrents.ts';
import {cli, node, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const limit = 30_000;

/** Serves a feed and what it names, and hears what it is told; prints each request. */
const webServer = `
const {createServer} = require('node:http');
const {readFileSync} = require('node:fs');
const [torrent, host, path] = process.argv.slice(1);
const data = readFileSync(path);
const feed = '<rss><channel><title>world</title><item><title>data</title>' +
	'<enclosure url="http://web.test:8080/data.torrent" type="application/x-bittorrent"/></item></channel></rss>';
createServer((request, response) => {
	console.log(request.method, request.headers.host, request.url);
	const texts = {'/feed': feed, '/data.torrent': readFileSync(torrent), '/blocklist': 'some:1.2.3.0-1.2.3.255\\n'};
	const range = /bytes=(\\d+)-(\\d+)/.exec(request.headers.range ?? '')?.slice(1).map(Number);
	if (request.url !== '/data.bin' || range === undefined) return response.end(texts[request.url] ?? '');
	response.writeHead(206, {'Content-Range': 'bytes ' + range.join('-') + '/' + data.length});
	response.end(data.subarray(range[0], range[1] + 1));
}).listen(8080, host, () => console.log('READY'));
`;

interface World {
	readonly space: Workspace;
	readonly network: ProxiedNetwork;
	/** The torrent, as a file. */
	readonly torrent: string;
	readonly data: Buffer;
	/** What the web server was asked: `GET web.test:8080 /feed`. */
	asked(): string[];
}

/** A tracker, a seed that is a node of the DHT too, a feed and somebody for hooks, all known by name in the world alone. */
async function openWorld(t: TestContext, hasWebSeed = true): Promise<World> {
	const space = new Workspace(t);
	const network = await ProxiedNetwork.open(space);
	const there = space.folder('world');
	const data = bytesFrom('proxies', mebibyte);
	writeFileSync(`${there}/data.bin`, data);
	const torrent = space.path('data.torrent');
	const trackers = ['-t', 'udp://tracker.test:6969/announce', '-t', 'http://tracker.test:6969/announce'];
	const seeds = hasWebSeed ? ['-w', 'http://web.test:8080/data.bin'] : [];
	const made = await run(space, node, [
		cli,
		'create',
		`${there}/data.bin`,
		...trackers,
		...seeds,
		'-o',
		torrent,
	]);
	assert.equal(made.ended?.code, 0, made.stderr);
	const inWorld = (words: readonly string[], state: string) =>
		startTortui(space, words, {env: {TORTUI_HOME: space.folder(state)}}, network.inWorld);
	const tracker = inWorld(['tracker', '--port', '6969'], 'tracker');
	await tracker.output(/Ctrl-C ends it/, limit);
	const seeding = ['seed', torrent, '--dir', there, '--port', '7001', '--bind', worldHost, '--json'];
	const seed = inWorld(
		[...seeding, '--no-lsd', '--no-port-map', '--dht', '--dht-bootstrap', `${worldHost}:7001`],
		'seed',
	);
	await seed.output(/"seeding"/, limit);
	const [command, ...rest] = [
		...network.inWorld,
		node,
		'-e',
		webServer,
		torrent,
		worldHost,
		`${there}/data.bin`,
	];
	const web = new Running(space, command!, rest);
	await web.output(/READY/, limit);
	return {space, network, torrent, data, asked: () => web.stdout.trim().split('\n').slice(1)};
}

/** An engine with everything on that speaks to others, with these settings beside. */
async function openEngine({space, network}: World, settings: Readonly<Record<string, unknown>>) {
	const config = space.folder('config');
	mkdirSync(`${config}/tortui`, {recursive: true});
	writeFileSync(
		`${config}/tortui/config.json`,
		JSON.stringify({
			dir: space.folder('downloads'),
			feeds: [{url: 'http://web.test:8080/feed', rules: [{title: '*'}]}],
			'hook-url': ['http://hooks.test:8080/hook'],
			'dht-bootstrap': ['router.test:7001'],
			catalogue: ['http://tracker.test:6969'],
			blocklist: 'http://web.test:8080/blocklist',
			...settings,
		}),
	);
	const env = {XDG_CONFIG_HOME: config, TORTUI_HOME: space.folder('client')};
	const engine = startTortui(space, ['engine'], {env}, network.onClient);
	await engine.output(/is ready/, limit);
	const [command, ...through] = network.onClient;
	const say = async (...words: readonly string[]) => {
		const {stdout, stderr, ended} = await run(space, command!, [...through, node, cli, ...words], {env});
		assert.equal(ended?.code, 0, `${words.join(' ')}: ${stderr}`);
		return stdout;
	};
	return {
		engine,
		say,
		status: async () => (JSON.parse(await say('status', '--json')) as {readonly engine: SessionView}).engine,
		isThere: (data: Buffer) => {
			try {
				return readFileSync(space.path('downloads', 'data.bin')).equals(data);
			} catch {
				return false;
			}
		},
	};
}

interface Way {
	readonly name: string;
	readonly needs: string;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly env?: Readonly<Record<string, string>>;
	readonly udp: boolean;
	start(network: ProxiedNetwork): Promise<Running>;
}

const ways: readonly Way[] = [
	{
		name: 'dante, SOCKS5 with UDP',
		needs: 'danted',
		settings: {proxy: `socks5://${proxyHost}:1080`},
		udp: true,
		start: network => network.dante(),
	},
	{
		name: 'microsocks, SOCKS5 with a password and without UDP',
		needs: 'microsocks',
		settings: {proxy: `socks5://ann:se%3Acret@${proxyHost}:1080`},
		udp: false,
		start: network => network.microsocks('ann', 'se:cret'),
	},
	{
		name: 'tinyproxy, HTTP',
		needs: 'tinyproxy',
		settings: {proxy: `http://${proxyHost}:8888`},
		udp: false,
		start: network => network.tinyproxy(),
	},
];

describe('what leaves a machine with a proxy', {concurrency: 3}, () => {
	test('without a proxy packets leave for others, which the counters count', {skip: noProxies()}, async t => {
		const world = await openWorld(t);
		await openEngine(world, {});
		await until('packets for others, questions for names among them', limit, () => {
			const {other, dns} = world.network.packets();
			return other > 0 && dns > 0;
		});
		const {other, dns, proxy} = world.network.packets();
		console.log(
			`without a proxy: ${other} packets to others, ${dns} of them for names, ${proxy} to the proxy`,
		);
	});

	for (const {name, needs, settings, udp, start} of ways) {
		test(`0 packets bypass ${name}: names, trackers, DHT, web seeds, blocklist, feeds, hooks, peers`, {
			skip: noProxies(needs),
		}, async t => {
			const world = await openWorld(t);
			const {network, data, asked} = world;
			const running = await start(network);
			const {say, status, isThere} = await openEngine(world, settings);
			await until('the torrent of the feed to be here', limit, () => isThere(data));
			await until('the hook to be told', limit, () => asked().includes('POST hooks.test:8080 /hook'));
			for (const path of ['feed', 'blocklist'])
				assert.ok(asked().includes(`GET web.test:8080 /${path}`), asked().join());
			const trackers = await until(
				'an answer of the tracker',
				limit,
				async () => {
					const text = await say('trackers', 'all', '--json');
					return /"working"/.test(text) && (!udp || /udp:[^}]*"working"/.test(text)) ? text : undefined;
				},
				500,
			);
			if (!udp) assert.match(trackers, /passes no UDP on/);
			// A node of the DHT is asked by its name, over UDP, and answers.
			if (udp) {
				await running.output(/udpassociate.*-> .* 11\.22\.33\.44\.7001/, limit);
				await until('an answer of the DHT', limit, async () => {
					const {dht, dhtNodes} = await status();
					return dhtNodes > 0 || /^1 of 1 first nodes/.test(dht?.why ?? '');
				});
			}
			const {proxy, dht} = await status();
			assert.equal(proxy?.state, 'up');
			assert.equal(proxy?.udp, udp ? 'yes' : 'no');
			if (!udp) assert.equal(dht?.state, 'off');
			// By a command of its own, which goes the same way.
			assert.match(await say('info', 'http://web.test:8080/data.torrent'), /data\.bin/);
			for (const words of [['status', '--json'], ['config'], ['doctor', '--json'], ['log']])
				assert.doesNotMatch(await say(...words).catch(error => String(error)), /se%3Acret|se:cret/);
			const packets = network.packets();
			console.log(
				`${needs}: ${packets.other} packets bypass the proxy (${packets.dns} for names, ${packets.own} within this machine), ${packets.proxy} go to it`,
			);
			assert.equal(packets.other, 0);
			assert.ok(packets.proxy > 100);
		});
	}

	test('a proxy goes away in mid-download and comes back: nothing goes around it, and then it goes on', {
		skip: noProxies('microsocks'),
	}, async t => {
		// What a web seed is asked for at once would wait in the system's buffers while the proxy is gone.
		const world = await openWorld(t, false);
		const {network, data} = world;
		const proxy = await network.microsocks('ann', 'secret');
		const {engine, status, isThere} = await openEngine(world, {
			proxy: `socks5://ann:secret@${proxyHost}:1080`,
			'max-download': '200K',
		});
		await until('the download to begin', limit, async () => (await status()).downloaded > 200_000);
		await proxy.stop('SIGKILL');
		const down = await until('that the proxy is gone', limit, async () => {
			const found = (await status()).proxy;
			return found?.state === 'down' ? found : undefined;
		});
		assert.equal(down.why, 'connection refused');
		assert.ok(!isThere(data));
		const before = (await status()).downloaded;
		await network.microsocks('ann', 'secret');
		await until('the download to go on', limit, async () => (await status()).downloaded > before);
		await until('the end of the download', limit, () => isThere(data));
		await engine.output(/the proxy \S+ is back/, limit);
		const lines = engine.stderr.split('\n').filter(line => /lets nobody through|is back/.test(line));
		assert.equal(lines.length, 2, lines.join('\n'));
		const packets = network.packets();
		console.log(`a proxy that goes and comes: ${packets.other} packets bypass it, ${packets.proxy} go to it`);
		assert.equal(packets.other, 0);
	});
});
