import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {assertSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import {Running} from '../helpers/processes.ts';
import {makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {node, startTortui, Transfer} from '../helpers/tortui.ts';
import {noTunnel, tunnelNetwork} from '../helpers/tunnel-network.ts';
import {Workspace} from '../helpers/workspace.ts';

/** Where everybody is, whichever way leads there. */
const internet4 = '203.0.114.5';
const internet6 = '2600:5::5';
const length = 5 * mebibyte;
const peerPort = 7001;
const trackerPort = 6969;

/** Answers every question for an IPv4 address with that of the internet, and prints who asked for what. */
const nameServer = `
import {createSocket} from 'node:dgram';
const address = Buffer.from('${internet4}'.split('.').map(Number));
const socket = createSocket('udp4');
socket.on('message', (query, from) => {
	const end = query.indexOf(0, 12) + 5;
	const isIpv4 = query.readUInt16BE(end - 4) === 1;
	const head = Buffer.from(query.subarray(0, end));
	head.writeUInt16BE(0x8180, 2);
	head.writeUInt32BE(isIpv4 ? 0x10000 : 0, 6);
	head.writeUInt16BE(0, 10);
	console.log(query.subarray(13, end).toString('latin1').replaceAll(/[^a-z]+/g, '.'), 'asked by', from.address);
	const answer = Buffer.concat([Buffer.from('c00c00010001000000010004', 'hex'), address]);
	socket.send(isIpv4 ? Buffer.concat([head, answer]) : head, from.port, from.address);
});
socket.bind(53, '${internet4}', () => console.log('READY'));
`;

/** Beyond the tunnel a seed and a tracker with a name; and a torrent that knows the tracker by that alone. */
async function stage(t: TestContext, ipv6 = false) {
	const space = new Workspace(t);
	const internet = ipv6 ? internet6 : internet4;
	const network = await tunnelNetwork(space, internet);
	const {through} = network.beyond;
	const content = writeFolder(space.folder('whole'), 'music', [['one.bin', length]]);
	const file = makeTorrent(content, 65_536, true).write(space.path('music.torrent'));
	const [command, ...words] = [...through, node, '--input-type=module', '-e', nameServer];
	const names = ipv6 ? undefined : new Running(space, command!, words);
	await names?.output(/READY/, 20_000);
	const at = ['--bind', internet];
	const tracker = startTortui(
		space,
		['tracker', ...at, '--port', `${trackerPort}`, '--state-dir', space.folder('tracker'), '--verbose'],
		{},
		through,
	);
	await tracker.output(/6969/, 20_000);
	const seed = startTortui(
		space,
		['seed', `${file}=${content.root}`, ...at, '--port', `${peerPort}`, '--json', '--dht-bootstrap', 'none'],
		{env: {TORTUI_HOME: space.folder('seed')}},
		through,
	);
	await new Transfer(seed, peerPort).event('seeding');
	const host = ipv6 ? `[${internet}]` : internet;
	return {space, network, content, file, names, tracker, host};
}

/** An engine that goes by the tunnel, with everything on by which something might get out elsewhere. */
async function engine({space, network, file, host, names}: Awaited<ReturnType<typeof stage>>) {
	const tracker = `${names === undefined ? host : 'tracker.example'}:${trackerPort}`;
	const ours = await BackgroundEngine.start(
		space,
		'home',
		[
			...['--interface', 'tun0', '--port', '7002', '--dir', space.folder('ours')],
			...(names === undefined ? [] : ['--dns-server', internet4]),
			...['--dht', '--dht-bootstrap', `${host}:${peerPort}`, '--lsd', '--port-map'],
			...['--catalogue', `http://${tracker}`, '--hook-url', `http://${tracker}/hook`],
			...['--max-download', '2M', '--log', space.path('log'), '--log-level', 'debug'],
		],
		network.here.through,
	);
	const {id = ''} = await ours.send({
		type: 'torrent.add',
		metainfo: readFileSync(file).toString('base64'),
		options: {
			trackers: ['http', 'udp'].map(scheme => `${scheme}://${tracker}/announce`),
			peers: [`${host}:${peerPort}`],
		},
	});
	return {ours, id};
}

/** Everybody is asked to do something meanwhile, and the engine's clock goes on for so long. */
async function passes(ours: BackgroundEngine, id: string, host: string, seconds: number): Promise<void> {
	const {uptime} = await ours.session();
	await until('time goes by', 30_000, async () => {
		await ours.send({type: 'torrent.reannounce', id});
		await ours.send({type: 'peer.add', id, address: `${host}:${peerPort}`});
		return (await ours.session()).uptime >= uptime + seconds;
	});
}

const sentence = 'tun0 is gone: nothing is sent until it is back';

for (const [what, how, ipv6] of [
	['disappears', 'remove', false],
	['loses its address', 'strip', false],
	['is set down', 'down', false],
	['disappears, over IPv6', 'remove', true],
] as const) {
	// Linux sends what was bound to it by the other way then, until it is closed.
	const isQuick = how !== 'down' && !ipv6;
	const claim = isQuick ? 'no packet leaves elsewhere' : 'no packet leaves elsewhere from when it is seen';
	test(`tun0 ${what} in mid-download: ${claim}, and it goes on when it is back`, {
		skip: noTunnel(),
	}, async t => {
		const set = await stage(t, ipv6);
		const {space, network, content, names, tracker, host} = set;
		const {leaked, tunnelled} = network;
		const {ours, id} = await engine(set);
		await ours.sees(id, 'a part is here', ({completed}) => completed > mebibyte);
		if (names !== undefined) assert.match(names.stdout, /tracker\.example\..* asked by 10\.8\.0\.2/);
		const before = {sent: tunnelled(), leaked: leaked()};
		network[how]();
		await until('it is told', 10_000, async () => (await ours.session()).interface?.gone === sentence);
		const told = leaked();
		const {reason, completed} = await ours.sees(id, 'its peer has gone', ({connected}) => connected === 0);
		assert.deepEqual(reason, {level: 'warn', text: sentence});
		assert.ok(completed < length);
		await passes(ours, id, host, 2);
		const meanwhile = leaked();
		await network.restore(3);
		await ours.sees(id, 'it is complete', ({state}) => state === 'seeding', 40_000);
		assertSame(space.path('ours', content.name), content.root);
		const address = ipv6 ? 'fd08::3' : how === 'down' ? '10.8.0.2' : '10.8.0.3';
		await tracker.output(new RegExp(`${address.replaceAll('.', '\\.')}\\]? port 7002`), 30_000);
		const {port, interface: way} = await ours.session();
		assert.deepEqual([port, way], [7002, {name: 'tun0', addresses: [address]}]);
		await ours.stop();
		const [first, then, last] = [told - before.leaked, meanwhile - told, leaked() - meanwhile];
		const counts = `${first} until it was seen, ${then} while it was gone, ${last} after`;
		console.log(
			`packets by tun0: ${before.sent} before, ${tunnelled()} in all; by the other way: ${before.leaked} before, ${counts}`,
		);
		assert.deepEqual([before.leaked, then, last], [0, 0, 0]);
		if (isQuick) assert.equal(first, 0);
		assert.match(readFileSync(space.path('log'), 'utf8'), new RegExp(sentence));
	});
}

test('an interface that is not there at the start is waited for', {skip: noTunnel()}, async t => {
	const set = await stage(t);
	const {space, network, content, host} = set;
	network.remove();
	const {ours, id} = await engine(set);
	const {interface: way} = await ours.session();
	assert.deepEqual(way, {
		name: 'tun0',
		addresses: [],
		gone: 'tun0 is not there: nothing is sent until it is',
	});
	await passes(ours, id, host, 2);
	const meanwhile = network.leaked();
	await network.restore();
	await ours.sees(id, 'it is complete', ({state}) => state === 'seeding', 40_000);
	assertSame(space.path('ours', content.name), content.root);
	await ours.stop();
	console.log(`packets by the other way: ${meanwhile} while it was not there, ${network.leaked()} in all`);
	assert.equal(network.leaked(), 0);
});
