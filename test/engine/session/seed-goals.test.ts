import assert from 'node:assert/strict';
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import type {SeedRules} from '../../../source/base/seed-goal.ts';
import {until} from '../../helpers/deadline.ts';
import {HurriedClock} from '../../helpers/hurried-clock.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const linux: SeedRules = {
	all: {time: 1000},
	rules: [{of: 'label', name: 'linux', goal: {time: 2000, atGoal: 10_240}}],
};

describe('seeding goals of a session', {concurrency: true}, () => {
	test('a torrent from which nobody takes anything stops, and stays so over a restart; it seeds on when its label says more', async t => {
		const space = new Workspace(t);
		const clock = new HurriedClock(200);
		const torrent = testTorrent(space, 'idle', [['x.bin', 100_000]]);
		const engine = await openTestSession(space, 'engine', {clock});
		const id = await engine.add(torrent, {dir: torrent.content.dir, goal: {idle: 600, atGoal: 'stop'}});
		const seen = await engine.sees(id, 'seeds', ({state}) => state === 'seeding');
		assert.equal(seen.goal?.text, '10m idle, then it stops');
		assert.match(seen.goal?.why ?? '', /^idle \d.*m?s? of 10m$/);
		const {goal} = await engine.says(id, 'finished', /goal is reached/);
		assert.equal(goal?.state, 'reached');
		await engine.session.stop();

		const rules: SeedRules = {all: {}, rules: [{of: 'label', name: 'long', goal: {time: 1e6, match: 'all'}}]};
		const again = await openTestSession(space, 'engine', {clock, seedRules: rules});
		const after = await again.view(id);
		assert.deepEqual([after.state, after.goal?.own], ['finished', {idle: 600, atGoal: 'stop'}]);
		await again.send({type: 'torrent.label', id, label: 'long'});
		const {goal: longer} = await again.sees(id, 'seeds on', ({state}) => state === 'seeding');
		assert.equal(longer?.text, '11d13h (label long) and 10m idle, then it stops');
	});

	test('at its goal a torrent is slowed, and its own limit is kept; it is as fast as before when its goal is another', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'slow', [['x.bin', 100_000]]);
		const engine = await openTestSession(space, 'engine', {clock: new HurriedClock(200), seedRules: linux});
		const id = await engine.add(torrent, {dir: torrent.content.dir, label: 'linux', maxUpload: 90_000});
		const slowed = await engine.sees(id, 'is slowed', ({goal}) => goal?.state === 'slowed');
		assert.deepEqual(
			[slowed.state, slowed.maxUpload, slowed.goal?.why, slowed.goal?.text],
			[
				'seeding',
				10_240,
				'goal reached: slowed to 10 K/s',
				'33m20s (label linux), then it is slowed to 10 K/s',
			],
		);
		await engine.session.stop();
		const again = await openTestSession(space, 'engine', {seedRules: {all: {}, rules: []}});
		const {maxUpload, goal} = await again.sees(id, 'seeds', ({state}) => state === 'seeding');
		assert.deepEqual([maxUpload, goal], [90_000, undefined]);
	});

	test('at its goal a torrent is removed with its data: with what it made itself, and no file of anybody else', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'gone', [
			['a.bin', 100_000],
			['b.bin', 50_000],
		]);
		const clock = new HurriedClock(200);
		const seeder = await openTestSession(space, 'seeder', {clock});
		const mine = await seedTorrent(seeder, torrent);
		const leecher = await openTestSession(space, 'leecher', {clock});
		const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		await leecher.sees(id, 'is here', ({state}) => state === 'seeding');
		const folder = join(space.path('leecher-data'), 'gone');
		writeFileSync(join(folder, 'notes.txt'), 'mine');
		const goal = {ratio: 'none', time: 0, atGoal: 'remove-with-data'} as const;
		await leecher.send({type: 'torrent.goal', id, goal});
		await until('it is gone', 30_000, async () => {
			const {torrents} = await leecher.send({type: 'session.list'});
			const isThere = ['a.bin', 'b.bin'].some(name => existsSync(join(folder, name)));
			return torrents?.length === 0 && !isThere ? true : undefined;
		});
		assert.ok(existsSync(join(folder, 'notes.txt')));
		await seeder.send({type: 'torrent.goal', id: mine, goal});
		await until('it is removed, too', 30_000, () =>
			seeder.log.find(line => /^info: removed gone .*it was there before/.test(line)),
		);
		assert.ok(existsSync(join(torrent.content.root, 'a.bin')), 'what was there before stays');
	});

	test('a goal is changed part by part, and what is taken back is as for all again', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'parts', [['x.bin', 50_000]]);
		const engine = await openTestSession(space, 'engine', {seedRules: {all: {ratio: 5}, rules: []}});
		const id = await seedTorrent(engine, torrent);
		const text = async () => (await engine.view(id)).goal?.text;
		assert.equal(await text(), 'ratio 5 (for all), then it stops');
		await engine.send({type: 'torrent.goal', id, goal: {ratio: 7, idle: 86_400, keepLast: true}});
		assert.equal(await text(), 'ratio 7 or 1d idle, then it stops; not while it is the last seed');
		await engine.send({type: 'torrent.limits', id, seedRatio: null});
		assert.equal(await text(), '1d idle, then it stops; not while it is the last seed');
		await engine.send({type: 'torrent.goal', id, goal: {ratio: null, idle: null, keepLast: null}});
		assert.equal(await text(), 'ratio 5 (for all), then it stops');
	});
});
