import assert from 'node:assert/strict';
import {readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {describe} from 'node:test';
import {SeedingGoal} from '../../../source/engine/torrent/seeding-goal.ts';
import {TransferStats} from '../../../source/engine/torrent/transfer-stats.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {openTestSession, PushedClock, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('who paused itself at its goal goes on beyond it when it is started; who was started before does not', () => {
	const stats = new TransferStats(0);
	const owner = {
		label: undefined,
		trackerHosts: [],
		length: 1000,
		otherSeeds: () => ({count: 0, isCounted: false}),
		recount() {},
		announceAgain: () => 0,
	};
	const goal = new SeedingGoal(stats, owner, undefined, {
		next: () => 0,
		bytes: length => new Uint8Array(length),
	});
	goal.set({seedRatio: 1});
	stats.downloaded = 100;
	stats.uploaded = 200;
	goal.waive();
	assert.equal(goal.isDue, true, 'it had given enough while it was not complete, and was paused and resumed');
	goal.reached = true;
	goal.waive();
	assert.deepEqual([goal.isDue, goal.reached, goal.waived], [false, false, true]);
	goal.set({seedRatio: 1});
	assert.equal(goal.isDue, true, 'a goal that is set anew holds');
});

describe('closed is the last state', () => {
	test('a torrent paused and then closed while its disk hangs stays closed when the disk answers', async () => {
		const lone = new LoneTorrent();
		const states: string[] = [];
		lone.listener.changed = () => states.push(lone.torrent.activity.name);
		await lone.start();
		const {promise: closed, resolve: answer} = Promise.withResolvers<void>();
		lone.storage.close = () => closed;
		lone.torrent.post({type: 'pause'});
		const closing = lone.torrent.close();
		await lone.clock.pass(6000);
		await closing;
		assert.equal(lone.torrent.activity.name, 'closed');
		answer();
		await lone.clock.pass(20_000);
		assert.equal(lone.torrent.activity.name, 'closed');
		assert.deepEqual(states.slice(states.indexOf('closed')), ['closed']);
	});

	test('a torrent that was to be verified while its disk hung is not looked at after it was closed', async () => {
		const lone = new LoneTorrent();
		await lone.start();
		const {promise: closed, resolve: answer} = Promise.withResolvers<void>();
		lone.storage.close = () => closed;
		lone.torrent.post({type: 'verify'});
		const closing = lone.torrent.close();
		await lone.clock.pass(6000);
		await closing;
		const opened = lone.storages.length;
		answer();
		await lone.clock.pass(20_000);
		assert.equal(lone.torrent.activity.name, 'closed');
		assert.equal(lone.storages.length, opened);
	});

	test('a torrent that is being closed is not started by whoever plans what runs, so that its goodbye is the last word', async () => {
		const lone = new LoneTorrent();
		const states: string[] = [];
		lone.listener.changed = () => {
			states.push(lone.torrent.activity.name);
			// As the queue does: it runs, as far as that knows.
			if (lone.torrent.activity.name === 'pausing') lone.torrent.post({type: 'start', check: 'quick'});
		};
		await lone.start();
		states.length = 0;
		const opened = lone.storages.length;
		const closing = lone.torrent.close();
		lone.torrent.post({type: 'start', check: 'quick'});
		lone.torrent.post({type: 'verify'});
		await lone.clock.pass(6000);
		await closing;
		assert.deepEqual(states, ['pausing', 'closed']);
		assert.equal(lone.storages.length, opened);
	});

	test('a torrent that was to wait for others while its disk hung, and one that failed then, stay closed', async () => {
		for (const event of [
			{type: 'queue'},
			{type: 'failure', failure: {code: 'io', message: 'the disk is gone'}},
		] as const) {
			const lone = new LoneTorrent();
			await lone.start();
			const {promise: closed, resolve: answer} = Promise.withResolvers<void>();
			lone.storage.close = () => closed;
			lone.torrent.post(event);
			const closing = lone.torrent.close();
			await lone.clock.pass(6000);
			await closing;
			answer();
			lone.torrent.post({type: 'rest', wanted: false});
			await lone.clock.pass(20_000);
			assert.equal(lone.torrent.activity.name, 'closed', event.type);
		}
	});
});

// Most of their time is waiting.
describe('what is said of torrents that do not run', {concurrency: 3}, () => {
	test('a paused torrent that is verified is paused afterwards, and counts what is there', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'verified', [
			['a.bin', 200_000],
			['b.bin', 200_000],
		]);
		const engine = await openTestSession(space, 'engine', {queue: {downloads: 1, seeds: 1, total: 5}});
		const id = await seedTorrent(engine, torrent);
		await engine.send({type: 'torrent.pause', id});
		await engine.sees(id, 'paused', ({state}) => state === 'paused');
		const file = join(torrent.content.root, 'b.bin');
		writeFileSync(file, Buffer.alloc(200_000));
		await engine.send({type: 'torrent.verify', id});
		const view = await engine.sees(id, 'paused again', ({state}) => state === 'paused');
		assert.ok(view.piecesHave > 0 && view.piecesHave <= Math.ceil(200_000 / 32_768), `${view.piecesHave}`);
		assert.ok(
			readFileSync(file).every(byte => byte === 0),
			'it was only looked at',
		);
		await engine.session.stop();
		const again = await openTestSession(space, 'engine');
		const restored = await again.view(id);
		assert.equal(restored.state, 'paused');
		assert.equal(restored.piecesHave, view.piecesHave);
		assert.equal(restored.completed, view.completed);
	});

	test('a paused torrent that is resumed while it is verified goes on afterwards', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'verified-on', [['a.bin', 900_000]]);
		const engine = await openTestSession(space, 'engine');
		const id = await seedTorrent(engine, torrent);
		await engine.send({type: 'torrent.pause', id});
		await engine.sees(id, 'paused', ({state}) => state === 'paused');
		await engine.send({type: 'torrent.verify', id});
		await engine.send({type: 'torrent.resume', id});
		await engine.sees(id, 'seeds', ({state}) => state === 'seeding');
	});

	test('a queued torrent that is verified waits again, and takes nobody’s turn', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine', {
			queue: {downloads: 1, seeds: undefined, total: Infinity},
		});
		const first = await engine.add(testTorrent(space, 'first', [['x.bin', 40_000]]), {
			dir: space.folder('none'),
		});
		const other = testTorrent(space, 'second', [
			['x.bin', 40_000],
			['y.bin', 40_000],
		]);
		const second = await engine.add(other, {dir: other.content.dir});
		truncateSync(join(other.content.root, 'y.bin'), 0);
		await engine.sees(second, 'queued', ({state}) => state === 'queued');
		await engine.send({type: 'torrent.verify', id: second});
		const view = await engine.sees(
			second,
			'queued again',
			({state, piecesHave}) => state === 'queued' && piecesHave > 0,
		);
		assert.equal(view.piecesHave, 1);
		assert.equal((await engine.view(first)).state, 'downloading');
	});

	test('a seed that waits says how many seeds go first', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine', {queue: {downloads: 2, seeds: 1, total: Infinity}});
		const first = testTorrent(space, 'one', [['x.bin', 40_000]]);
		await seedTorrent(engine, first);
		const other = testTorrent(space, 'two', [['x.bin', 40_000]]);
		const id = await engine.add(other, {dir: other.content.dir});
		await engine.says(id, 'queued', /^queued: 1 torrent goes first$/);
	});

	test('a paused torrent keeps its figures over a restart, without a look at its files', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'figures', [
			['a.bin', 100_000],
			['b.bin', 100_000],
			['c.bin', 100_000],
		]);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {dir: torrent.content.dir, select: '1-2'});
		const before = await engine.sees(id, 'seeds', ({state}) => state === 'seeding');
		await engine.send({type: 'torrent.pause', id});
		await engine.sees(id, 'paused', ({state}) => state === 'paused');
		await engine.session.stop();
		const again = await openTestSession(space, 'engine');
		const view = await again.view(id);
		assert.equal(view.state, 'paused');
		assert.deepEqual(
			[view.completed, view.wanted, view.piecesHave],
			[before.completed, before.wanted, before.piecesHave],
		);
		const progress = await new Promise<readonly number[]>(resolve => {
			const watching = again.session.watch({interval: 50, torrent: {id, files: true}}, update => {
				if (update.torrent?.progress === undefined) return;
				setImmediate(() => watching.stop());
				resolve(update.torrent.progress.completed);
			});
		});
		assert.deepEqual(progress.slice(0, 2), [100_000, 100_000]);
		await again.send({type: 'torrent.resume', id});
		await again.sees(id, 'seeds', ({state}) => state === 'seeding');
	});

	test('what reached its goal is finished, also when all is paused and resumed, and seeds on when it is resumed by itself', async t => {
		const space = new Workspace(t);
		const clock = new PushedClock();
		const torrent = testTorrent(space, 'goal', [['x.bin', 100_000]]);
		const engine = await openTestSession(space, 'engine', {clock});
		const id = await engine.add(torrent, {dir: torrent.content.dir, seedTime: 1});
		await engine.says(id, 'finished', /goal is reached/);
		await engine.send({type: 'session.pauseAll'});
		await engine.send({type: 'session.resumeAll'});
		assert.equal((await engine.view(id)).state, 'finished');
		await engine.send({type: 'torrent.verify', id});
		await engine.says(id, 'finished', /goal is reached/);
		await engine.send({type: 'torrent.resume', id});
		await engine.sees(id, 'seeds on', ({state}) => state === 'seeding');
		await engine.session.stop();
		const again = await openTestSession(space, 'engine', {clock});
		await again.sees(id, 'seeds on after a restart', ({state}) => state === 'seeding');
	});

	test('what has all that is wanted of it seeds, also when something is skipped', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'part', [
			['a.bin', 65_536],
			['b.bin', 65_536],
		]);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {dir: torrent.content.dir, select: '1'});
		truncateSync(join(torrent.content.root, 'b.bin'), 0);
		const view = await engine.sees(id, 'seeds', ({state}) => state === 'seeding');
		assert.equal(view.filesWanted, 1);
	});

	test('pausing and resuming everything leaves paused what was paused by hand, also with a restart between', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine');
		const byHand = await seedTorrent(engine, testTorrent(space, 'by-hand', [['x.bin', 50_000]]));
		const running = await seedTorrent(engine, testTorrent(space, 'running', [['y.bin', 50_000]]));
		await engine.send({type: 'torrent.pause', id: byHand});
		await engine.sees(byHand, 'paused', ({state}) => state === 'paused');
		await engine.send({type: 'session.pauseAll'});
		await engine.sees(running, 'paused', ({state}) => state === 'paused');
		await engine.session.stop();
		const again = await openTestSession(space, 'engine');
		await again.send({type: 'session.resumeAll'});
		await again.sees(running, 'seeds', ({state}) => state === 'seeding');
		assert.equal((await again.view(byHand)).state, 'paused');
		// Nothing was paused together now: all is meant.
		await again.send({type: 'torrent.pause', id: running});
		await again.send({type: 'session.resumeAll'});
		await again.sees(byHand, 'seeds', ({state}) => state === 'seeding');
		await again.sees(running, 'seeds', ({state}) => state === 'seeding');
	});
});
