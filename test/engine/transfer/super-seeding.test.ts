import assert from 'node:assert/strict';
import test from 'node:test';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('a super-seeder feeds two leechers with hardly more than one copy, and both come to the end', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'super', [['x.bin', 2_000_000]], 32_768);
	const seeder = await openTestSession(space, 'seeder', {maxUpload: 1_500_000});
	const id = await seedTorrent(seeder, torrent);
	await seeder.send({type: 'torrent.superSeed', id, on: true});
	assert.equal((await seeder.view(id)).superSeeding, true);
	const one = await openTestSession(space, 'one');
	const two = await openTestSession(space, 'two');
	for (const leecher of [one, two]) {
		await leecher.add(torrent, {
			peers: [`127.0.0.1:${seeder.port}`, `127.0.0.1:${leecher === one ? two.port : one.port}`],
		});
	}
	for (const leecher of [one, two])
		await leecher.sees(id, 'complete', view => view.state === 'seeding', 40_000);
	const {uploaded} = await seeder.view(id);
	assert.ok(uploaded < 2_000_000 * 1.3, `${uploaded} bytes left for 2,000,000`);
});

test('who is alone with a super-seeder gets everything, and so does who comes when it is turned off', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'alone', [['x.bin', 600_000]], 32_768);
	const seeder = await openTestSession(space, 'seeder');
	const id = await seedTorrent(seeder, torrent);
	await seeder.send({type: 'torrent.superSeed', id, on: true});
	const one = await openTestSession(space, 'one');
	await one.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
	await one.sees(id, 'complete', view => view.state === 'seeding', 30_000);
	await one.session.stop();
	const two = await openTestSession(space, 'two', {maxDownload: 200_000});
	await two.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
	await two.sees(id, 'something is here', view => view.completed > 0);
	await two.send({type: 'session.limits', maxDownload: null});
	await seeder.send({type: 'torrent.superSeed', id, on: false});
	await two.sees(id, 'complete', view => view.state === 'seeding', 5000);
});
