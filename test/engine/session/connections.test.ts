import assert from 'node:assert/strict';
import {once} from 'node:events';
import {connect} from 'node:net';
import {test} from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {handshake, RawPeer} from '../../helpers/raw-peer.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('all torrents together have as many connections as they are allowed, and no more', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home', {maxConnections: 3});
	const ids = [
		await seedTorrent(engine, testTorrent(space, 'one', [['a', 70_000]])),
		await seedTorrent(engine, testTorrent(space, 'two', [['b', 70_000]])),
	];
	let closed = 0;
	for (let n = 0; n < 8; n++) {
		const socket = connect(engine.port, '127.0.0.1');
		await once(socket, 'connect');
		const peer = new RawPeer(socket);
		space.defer(() => socket.destroy());
		void peer.closed.then(() => closed++);
		await peer.send(handshake(Buffer.from(ids[n % 2]!, 'hex')));
	}
	const connected = async () => {
		const views = await Promise.all(ids.map(id => engine.view(id)));
		return views.reduce((sum, view) => sum + view.connected, 0);
	};
	await until(
		() => `five to be turned away, but ${closed}`,
		20_000,
		() => closed >= 5,
	);
	await until('three to be in', 20_000, async () => (await connected()) === 3);
	assert.ok(!engine.log.some(line => line.includes('too few open files')));
});

test('a torrent that may have more connections than all have otherwise has them', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home', {maxPeers: 260});
	const id = await seedTorrent(engine, testTorrent(space, 'one', [['a', 70_000]]));
	for (let n = 0; n < 230; n++) {
		const socket = connect(engine.port, '127.0.0.1');
		socket.on('error', () => {});
		await once(socket, 'connect');
		space.defer(() => socket.destroy());
		socket.write(handshake(Buffer.from(id, 'hex')));
	}
	await engine.sees(id, 'more than 200 connected', ({connected}) => connected > 220);
});
