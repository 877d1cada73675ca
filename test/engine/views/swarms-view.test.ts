import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {test} from 'node:test';
import type {Update} from '../../../source/api/snapshot.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** A tracker that answers some info-hashes with two peers, and refuses the others. */
async function halfTracker(space: Workspace, isGood: (path: string) => boolean): Promise<string> {
	const server = createServer((request, response) => {
		const text = isGood(request.url ?? '')
			? 'd8:completei3e10:incompletei2e8:intervali600e5:peers0:e'
			: 'd14:failure reason8:not heree';
		response.end(text);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	space.defer(() => new Promise<void>(resolve => server.close(() => resolve())));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('no address');
	return `http://127.0.0.1:${address.port}`;
}

test('the trackers of all torrents are told once each, with how many torrents they answer and why they fail others', async t => {
	const space = new Workspace(t);
	const origin = await halfTracker(space, path => path.startsWith('/good'));
	const engine = await openTestSession(space, 'engine');
	for (const [name, paths] of Object.entries({a: ['good?key=1', 'good?key=2'], b: ['good'], c: ['bad']})) {
		await engine.add(testTorrent(space, name, [['x', 50_000]]), {
			trackers: paths.map(path => `${origin}/${path}`),
		});
	}
	let last: Update['everyTracker'];
	const watching = engine.session.watch({interval: 50, everyTracker: true}, update => {
		last = update.everyTracker ?? last;
	});
	const [tracker] = await until(
		() => `told ${JSON.stringify(last)}`,
		20_000,
		async () => (last?.[0]?.working === 2 && last[0].failing === 1 ? last : undefined),
	);
	assert.equal(last?.length, 1);
	assert.equal(tracker?.url, origin);
	assert.deepEqual([tracker.torrents, tracker.seeders, tracker.leechers], [3, 6, 4]);
	assert.match(tracker.why ?? '', /not here/);
	watching.stop();
});

test('the peers of all torrents are told with their torrents, and only to who asks for them', async t => {
	const space = new Workspace(t);
	const [seeder, engine] = [await openTestSession(space, 'seeder'), await openTestSession(space, 'engine')];
	const ids: string[] = [];
	for (const name of ['a', 'b']) {
		const torrent = testTorrent(space, name, [['x', 50_000]]);
		await seedTorrent(seeder, torrent);
		ids.push(await engine.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]}));
	}
	let last: Update['everyPeer'];
	const others: Update[] = [];
	const watching = engine.session.watch({interval: 50, everyPeer: true}, update => {
		last = update.everyPeer ?? last;
	});
	const other = engine.session.watch({interval: 50, torrents: true}, update => others.push(update));
	await until(
		() => `told ${JSON.stringify(last)}`,
		20_000,
		async () => (last?.length === 2 ? last : undefined),
	);
	assert.deepEqual(last?.map(({torrent}) => torrent).sort(), [...ids].sort());
	assert.ok(others.every(update => update.everyPeer === undefined));
	watching.stop();
	other.stop();
});
