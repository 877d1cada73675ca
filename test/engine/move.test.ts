import assert from 'node:assert/strict';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {describe} from 'node:test';
import {assertSame} from '../helpers/compare.ts';
import {FaultyDisk} from '../helpers/faulty-disk.ts';
import {noSecondDisk, secondDisk} from '../helpers/second-disk.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../helpers/sessions.ts';
import {Workspace} from '../helpers/workspace.ts';

/** Everything the words beside the state of a torrent were, from now on. */
function listen(engine: TestSession, id: string): Set<string> {
	const said = new Set<string>();
	engine.session.watch({interval: 20, torrents: true}, ({torrents}) => {
		for (const view of torrents ?? []) if (view.id === id) said.add(view.reason?.text ?? '');
	});
	return said;
}

// Most of their time is waiting.
describe('a move to another file system', {concurrency: true}, () => {
	test('goes on while it downloads, says how far it is, and the download goes on there', async t => {
		const space = new Workspace(t);
		const disk = secondDisk(space);
		if (disk === undefined) return t.skip(noSecondDisk);
		const torrent = testTorrent(space, 'moving', [
			['a.bin', 1_500_000],
			['b/c.bin', 900_000],
			['b/d.bin', 0],
		]);
		const seeder = await openTestSession(space, 'seeder', {maxUpload: 600_000});
		await seedTorrent(seeder, torrent);
		let faulty: FaultyDisk | undefined;
		const leecher = await openTestSession(space, 'leecher', {
			openDisk: pool => {
				faulty = new FaultyDisk(pool, space.path('leecher'));
				return faulty;
			},
		});
		const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		await leecher.sees(id, 'a part is here', view => view.completed > 300_000);
		const said = listen(leecher, id);
		faulty!.gate.shut();
		const dir = join(disk, 'new', 'place');
		const moved = leecher.send({type: 'torrent.move', id, dir});
		await leecher.says(id, 'downloading', /^moving to \/.+\/new\/place: 0 %$/);
		await assert.rejects(
			leecher.send({type: 'torrent.move', id, dir: join(disk, 'other')}),
			/wait for that$/,
		);
		faulty!.gate.open();
		await moved;
		const after = await leecher.view(id);
		assert.equal(after.dir, dir);
		assert.equal(after.state, 'downloading');
		assert.doesNotMatch(after.reason?.text ?? '', /^moving/);
		await leecher.sees(id, 'complete', view => view.state === 'seeding');
		assert.equal((await leecher.view(id)).hashFailures, 0);
		assertSame(join(dir, 'moving'), torrent.content.root);
		assert.deepEqual(readdirSync(space.path('leecher-data')), []);
		console.log([...said], leecher.log);
		await leecher.session.stop();

		const again = await openTestSession(space, 'leecher');
		const restored = await again.sees(id, 'seeds at once', view => view.state === 'seeding');
		assert.equal(restored.dir, dir);
		assert.ok(!again.log.some(line => line.includes('hashing')), 'nothing had to be hashed again');
		assert.ok(existsSync(join(dir, 'moving')));
	});
});
