import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import test, {describe} from 'node:test';
import {assertSame} from '../../helpers/compare.ts';
import {until} from '../../helpers/deadline.ts';
import {FaultyDisk} from '../../helpers/faulty-disk.ts';
import {settled} from '../../helpers/hand-clock.ts';
import {noSecondDisk, secondDisk} from '../../helpers/second-disk.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {mountDisk, remount} from '../../helpers/small-disk.ts';
import {kibibyte, makeTorrent, mebibyte, writeSparseFile} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** Everything the words beside the state of a torrent were, from now on. */
function listen(engine: TestSession, id: string): Set<string> {
	const said = new Set<string>();
	engine.session.watch({interval: 50, torrents: true}, ({torrents}) => {
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
		const seeder = await openTestSession(space, 'seeder', {maxUpload: 1_500_000});
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
		faulty!.gate.shut();
		const dir = join(disk, 'new', 'place');
		const moved = leecher.send({type: 'torrent.move', id, dir: `${disk}/./new//place/`});
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
		await leecher.session.stop();

		const again = await openTestSession(space, 'leecher');
		const restored = await again.sees(id, 'seeds at once', view => view.state === 'seeding');
		assert.equal(restored.dir, dir);
		assert.ok(!again.log.some(line => line.includes('hashing')), 'nothing had to be hashed again');
	});

	test('a paused torrent needs no check afterwards', async t => {
		const space = new Workspace(t);
		const disk = secondDisk(space);
		if (disk === undefined) return t.skip(noSecondDisk);
		const torrent = testTorrent(space, 'paused', [
			['a.bin', 300_000],
			['b/c.bin', 200_000],
		]);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {dir: torrent.content.dir});
		await engine.sees(id, 'seeds', view => view.state === 'seeding');
		await engine.send({type: 'torrent.rename', id, fileIndex: 1, name: 'renamed.bin'});
		await engine.send({type: 'torrent.pause', id});
		await engine.sees(id, 'paused', view => view.state === 'paused');
		await engine.send({type: 'torrent.move', id, dir: disk});
		assert.ok(existsSync(join(disk, 'paused', 'b', 'renamed.bin')));
		assert.ok(!existsSync(torrent.content.root));
		await engine.session.stop();
		const again = await openTestSession(space, 'engine');
		await again.send({type: 'torrent.resume', id});
		await again.sees(id, 'seeds at once', view => view.state === 'seeding');
		assert.ok(!again.log.some(line => line.includes('hashing')), again.log.join('\n'));
		await again.send({type: 'torrent.verify', id});
		const checked = await again.sees(id, 'seeds after a check', view => view.state === 'seeding');
		assert.equal(checked.piecesHave, torrent.pieces);
	});

	test('of a paused torrent is waited for, however often it is started and stopped meanwhile', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'restless', [['a.bin', 300_000]]);
		let faulty: FaultyDisk | undefined;
		const engine = await openTestSession(space, 'engine', {
			openDisk: pool => {
				faulty = new FaultyDisk(pool, space.path('engine'));
				return faulty;
			},
		});
		const id = await engine.add(torrent, {dir: torrent.content.dir});
		await engine.sees(id, 'seeds', view => view.state === 'seeding');
		await engine.send({type: 'torrent.pause', id});
		await engine.sees(id, 'paused', view => view.state === 'paused');
		faulty!.gate.shut();
		const moved = engine.send({type: 'torrent.move', id, dir: space.path('there')});
		for (const type of ['torrent.resume', 'torrent.pause', 'torrent.resume'] as const) {
			await engine.send({type, id});
			// Whatever starting it does without its files was done.
			for (let turns = 0; turns < 20; turns++) await stat(torrent.content.root);
			await settled();
			assert.notEqual((await engine.view(id)).state, 'seeding');
		}
		faulty!.gate.open();
		await moved;
		const view = await engine.sees(id, 'seeds', ({state}) => state === 'seeding');
		assert.equal(view.dir, space.path('there'));
		assert.ok(!engine.log.some(line => line.includes('cut short')), engine.log.join('\n'));
		assert.equal(view.piecesHave, torrent.pieces);
		assert.ok(!existsSync(torrent.content.root));
	});

	test('a target that is full or read-only is said in one line, and everything stays where it was', async t => {
		const space = new Workspace(t);
		const small = mountDisk(space, '2m,nr_inodes=6');
		if (small === undefined) return;
		const torrent = testTorrent(space, 'staying', [
			['a.bin', 300_000],
			['b/c.bin', 200_000],
			['b/d.bin', 200_000],
			['e/f.bin', 200_000],
		]);
		const large = testTorrent(space, 'large', [['a.bin', 3_000_000]]);
		const engine = await openTestSession(space, 'engine');
		const id = await seedTorrent(engine, torrent);
		const largeId = await seedTorrent(engine, large);
		const refused = async (which: string, reason: RegExp) => {
			await assert.rejects(engine.send({type: 'torrent.move', id: which, dir: small}), {message: reason});
			const view = await engine.view(which);
			assert.equal(view.dir, torrent.content.dir);
			assert.equal(view.state, 'seeding');
			assert.doesNotMatch(view.reason?.text ?? '', /moving/);
			assert.deepEqual(readdirSync(small), []);
		};
		// There is room for the bytes, but not for so many files.
		await refused(id, /^disk full: \/[^\n]+\/staying\/[^\n]+: free some space, then move it again$/);
		await refused(
			largeId,
			/^disk full: \/\S+ \(needs 2\.\d+ M, [\d.]+ M free\): free some space or choose another folder$/,
		);
		remount(small, 'ro');
		await refused(id, /^read-only file system: \/[^\n]+, then move it again$/);
		await engine.send({type: 'torrent.verify', id});
		const checked = await engine.sees(id, 'seeds after a check', view => view.state === 'seeding');
		assert.equal(checked.piecesHave, torrent.pieces);
		assert.equal(engine.log.filter(line => line.startsWith('error: it stays in')).length, 3);
	});

	test('ended in the middle of it, the engine ends soon, and begins it anew the next time', async t => {
		const space = new Workspace(t);
		const disk = secondDisk(space);
		if (disk === undefined) return t.skip(noSecondDisk);
		// As good as no room, and some time to copy.
		const content = writeSparseFile(space.folder('content'), 'big.bin', 512 * mebibyte, [0, 5e8], kibibyte);
		const made = makeTorrent(content, mebibyte);
		const metainfo = readFileSync(made.write(space.path('big.torrent'))).toString('base64');
		const torrent = {content, pieces: made.pieces, metainfo};
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {dir: content.dir, check: 'none'});
		await engine.sees(id, 'seeds', view => view.state === 'seeding');
		const moved = assert.rejects(engine.send({type: 'torrent.move', id, dir: disk}));
		const words = await until(
			'it to be on its way',
			20_000,
			async () => {
				const {reason} = await engine.view(id);
				return /^moving to \S+: [1-9]\d? %$/.test(reason?.text ?? '') && reason?.text;
			},
			1,
		);
		const begun = performance.now();
		await engine.session.stop();
		await moved;
		assert.ok(
			performance.now() - begun < 4000,
			`it took ${performance.now() - begun} ms to end at: ${words}`,
		);
		assert.deepEqual(readdirSync(disk), []);
		assert.ok(existsSync(content.root));

		const again = await openTestSession(space, 'engine');
		const said = listen(again, id);
		const view = await again.sees(id, 'it is there', ({dir}) => dir === disk);
		assert.equal(view.piecesHave, torrent.pieces);
		assert.ok(
			[...said].some(text => /^moving to \S+: [1-9]\d? %$/.test(text)),
			[...said].join(),
		);
		await until('nothing to be left', 20_000, () => !existsSync(content.root));
		assert.ok(!again.log.some(line => line.includes('hashing')), again.log.join('\n'));
		await again.sees(id, 'seeds', ({state}) => state === 'seeding');
	});
});

// One after the other, before what came first is done: none of them is in the way of the move.
for (const [what, commands] of [
	['paused', ['torrent.pause']],
	['verified', ['torrent.verify']],
	['paused, resumed and verified', ['torrent.pause', 'torrent.resume', 'torrent.verify']],
	['verified and paused', ['torrent.verify', 'torrent.pause']],
] as const)
	test(`a torrent that is just being ${what} is moved all the same`, async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'busy', [
			['a.bin', 1_500_000],
			['b.bin', 90_000],
		]);
		const engine = await openTestSession(space, 'engine');
		const id = await seedTorrent(engine, torrent);
		for (const place of ['one', 'two', 'three']) {
			const dir = space.folder(place);
			await Promise.all([
				...commands.map(type => engine.send({type, id})),
				engine.send({type: 'torrent.move', id, dir}),
			]);
			assert.equal((await engine.view(id)).dir, dir);
			assert.deepEqual(readdirSync(join(dir, 'busy')), ['a.bin', 'b.bin']);
		}
		await engine.send({type: 'torrent.resume', id});
		await engine.sees(
			id,
			'seeds',
			({state, piecesHave}) => state === 'seeding' && piecesHave === torrent.pieces,
		);
	});
