import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {rmSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {type TestContext, test} from 'node:test';
import {PortFollower} from '../../../source/engine/session/port-follower.ts';
import {type PortFileText, portInFileNow, readPortFile} from '../../../source/io/files/port-file.ts';
import {
	decodeUdpRequest,
	encodeUdpAnnounced,
	encodeUdpConnected,
} from '../../../source/protocol/tracker/udp.ts';
import {until, within} from '../../helpers/deadline.ts';
import {freePort} from '../../helpers/ports.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const limit = 60_000;

/** A UDP tracker on loopback; `announces` has from which port each came, and which port it told. */
async function tracker(t: TestContext) {
	const socket = createSocket('udp4');
	t.after(() => socket.close());
	const announces: string[] = [];
	socket.on('message', (bytes, {address, port}) => {
		const asked = decodeUdpRequest(bytes);
		if (asked.kind === 'connect') socket.send(encodeUdpConnected(asked.transactionId, 7n), port, address);
		else if (asked.kind === 'announce') {
			announces.push(`from ${port} for ${asked.request.port}`);
			const answer = {interval: 1, seeders: 1, leechers: 0, peers: new Uint8Array(0)};
			socket.send(encodeUdpAnnounced(asked.transactionId, answer), port, address);
		}
	});
	await new Promise<void>(resolve => socket.bind({port: 0, address: '127.0.0.1'}, resolve));
	return {announces, url: `udp://127.0.0.1:${socket.address().port}/announce`};
}

const isTaken = (port: number): Promise<boolean> =>
	new Promise(resolve => {
		const socket = net.connect(port, '127.0.0.1');
		socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
		socket.unref();
	});

for (const transport of ['tcp', 'utp'] as const)
	test(`on another port peers that are connected over ${transport} stay, others come in there, and trackers are told`, async t => {
		const space = new Workspace(t);
		const {announces, url} = await tracker(t);
		const shared = testTorrent(space, 'shared', [['a', 1_000_000]]);
		const seeder = await openTestSession(space, 'seeder', {maxUpload: 40_000, utp: true});
		const id = await seedTorrent(seeder, shared);
		const tcp = transport === 'tcp';
		const leecher = await openTestSession(space, 'leecher', {trackers: false, utp: !tcp, tcp});
		await leecher.add(shared, {peers: [`127.0.0.1:${seeder.port}`]});
		await leecher.sees(id, 'a part', ({completed}) => completed > 0);
		const [port, other] = [await freePort(), await freePort()];
		const {settings} = await seeder.send({type: 'session.configure', settings: {port}});
		assert.deepEqual([settings?.port, seeder.session.port], [port, port]);
		const before = (await leecher.view(id)).completed;
		await leecher.sees(id, 'more comes by the connection that stood', ({completed, connected}) => {
			assert.equal(connected, 1);
			return completed > before;
		});
		await seedTorrent(seeder, testTorrent(space, 'later', [['b', 40_000]], 32_768, [url]));
		await until('it is announced', limit, () => announces.length > 0);
		assert.equal(announces[0], `from ${port} for ${port}`);
		assert.deepEqual([await isTaken(seeder.port), await isTaken(port)], [false, true]);
		const another = await openTestSession(space, 'another', {trackers: false, port: other, utp: !tcp, tcp});
		await another.add(shared, {peers: [`127.0.0.1:${port}`]});
		await another.sees(id, 'it is let in', ({connected}) => connected === 1);
	});

test('a port that cannot be had changes nothing', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'engine');
	const server = net.createServer();
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => server.close());
	const {port} = server.address() as net.AddressInfo;
	await assert.rejects(
		engine.send({type: 'session.configure', settings: {port, name: 'other'}}),
		new RegExp(`port ${port} is taken`),
	);
	assert.equal(engine.session.port, engine.port);
	assert.equal(await isTaken(engine.port), true);
	assert.equal((await engine.send({type: 'session.configure', settings: {}})).settings?.name, null);
});

test('the port in a file is listened on as it changes, and what is none changes nothing', async t => {
	const space = new Workspace(t);
	const [one, two] = [await freePort(), await freePort()];
	const portFile = space.path('port');
	writeFileSync(portFile, `${one}\n`);
	assert.equal(portInFileNow(portFile), one);
	const engine = await openTestSession(space, 'engine', {port: one, portFixed: false, portFile});
	assert.equal(engine.session.port, one);
	writeFileSync(portFile, '0');
	writeFileSync(portFile, 'none');
	await until('it is told', limit, () => engine.log.some(line => line.includes('is of no use')));
	rmSync(portFile);
	writeFileSync(portFile, `${two}`);
	await until('it follows', limit, () => engine.session.port === two);
	assert.equal(await isTaken(two), true);
	assert.deepEqual(
		engine.log.filter(line => line.includes('port file')),
		[
			`warn: the port file ${portFile} is of no use: it holds no port from 1 to 65535; port ${one} stays`,
			`info: port ${two} is listened on: the port file says so`,
		],
	);
});

/** A follower of a file whose readings the test says, second by second. */
function follower(moveTo: (port: number) => Promise<void> = async () => {}) {
	const log: string[] = [];
	const state = {port: 6881, reading: {kind: 'none'} as PortFileText, now: 0};
	const followed = new PortFollower({
		path: 'port',
		read: async () => state.reading,
		port: () => state.port,
		async moveTo(port) {
			await moveTo(port);
			state.port = port;
		},
		log: (level, text) => void log.push(`${level}: ${text}`),
	});
	return {
		log,
		state,
		async reads(...readings: Array<PortFileText | number>) {
			for (const reading of readings) {
				state.reading = typeof reading === 'number' ? {kind: 'port', port: reading} : reading;
				state.now += 1000;
				followed.tick(state.now);
				await within(limit, 'a look', new Promise<void>(resolve => setImmediate(resolve)));
			}
			return state.port;
		},
	};
}

test('half of a number that is just being written is not gone by', async () => {
	const {reads, log} = follower();
	assert.equal(await reads(5, 51, 51_234), 6881);
	assert.equal(await reads(51_234), 51_234);
	assert.deepEqual(log, ['info: port 51234 is listened on: the port file says so']);
});

test('garbage in the port file is told once, until it is something else', async () => {
	const {reads, log} = follower();
	const wrong: PortFileText = {kind: 'wrong', why: 'it holds no port from 1 to 65535'};
	await reads(wrong, wrong, wrong, {kind: 'none'}, wrong);
	assert.equal(log.length, 1);
	await reads(7000, 7000, wrong);
	assert.equal(log.length, 3);
});

test('a port that another program has is tried again', async () => {
	let tries = 0;
	const {reads, log} = follower(async port => {
		if (++tries < 3) throw new Error(`port ${port} is taken`);
	});
	await reads(...Array.from({length: 40}, () => 7000));
	assert.equal(tries, 3);
	assert.deepEqual(log, [
		'warn: the port file says 7000, but port 7000 is taken; it is tried again',
		'info: port 7000 is listened on: the port file says so',
	]);
});

test('what stands in a port file is a port, none, or wrong', async t => {
	const space = new Workspace(t);
	const path = space.path('port');
	const cases: ReadonlyArray<readonly [text: string, found: string]> = [
		['51234', '51234'],
		[' 51234 \r\n', '51234'],
		['00080', '80'],
		['', 'none'],
		['\n', 'none'],
		['0', 'none'],
		['0000\n', 'none'],
		['65536', 'wrong'],
		['-1', 'wrong'],
		['51234 51235', 'wrong'],
		['port=51234', 'wrong'],
		['\u0000\u0001\u0002', 'wrong'],
		['1'.repeat(5000), 'wrong'],
	];
	for (const [text, expected] of cases) {
		writeFileSync(path, text);
		const found = await readPortFile(path);
		assert.equal(
			found.kind === 'port' ? `${found.port}` : found.kind,
			expected,
			JSON.stringify(text.slice(0, 20)),
		);
	}
	assert.equal((await readPortFile(space.path('missing'))).kind, 'none');
	assert.equal((await readPortFile(space.folder('folder'))).kind, 'wrong');
});
