import assert from 'node:assert/strict';
import test from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {ListeningNode} from './listening-node.ts';

test('not one datagram of the DHT names a private torrent, however it is added, hurried or started again', async t => {
	const space = new Workspace(t);
	const node = await ListeningNode.open(t);
	const engine = await openTestSession(space, 'engine', {dht: {bootstrap: [node.address]}});
	const secret = testTorrent(space, 'secret', [['a.bin', 100_000]]);
	const wanted = testTorrent(space, 'wanted', [['b.bin', 100_000]]);
	const open = testTorrent(space, 'open', [['c.bin', 100_000]], 32_768, [], true);
	const seeded = await seedTorrent(engine, secret);
	await engine.add(wanted);
	const missing = (await engine.session.send({type: 'session.list'})).torrents!.find(
		({id}) => id !== seeded,
	)!.id;
	for (const id of [seeded, missing]) {
		await engine.session.send({type: 'torrent.pause', id});
		await engine.session.send({type: 'torrent.resume', id});
		await engine.session.send({type: 'torrent.reannounce', id}).catch(() => {});
	}
	// Those of a public one go the same way, later.
	const known = await seedTorrent(engine, open);
	await until('the public one to be announced', 30_000, () => (node.naming(known)['announce_peer'] ?? 0) > 0);
	await engine.session.send({type: 'torrent.reannounce', id: missing}).catch(() => {});
	await engine.session.stop();
	assert.deepEqual([node.naming(seeded), node.naming(missing)], [{}, {}]);
	assert.ok((node.naming(known)['get_peers'] ?? 0) > 0);
});
