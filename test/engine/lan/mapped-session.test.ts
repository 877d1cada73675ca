import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {createServer} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import {test} from 'node:test';
import type {SessionView} from '../../../source/api/snapshot.ts';
import type {SessionOptions} from '../../../source/engine/session/session-options.ts';
import {decodeBencode, encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {until, within} from '../../helpers/deadline.ts';
import {FakeGateway, type FakeGatewayHabits} from '../../helpers/fake-gateway.ts';
import {freePort} from '../../helpers/ports.ts';
import {message, RawPeer} from '../../helpers/raw-peer.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const limit = 60_000;

/** A gateway on loopback: it listens for PCP, NAT-PMP and searches, and serves its description. */
async function openGateway(space: Workspace, habits: Partial<FakeGatewayHabits>) {
	const gateway = new FakeGateway(() => performance.now() / 1000, habits);
	const [pcp, ssdp] = [createSocket('udp4'), createSocket('udp4')];
	const web = createServer(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		const answer = gateway.web(request.url ?? '', request.method === 'POST' ? body : undefined);
		response.statusCode = answer.status;
		response.end(answer.body);
	});
	await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve));
	for (const socket of [pcp, ssdp])
		await new Promise<void>(resolve => socket.bind({port: 0, address: '127.0.0.1'}, resolve));
	space.defer(() => {
		web.closeAllConnections();
		web.close();
		pcp.close();
		ssdp.close();
	});
	const base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
	pcp.on('message', (bytes, {address, port}) => {
		const answer = gateway.datagram(bytes);
		if (answer !== undefined) pcp.send(answer, port, address);
	});
	ssdp.on('message', (bytes, {address, port}) => {
		const answer = gateway.search(bytes, base);
		if (answer !== undefined) ssdp.send(answer, port, address);
	});
	const options = {
		portMap: true,
		bind: ['0.0.0.0'],
		gateways: {
			find: async () => [{family: 4, host: '127.0.0.1', device: 'lo', ours: '127.0.0.1', prefix: 8} as const],
			ports: {pcp: pcp.address().port, ssdpGroup: '127.0.0.1', ssdp: ssdp.address().port},
		},
	} satisfies Partial<SessionOptions>;
	return {gateway, options};
}

/** What a tracker was told, port by port. */
function trackerOf(
	announces: Array<string | null>,
	answers: () => string,
): NonNullable<SessionOptions['sockets']> {
	return {
		http: {
			async get(url) {
				announces.push(new URL(url).searchParams.get('port'));
				return {status: 200, body: new TextEncoder().encode(answers()), url};
			},
		},
	};
}

function sessionView({session}: TestSession): Promise<SessionView> {
	return new Promise(resolve => {
		const watching = session.watch({interval: 50, session: true}, update => {
			if (update.session === undefined) return;
			watching.stop();
			resolve(update.session);
		});
	});
}

test('trackers are told the port of the gateway, peers of our own network the one we listen on', async t => {
	const space = new Workspace(t);
	const {gateway, options} = await openGateway(space, {pcp: true, externalPort: () => 50_123});
	const announces: Array<string | null> = [];
	const sockets = trackerOf(announces, () => 'd8:intervali1800e5:peers0:e');
	const engine = await openTestSession(space, 'engine', {...options, sockets});
	await until('both ports to be mapped', limit, () => gateway.mapped.size === 2);
	const told = async (name: string, tracker: string) => {
		announces.length = 0;
		const id = await seedTorrent(engine, testTorrent(space, name, [[name, 40_000]], 32_768, [tracker], true));
		return {id, port: await until('an announce', limit, () => announces.find(port => port !== null))};
	};
	assert.equal((await told('outside', 'http://tracker.example/announce')).port, '50123');
	const {id, port: inside} = await told('inside', 'http://127.0.0.1:9/announce');
	assert.equal(inside, `${engine.port}`);
	const peer = new RawPeer(connect(engine.port, '127.0.0.1'));
	space.defer(() => peer.socket.destroy());
	const greeting = new Promise<Buffer>(resolve => {
		peer.onMessage = (number, payload) => {
			if (number === 20 && payload[0] === 0) resolve(payload.subarray(1));
		};
	});
	const reserved = Buffer.alloc(8);
	reserved[5] = 0x10;
	const protocol = Buffer.from('\x13BitTorrent protocol', 'latin1');
	await peer.send(protocol, reserved, Buffer.from(id, 'hex'), Buffer.alloc(20, 'x'));
	await peer.send(message(20, Buffer.from('\0de')));
	const fields = decodeBencode(await within(limit, 'their handshake', greeting));
	assert.equal(fields.get('p')?.number(), engine.port);
	const {portMapping, port, externalAddresses} = await sessionView(engine);
	assert.equal(portMapping?.state, 'open');
	assert.match(portMapping.text, /^port 50123 open through PCP until \d\d:\d\d, \d+ here$/);
	assert.deepEqual([portMapping.port, port], [50_123, engine.port]);
	assert.deepEqual(externalAddresses, ['203.0.113.9']);
	await engine.session.stop();
	assert.deepEqual([...gateway.mapped], []);
});

test('when the port changes the gateway maps the new one, and the old one no longer', async t => {
	const space = new Workspace(t);
	const {gateway, options} = await openGateway(space, {pcp: true});
	const engine = await openTestSession(space, 'engine', options);
	await until('both ports to be mapped', limit, () => gateway.mapped.size === 2);
	const port = await freePort();
	await engine.send({type: 'session.configure', settings: {port}});
	const wanted = [`tcp ${port} -> ${port}`, `udp ${port} -> ${port}`];
	await until('the new ones alone', limit, () => `${[...gateway.mapped].toSorted()}` === `${wanted}`);
	assert.equal((await sessionView(engine)).port, port);
});

/** A node of the DHT that stores whoever announces; tells which port each named, and whether that was to be ignored. */
async function dhtNode(space: Workspace) {
	const socket = createSocket('udp4');
	const announces: string[] = [];
	socket.on('message', (bytes, {address, port}) => {
		const query = decodeBencode(bytes);
		const t = query.get('t')?.bytes();
		const asked = query.get('a');
		if (t === undefined || asked === undefined) return;
		if (asked.get('token') !== undefined)
			announces.push(`${asked.get('port')?.number()} ${asked.get('implied_port')?.number() ?? 0}`);
		const r = {id: new Uint8Array(20).fill(9), nodes: new Uint8Array(0), token: 'token'};
		socket.send(encodeBencode({t, y: 'r', r}), port, address);
	});
	await new Promise<void>(resolve => socket.bind({port: 0, address: '127.0.0.1'}, resolve));
	space.defer(() => socket.close());
	return {announces, contact: {host: '127.0.0.1', port: socket.address().port}};
}

for (const [what, habits, told] of [
	['the port that the gateway gave', {pcp: true, externalPort: () => 50_123}, '50123 0'],
	['no port where none is mapped', {}, undefined],
] as const) {
	test(`the DHT is told ${what}`, async t => {
		const space = new Workspace(t);
		const {gateway, options} = await openGateway(space, habits);
		const {announces, contact} = await dhtNode(space);
		const dht = {bootstrap: [contact]};
		const engine = await openTestSession(space, 'engine', {...options, portFixed: false, dht});
		if (told !== undefined) await until('both ports to be mapped', limit, () => gateway.mapped.size === 2);
		await seedTorrent(engine, testTorrent(space, 'shared', [['a', 40_000]], 32_768, [], true));
		await until('an announce', limit, () => announces.length > 0);
		assert.equal(announces[0], told ?? `${engine.port} 1`);
	});
}

test('a tracker that knows the other port already is told the new one', async t => {
	const space = new Workspace(t);
	const {gateway, options} = await openGateway(space, {externalPort: () => 50_123});
	const announces: Array<string | null> = [];
	// A refusal is no answer after which it has to be left alone.
	const sockets = trackerOf(announces, () => 'd14:failure reason2:noe');
	const engine = await openTestSession(space, 'engine', {...options, sockets});
	await seedTorrent(
		engine,
		testTorrent(space, 'shared', [['a', 40_000]], 32_768, ['http://tracker.example/announce'], true),
	);
	await until('an announce', limit, () => announces.length > 0);
	assert.equal(announces.at(-1), `${engine.port}`);
	gateway.habits.natPmp = true;
	await until('the port of the gateway to be told', limit, () => announces.includes('50123'));
	assert.match((await sessionView(engine)).portMapping!.text, /^port 50123 open through NAT-PMP/);
});

test('over UPnP a port is opened and closed on a gateway that speaks nothing else', async t => {
	const space = new Workspace(t);
	const {gateway, options} = await openGateway(space, {natPmp: true, refusal: 5, upnp: true});
	const engine = await openTestSession(space, 'engine', options);
	await until('both ports to be mapped', limit, () => gateway.mapped.size === 2);
	assert.deepEqual(
		[...gateway.mapped],
		['tcp', 'udp'].map(transport => `${transport} ${engine.port} -> ${engine.port}`),
	);
	await until('its address', limit, async () =>
		(await sessionView(engine)).externalAddresses?.includes('203.0.113.9'),
	);
	await engine.session.stop();
	assert.deepEqual([...gateway.mapped], []);
});

for (const [why, more] of [
	['where it is switched off', {portMap: false}],
	['where it is not asked for', {portMap: undefined}],
	['bound to loopback alone', {bind: ['127.0.0.1']}],
] as const) {
	test(`the gateway is asked nothing ${why}`, async t => {
		const space = new Workspace(t);
		const {gateway, options} = await openGateway(space, {pcp: true});
		const engine = await openTestSession(space, 'engine', {...options, ...more} as Partial<SessionOptions>);
		assert.equal((await sessionView(engine)).portMapping, undefined);
		await engine.session.stop();
		assert.deepEqual(gateway.asked, []);
	});
}
