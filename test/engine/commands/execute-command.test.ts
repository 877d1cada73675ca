import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {describe} from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {
	openTestSession,
	PushedClock,
	seedTorrent,
	type TestTorrent,
	testTorrent,
} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

function assertContent(
	torrent: TestTorrent,
	dir: string,
	rename: (path: string) => string = path => path,
): void {
	for (const {path} of torrent.content.files) {
		const file = join(...path);
		assert.deepEqual(
			readFileSync(join(dir, torrent.content.name, rename(file))),
			readFileSync(join(torrent.content.root, file)),
		);
	}
}

// Most of their time is waiting.
describe('commands', {concurrency: true}, () => {
	test('a torrent is moved while it downloads, and goes on in the new folder', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'moving', [
			['a.bin', 1_500_000],
			['b/c.bin', 900_000],
		]);
		const seeder = await openTestSession(space, 'seeder', {maxUpload: 800_000});
		await seedTorrent(seeder, torrent);
		const leecher = await openTestSession(space, 'leecher');
		const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		await leecher.sees(id, 'a part is here', view => view.completed > 300_000);
		const before = await leecher.view(id);
		const dir = space.path('elsewhere');
		await leecher.send({type: 'torrent.move', id, dir});
		const after = await leecher.view(id);
		assert.equal(after.dir, dir);
		assert.ok(after.completed >= before.completed);
		assert.equal(after.state, 'downloading');
		await leecher.sees(id, 'complete', view => view.state === 'seeding');
		assertContent(torrent, dir);
		assert.ok(!existsSync(join(space.path('leecher-data'), 'moving')));
		await leecher.session.stop();

		const again = await openTestSession(space, 'leecher', {trackers: false});
		const restored = await again.sees(id, 'seeds at once', view => view.state === 'seeding');
		assert.equal(restored.dir, dir);
		assert.equal(restored.piecesHave, torrent.pieces);
	});

	test('a folder that cannot be moved to leaves everything where it was', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'staying', [['a.bin', 100_000]]);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {dir: torrent.content.dir});
		await engine.sees(id, 'seeds', view => view.state === 'seeding');
		writeFileSync(space.path('file'), 'in the way');
		await assert.rejects(engine.send({type: 'torrent.move', id, dir: space.path('file', 'below')}));
		await assert.rejects(engine.send({type: 'torrent.move', id, dir: 'relative'}), /not absolute/);
		const view = await engine.view(id);
		assert.equal(view.dir, torrent.content.dir);
		assert.equal(view.state, 'seeding');
		assert.ok(existsSync(join(torrent.content.root, 'a.bin')));
	});

	test('a paused torrent is moved, renamed and labelled, and all of it is known after a restart', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'paused', [
			['a.bin', 70_000],
			['b.bin', 50_000],
		]);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {dir: torrent.content.dir});
		await engine.sees(id, 'seeds', view => view.state === 'seeding');
		await engine.send({type: 'torrent.pause', id});
		await engine.sees(id, 'paused', view => view.state === 'paused');
		const dir = space.folder('shelf');
		await engine.send({type: 'torrent.move', id, dir});
		await engine.send({type: 'torrent.rename', id, fileIndex: 0, name: 'the/first.bin'});
		await engine.send({type: 'torrent.label', id, label: ' films '});
		await engine.send({type: 'torrent.superSeed', id, on: true});
		await engine.session.stop();
		assert.ok(existsSync(join(dir, 'paused', 'thefirst.bin')));

		const again = await openTestSession(space, 'engine');
		const view = await again.view(id);
		assert.equal(view.label, 'films');
		assert.equal(view.dir, dir);
		assert.equal(view.superSeeding, true);
		await again.send({type: 'torrent.resume', id});
		const seeding = await again.sees(id, 'seeds', ({state}) => state === 'seeding');
		assert.equal(seeding.piecesHave, torrent.pieces);
		assert.ok(!again.log.some(line => line.includes('hashing')), 'nothing had to be hashed again');
		await again.send({type: 'torrent.remove', id, withData: true});
		assert.ok(!existsSync(join(dir, 'paused')));
	});

	test('a file is renamed while it downloads; a name that is taken is refused', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'named', [
			['a.bin', 400_000],
			['b.bin', 400_000],
		]);
		const seeder = await openTestSession(space, 'seeder', {maxUpload: 400_000});
		await seedTorrent(seeder, torrent);
		const leecher = await openTestSession(space, 'leecher');
		const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		await leecher.sees(id, 'a part is here', view => view.completed > 100_000);
		await leecher.send({type: 'torrent.rename', id, fileIndex: 0, name: 'other.bin'});
		await assert.rejects(
			leecher.send({type: 'torrent.rename', id, fileIndex: 1, name: 'other.bin'}),
			/choose another name/,
		);
		await assert.rejects(leecher.send({type: 'torrent.rename', id, fileIndex: 9, name: 'x'}), /no file 9/);
		await leecher.sees(id, 'complete', view => view.state === 'seeding');
		assertContent(torrent, space.path('leecher-data'), path => (path === 'a.bin' ? 'other.bin' : path));
	});

	test('of a queue so many run as may; a place further up is a turn earlier', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine', {
			queue: {downloads: 2, seeds: undefined, total: Infinity},
		});
		const ids: string[] = [];
		for (const name of ['one', 'two', 'three', 'four']) {
			ids.push(await engine.add(testTorrent(space, name, [['x.bin', 40_000]]), {dir: space.folder('empty')}));
		}
		const states = async () => {
			const {torrents} = await engine.send({type: 'session.list'});
			return ids.map(id => torrents!.find(view => view.id === id)!.state);
		};
		const become = (...wanted: string[]) =>
			until(
				() => `they are ${wanted}`,
				20_000,
				async () => (await states()).join() === wanted.join(),
			);
		await become('downloading', 'downloading', 'queued', 'queued');
		await engine.says(ids[2]!, 'queued', /^queued: 2 torrents go first$/);
		await engine.send({type: 'torrent.queue', id: ids[3]!, position: 1});
		await become('downloading', 'queued', 'queued', 'downloading');
		assert.deepEqual(await Promise.all(ids.map(async id => (await engine.view(id)).queue)), [2, 3, 4, 1]);
		await engine.send({type: 'torrent.pause', id: ids[3]!});
		await become('downloading', 'downloading', 'queued', 'paused');
		await engine.send({type: 'torrent.remove', id: ids[0]!, withData: false});
		ids.shift();
		await become('downloading', 'downloading', 'paused');
		await engine.send({type: 'torrent.resume', id: ids[2]!});
		await become('downloading', 'queued', 'downloading');
		await engine.session.stop();

		const again = await openTestSession(space, 'engine', {
			queue: {downloads: 1, seeds: undefined, total: Infinity},
		});
		await until('one runs', 20_000, async () => {
			const {torrents} = await again.send({type: 'session.list'});
			return (
				torrents!.map(view => `${view.name} ${view.state}`).join() ===
				'four downloading,two queued,three queued'
			);
		});
	});

	test('a complete torrent leaves its place in the queue to the next', async t => {
		const space = new Workspace(t);
		const torrents = ['first', 'second'].map(name => testTorrent(space, name, [['x.bin', 200_000]]));
		const seeder = await openTestSession(space, 'seeder');
		for (const torrent of torrents) await seedTorrent(seeder, torrent);
		const leecher = await openTestSession(space, 'leecher', {
			queue: {downloads: 1, seeds: undefined, total: Infinity},
		});
		const ids: string[] = [];
		for (const torrent of torrents)
			ids.push(await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]}));
		for (const id of ids) await leecher.sees(id, 'complete', view => view.state === 'seeding');
	});

	test('slow mode is turned on and off by hand, and limits are set for the mode that holds', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine', {maxDownload: 5_000_000, slowDownload: 70_000});
		const limits = async () => {
			const view = await new Promise<{maxDownload?: number; maxUpload?: number; slowMode: boolean}>(
				resolve => {
					const watching = engine.session.watch({interval: 50, session: true}, ({session}) => {
						watching.stop();
						resolve(session as never);
					});
				},
			);
			return [view.maxDownload, view.maxUpload, view.slowMode];
		};
		assert.deepEqual(await limits(), [5_000_000, undefined, false]);
		await engine.send({type: 'session.slowMode', on: true});
		assert.deepEqual(await limits(), [70_000, 51_200, true]);
		await engine.send({type: 'session.limits', maxUpload: null});
		assert.deepEqual(await limits(), [70_000, undefined, true]);
		await engine.send({type: 'session.slowMode', on: false});
		assert.deepEqual(await limits(), [5_000_000, undefined, false]);
	});

	test('slow mode comes and goes by its schedule, and a hand overrules it until the next change', async t => {
		const space = new Workspace(t);
		const clock = new PushedClock();
		const minute = (offset: number) => {
			const date = new Date(clock.wall() + offset * 60_000);
			return date.getHours() * 60 + date.getMinutes();
		};
		const days = [0, 1, 2, 3, 4, 5, 6];
		const engine = await openTestSession(space, 'engine', {
			clock,
			slowTimes: [{days, from: minute(60), to: minute(120)}],
		});
		const slow = () => engine.log.filter(line => line.includes('slow mode')).at(-1);
		clock.push(61 * 60_000);
		await until('it is on', 20_000, () => slow() === 'info: slow mode is on: its time');
		await engine.send({type: 'session.slowMode', on: false});
		await engine.send({type: 'session.slowMode', on: true});
		clock.push(60 * 60_000);
		await until('it is over', 20_000, () => slow() === 'info: slow mode is over: its time');
	});

	test('a torrent that has reached its goal rests, also after a restart, until the goal is moved or it is started', async t => {
		const space = new Workspace(t);
		const clock = new PushedClock();
		const torrent = testTorrent(space, 'goal', [['x.bin', 100_000]]);
		const engine = await openTestSession(space, 'engine', {clock});
		const id = await engine.add(torrent, {dir: torrent.content.dir, seedTime: 2});
		await engine.says(id, 'finished', /goal is reached/);
		await engine.session.stop();
		const again = await openTestSession(space, 'engine', {clock});
		await again.says(id, 'finished', /goal is reached/);
		await again.send({type: 'torrent.limits', id, seedTime: 3600});
		await again.sees(id, 'it seeds on', view => view.state === 'seeding');
		await again.send({type: 'torrent.limits', id, seedTime: 1});
		await again.says(id, 'finished', /goal is reached/);
		await again.send({type: 'torrent.resume', id});
		await again.sees(id, 'it seeds all the same', view => view.state === 'seeding');
		// The goal of another is noticed in the same second.
		const other = testTorrent(space, 'other', [['x.bin', 100_000]]);
		const otherId = await again.add(other, {dir: other.content.dir, seedTime: 2});
		await again.says(otherId, 'finished', /goal is reached/);
		assert.equal((await again.view(id)).state, 'seeding');
	});

	test('speeds and totals are known after a restart, and what was known makes no peak', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'speeds', [['x.bin', 3_000_000]]);
		const seeder = await openTestSession(space, 'seeder');
		await seedTorrent(seeder, torrent);
		const leecher = await openTestSession(space, 'leecher', {maxDownload: 1_000_000});
		const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		await leecher.sees(id, 'complete', view => view.state === 'seeding');
		await leecher.session.stop();
		const again = await openTestSession(space, 'leecher');
		await again.sees(id, 'seeds', view => view.state === 'seeding');
		const update = await until('graphs', 20_000, async () => {
			const seen = await new Promise<import('../../../source/api/snapshot.ts').Update>(resolve => {
				const range = {range: 60, samples: 60};
				const watching = again.session.watch(
					{interval: 50, session: true, speed: range, torrent: {id, speed: range}},
					found => {
						watching.stop();
						resolve(found);
					},
				);
			});
			return seen.torrent?.speed !== undefined && seen.torrent.speed.peakDownload > 0 ? seen : undefined;
		});
		assert.ok(update.session!.downloaded >= 3_000_000);
		for (const speed of [update.speed!, update.torrent!.speed!]) {
			const sum = speed.download.reduce((total, rate) => total + rate, 0);
			assert.ok(sum > 2_500_000 && sum < 3_500_000, `${sum} bytes in the graph`);
			assert.ok(speed.peakDownload < 1_600_000, `a peak of ${speed.peakDownload}`);
		}
	});

	test('a torrent removed with its data leaves no file; what cannot be deleted is told', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'gone', [
			['a.bin', 50_000],
			['b/c.bin', 50_000],
		]);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {dir: torrent.content.dir});
		await engine.sees(id, 'seeds', view => view.state === 'seeding');
		mkdirSync(join(torrent.content.root, 'mine'));
		writeFileSync(join(torrent.content.root, 'mine', 'notes.txt'), 'kept');
		await engine.send({type: 'torrent.remove', id, withData: true});
		assert.ok(!existsSync(join(torrent.content.root, 'a.bin')));
		assert.ok(!existsSync(join(torrent.content.root, 'b')));
		assert.ok(existsSync(join(torrent.content.root, 'mine', 'notes.txt')));
		await assert.rejects(engine.view(id), /no such torrent/);
	});
});
