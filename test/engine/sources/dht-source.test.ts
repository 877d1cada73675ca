import assert from 'node:assert/strict';
import test from 'node:test';
import type {Update} from '../../../source/api/snapshot.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const dht = (...engines: TestSession[]) => ({
	dht: {bootstrap: engines.map(({port}) => ({host: '127.0.0.1', port}))},
});

function sessionOf({session}: TestSession): Promise<NonNullable<Update['session']>> {
	return new Promise(resolve => {
		const {stop} = session.watch({session: true, interval: 250}, update => {
			if (update.session === undefined) return;
			stop();
			resolve(update.session);
		});
	});
}

test('a torrent without tracker or peer is found through the DHT, and what was known of it outlives a restart', async t => {
	const space = new Workspace(t);
	const first = await openTestSession(space, 'first', dht());
	const torrent = testTorrent(space, 'found', [['a.bin', 200_000]], 32_768, [], true);
	const seeder = await openTestSession(space, 'seeder', dht(first));
	const id = await seedTorrent(seeder, torrent);
	await until('the seeder is in the DHT', 30_000, async () => (await sessionOf(seeder)).dhtNodes > 0);
	const leecher = await openTestSession(space, 'leecher', dht(first));
	await leecher.add(torrent);
	await leecher.sees(id, 'complete', ({state}) => state === 'seeding');
	const {dht: health, dhtNodes} = await sessionOf(leecher);
	assert.equal(health?.state, 'poor');
	assert.ok(dhtNodes >= 1);
	const {dht: view} = await leecher.session.send({type: 'session.dht'});
	assert.deepEqual([view?.state, view?.networks.map(({family}) => family)], ['poor', ['ipv4', 'ipv6']]);
	assert.equal(view?.networks[0]?.nodes, dhtNodes);
	assert.ok((view?.networks[0]?.traffic.queriesOut['get_peers'] ?? 0) > 0);
	assert.ok((view?.lookups.firstPeers?.count ?? 0) > 0);
	await leecher.session.stop();
	const again = await openTestSession(space, 'leecher', dht());
	await until('its nodes are known again', 30_000, async () => (await sessionOf(again)).dhtNodes > 0);
});

test('a private torrent is never spoken of in the DHT, though it stands still for want of a peer', async t => {
	const space = new Workspace(t);
	const first = await openTestSession(space, 'first', dht());
	const torrent = testTorrent(space, 'secret', [['a.bin', 200_000]]);
	const seeder = await openTestSession(space, 'seeder', dht(first));
	const id = await seedTorrent(seeder, torrent);
	await until('the seeder is in the DHT', 30_000, async () => (await sessionOf(seeder)).dhtNodes > 0);
	const leecher = await openTestSession(space, 'leecher', dht(first));
	await leecher.add(torrent);
	await leecher.says(id, 'downloading', /no peers and no tracker/);
	const open = testTorrent(space, 'open', [['b.bin', 100_000]], 32_768, [], true);
	const openId = await seedTorrent(seeder, open);
	await leecher.add(open);
	await leecher.sees(openId, 'the other is complete', ({state}) => state === 'seeding');
	assert.equal((await leecher.view(id)).completed, 0);
	await leecher.send({type: 'torrent.reannounce', id}).catch(() => {});
	assert.equal((await leecher.view(id)).connected, 0);
});

test('of a DHT that is switched off it is said that it is', async t => {
	const engine = await openTestSession(new Workspace(t), 'off');
	const {dht: view} = await engine.session.send({type: 'session.dht'});
	assert.deepEqual([view?.state, view?.networks], ['off', []]);
});
