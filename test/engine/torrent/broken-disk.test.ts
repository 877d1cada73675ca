import assert from 'node:assert/strict';
import test, {describe} from 'node:test';
import type {StorageFailure} from '../../../source/io/disk/storage.ts';
import {StateStore} from '../../../source/io/state/torrent-store.ts';
import {assertSame} from '../../helpers/compare.ts';
import {until} from '../../helpers/deadline.ts';
import {brokenDisk, FaultyDisk} from '../../helpers/faulty-disk.ts';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';
import {
	openTestSession,
	PushedClock,
	seedTorrent,
	type TestSession,
	testTorrent,
} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** A session on a disk that can be broken, and the clock that its saves come by. */
async function onFaultyDisk(space: Workspace, home: string) {
	let disk: FaultyDisk | undefined;
	const clock = new PushedClock();
	const session = await openTestSession(space, home, {
		clock,
		openDisk: pool => {
			disk = new FaultyDisk(pool, space.path(home));
			return disk;
		},
	});
	return {session, disk: disk!, clock};
}

const errors = ({log}: TestSession): string[] => log.filter(line => line.startsWith('error'));

// Most of their time is waiting.
describe('a disk that fails', {concurrency: true}, () => {
	test('when read stops what is seeded with one line; resumed when it works again, nothing is hashed', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'read', [['x.bin', 700_000]]);
		const {session, disk} = await onFaultyDisk(space, 'seeder');
		const id = await seedTorrent(session, torrent);
		const leecher = await openTestSession(space, 'leecher', {maxDownload: 2_000_000});
		disk.fails.read = brokenDisk;
		await leecher.add(torrent, {peers: [`127.0.0.1:${session.port}`]});
		await session.says(id, 'failed', /^disk error EIO: /);
		assert.deepEqual(errors(session), [`error: ${brokenDisk.message}`]);
		await session.send({type: 'torrent.resume', id});
		await session.says(id, 'failed', /^disk error EIO: /);
		delete disk.fails.read;
		await session.send({type: 'torrent.resume', id});
		await leecher.send({type: 'peer.add', id, address: `127.0.0.1:${session.port}`});
		await leecher.sees(id, 'it is complete', ({state}) => state === 'seeding');
		assertSame(space.path('leecher-data', 'read'), torrent.content.root);
		assert.ok(!session.log.some(line => line.includes('hashing')), session.log.join('\n'));
	});

	test('in a check stops the torrent with one line and forgets nothing; resumed, it looks again', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'checked', [['x.bin', 700_000]]);
		const {session, disk} = await onFaultyDisk(space, 'seeder');
		const id = await seedTorrent(session, torrent);
		disk.fails.check = brokenDisk;
		await session.send({type: 'torrent.verify', id});
		await session.says(id, 'failed', /^disk error EIO: /);
		assert.deepEqual(errors(session), [`error: ${brokenDisk.message}`]);
		delete disk.fails.check;
		await session.send({type: 'torrent.resume', id});
		await session.sees(id, 'all of it is there', ({state}) => state === 'seeding');
	});

	for (const what of ['write', 'flush'] as const) {
		test(`on ${what} stops a download with one line; resumed when it works again, nothing is fetched twice`, async t => {
			const space = new Workspace(t);
			const torrent = testTorrent(space, what, [['x.bin', 1_500_000]]);
			const seeder = await openTestSession(space, 'seeder', {maxUpload: 1_200_000});
			await seedTorrent(seeder, torrent);
			const {session, disk, clock} = await onFaultyDisk(space, 'leecher');
			const id = await session.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
			await session.sees(id, 'a part is here', ({completed}) => completed > 200_000);
			disk.fails[what] = brokenDisk;
			clock.push(31_000);
			await session.says(id, 'failed', /^disk error EIO: /);
			const before = await session.view(id);
			assert.equal(errors(session).length, 1, session.log.join('\n'));
			assert.ok(before.completed > 200_000);
			delete disk.fails[what];
			await session.send({type: 'torrent.resume', id});
			const after = await session.sees(
				id,
				'it goes on',
				({state}) => state === 'downloading' || state === 'seeding',
			);
			assert.ok(
				after.completed >= before.completed,
				`${after.completed} of ${before.completed} are had again`,
			);
			// What a flush was to put there may not be there: it is looked at.
			assert.equal(
				session.log.some(line => line.includes('hashing')),
				false,
			);
			await session.sees(id, 'it is complete', ({state}) => state === 'seeding');
			assertSame(space.path('leecher-data', what), torrent.content.root);
			assert.equal(errors(session).length, 1);
			const {downloaded} = await session.view(id);
			assert.ok(downloaded < 1_900_000, `${downloaded} bytes came`);
		});
	}

	test('on saving what is known costs one line and no byte, and is made up for when it works again', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'saved', [['x.bin', 200_000]]);
		const clock = new PushedClock();
		const store = new StateStore(space.folder('engine'), () => {});
		let failure: StorageFailure | undefined;
		const saves: string[] = [];
		let saving = 0;
		const engine = await openTestSession(space, 'engine', {
			clock,
			store: {
				find: id => store.find(id),
				load: () => store.load(),
				remove: id => store.remove(id),
				settled: () => store.settled(),
				saveMetainfo: (id, bytes) => store.saveMetainfo(id, bytes),
				save: async data => {
					saves.push(data.id);
					saving++;
					const result = failure ?? (await store.save(data));
					saving--;
					return result;
				},
			},
		});
		const id = await seedTorrent(engine, torrent);
		// One that began before and ends after the first that fails would be a disk that works again.
		await until('what it was added with to be saved', 20_000, () => saving === 0);
		failure = brokenDisk;
		saves.length = 0;
		for (let wanted = 1; wanted < 3; wanted++) {
			clock.push(31_000);
			await until(`save ${wanted}`, 20_000, () => saves.length >= wanted);
		}
		assert.deepEqual(errors(engine), [`error: what is known of it is not saved: ${brokenDisk.message}`]);
		assert.equal((await engine.view(id)).state, 'seeding');
		failure = undefined;
		clock.push(31_000);
		await until('it to be saved', 20_000, () =>
			engine.log.includes('info: what is known of it is saved again'),
		);
		const saved = await store.find(id as Parameters<typeof store.find>[0]);
		assert.equal(saved?.resume.have.count, torrent.pieces);
		// When it is time again, another has changed and this one has not.
		const otherId = await seedTorrent(engine, testTorrent(space, 'other', [['x.bin', 40_000]]));
		const savesOf = (torrent: string): number => saves.filter(each => each === torrent).length;
		for (let round = 0; round < 2; round++) {
			const [count, others] = [savesOf(id), savesOf(otherId)];
			await engine.send({type: 'torrent.label', id: otherId, label: `label ${round}`});
			clock.push(31_000);
			await until('the other to be saved', 20_000, () => savesOf(otherId) > others);
			assert.equal(savesOf(id), count, 'nothing has changed');
		}
	});
});

test('that answers nothing any more does not keep the engine from ending within 10 s', async () => {
	const lone = new LoneTorrent({seeds: true});
	await lone.start();
	await lone.torrent.rememberNow();
	const never = new Promise<never>(() => {});
	lone.storage.stamps = () => never;
	lone.storage.flush = () => never;
	lone.storage.close = () => never;
	lone.torrent.post({type: 'set', settings: {label: 'films'}});
	let closed = false;
	const closing = lone.torrent.close().then(() => {
		closed = true;
	});
	await lone.clock.pass(10_000);
	await turn();
	assert.ok(closed, 'it still waits for the disk');
	await closing;
	const memory = await lone.torrent.rememberNow();
	assert.equal(memory.have.count, lone.parts.pieceCount);
	assert.equal(memory.label, 'films');
});
