import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {type TestContext, test} from 'node:test';
import {
	decodeUdpRequest,
	encodeUdpAnnounced,
	encodeUdpConnected,
} from '../../../source/protocol/tracker/udp.ts';
import {until} from '../../helpers/deadline.ts';
import {freePort} from '../../helpers/ports.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const limit = 60_000;

/** A UDP tracker on loopback; `announces` has from which port each came, and which port it told. */
async function tracker(t: TestContext) {
	const socket = createSocket('udp4');
	t.after(() => socket.close());
	const announces: Array<readonly [from: number, told: number]> = [];
	socket.on('message', (bytes, {address, port}) => {
		const asked = decodeUdpRequest(bytes);
		if (asked.kind === 'connect') {
			socket.send(encodeUdpConnected(asked.transactionId, 7n), port, address);
		} else if (asked.kind === 'announce') {
			announces.push([port, asked.request.port]);
			const answer = {interval: 1800, seeders: 1, leechers: 0, peers: new Uint8Array(0)};
			socket.send(encodeUdpAnnounced(asked.transactionId, answer), port, address);
		}
	});
	await new Promise<void>(resolve => socket.bind({port: 0, address: '127.0.0.1'}, resolve));
	return {announces, url: `udp://127.0.0.1:${socket.address().port}/announce`};
}

test('UDP trackers are asked from the port on which peers find us', async t => {
	const space = new Workspace(t);
	const {announces, url} = await tracker(t);
	const engine = await openTestSession(space, 'engine');
	await seedTorrent(engine, testTorrent(space, 'shared', [['a', 40_000]], 32_768, [url]));
	await until('an announce', limit, () => announces.length > 0);
	await engine.session.stop();
	for (const announce of announces) assert.deepEqual(announce, [engine.port, engine.port]);
});

test('a port that another program has for UDP serves peers all the same, and one line says so', async t => {
	const space = new Workspace(t);
	const {announces, url} = await tracker(t);
	const port = await freePort();
	const other = createSocket('udp4');
	t.after(() => other.close());
	await new Promise<void>(resolve => other.bind({port, address: '127.0.0.1'}, resolve));
	const engine = await openTestSession(space, 'engine', {port});
	assert.equal(engine.port, port);
	await seedTorrent(engine, testTorrent(space, 'shared', [['a', 40_000]], 32_768, [url]));
	await until('an announce', limit, () => announces.length > 0);
	const [from, told] = announces[0]!;
	assert.equal(told, port);
	assert.notEqual(from, port);
	assert.deepEqual(
		engine.log.filter(line => line.includes('UDP')),
		[`warn: UDP port ${port} is taken: trackers are asked over UDP from another one`],
	);
});
