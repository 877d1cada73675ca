import assert from 'node:assert/strict';
import {statfsSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {DiskGuard} from '../../../source/engine/session/disk-guard.ts';
import type {SessionOptions} from '../../../source/engine/session/session-options.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {DiskService} from '../../../source/io/disk/disk-service.ts';
import {HurriedClock} from '../../helpers/hurried-clock.ts';
import {turn} from '../../helpers/lone-torrent.ts';
import {openTestSession, PushedClock, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {mountDisk} from '../../helpers/small-disk.ts';
import {Workspace} from '../../helpers/workspace.ts';

const queue = {downloads: undefined, seeds: undefined, total: Infinity};
const floor = 1_000_000;

/** Options of an engine whose disks have as much room as the test says, by their folder; and how often it was asked. */
function roomy(space: Workspace, home: string, free: (dir: string) => number | undefined) {
	const asked: string[] = [];
	const options: Partial<SessionOptions> = {
		queue,
		minFreeSpace: floor,
		clock: new HurriedClock(20),
		openDisk(pool) {
			const disk = new DiskService(pool, {stateDir: space.folder(home)});
			disk.freeSpace = async dir => {
				asked.push(dir);
				return free(dir);
			};
			return disk;
		},
	};
	return {asked, options};
}

test('what was known of a disk where nothing was downloaded meanwhile is not gone by', async () => {
	let now = 0;
	let free = 2 * floor;
	let asked = 0;
	const seed = {dir: '/d', settings: {wanted: true}, runs: true, hasAllWanted: true};
	const guard = new DiskGuard(
		{
			disk: {
				async freeSpace() {
					asked++;
					return free;
				},
			},
			torrents: new Map([['seed', seed as unknown as Torrent]]),
			changed() {},
			log() {},
			now: () => now,
		},
		floor,
	);
	guard.isLow('/d');
	await turn();
	assert.equal(guard.isLow('/d'), false);
	for (; now < 60_000; now += 1000) guard.tick(now);
	assert.equal(asked, 1, 'nobody asks for nothing');
	free = 0;
	assert.ok(guard.isLow('/d'), 'it is to be looked at first');
	await turn();
	assert.deepEqual(guard.facts('/d'), {floor, free: 0});
	now += 60_000;
	free = 2 * floor;
	guard.isLow('/d');
	await turn();
	assert.equal(guard.isLow('/d'), false);
	assert.equal(asked, 3);
});

describe('the room that is kept free', {concurrency: true}, () => {
	test('below the floor downloads wait and say why, above it they go on; seeds are not kept from seeding', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'film', [['x.bin', 1_500_000]]);
		const other = testTorrent(space, 'seed', [['y.bin', 200_000]]);
		const seeder = await openTestSession(space, 'seeder', {maxUpload: 600_000});
		await seedTorrent(seeder, torrent);
		let free = 5_000_000;
		const {options} = roomy(space, 'engine', () => free);
		const engine = await openTestSession(space, 'engine', options);
		const seed = await seedTorrent(engine, other);
		const id = await engine.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		await engine.sees(id, 'downloads', ({completed}) => completed > 0);
		free = floor - 1;
		const {reason} = await engine.says(id, 'queued', /waits for room on the disk/);
		assert.deepEqual(reason, {
			level: 'warn',
			text: 'waits for room on the disk: 977 K free, 977 K are kept free',
		});
		assert.equal((await engine.view(seed)).state, 'seeding');
		const waiting = await new Promise(resolve => {
			const watching = engine.session.watch({interval: 50, session: true}, ({session}) => {
				if (session === undefined) return;
				resolve(session.waitingForRoom);
				queueMicrotask(() => watching.stop());
			});
		});
		assert.equal(waiting, 1);
		free = floor + 1;
		const late = await seedTorrent(engine, testTorrent(space, 'late', [['z.bin', 200_000]]));
		assert.equal((await engine.view(id)).state, 'queued', 'a little more than the floor is not enough');
		assert.notEqual(late, id);
		free = floor * 1.1;
		await engine.sees(id, 'goes on', ({state}) => state === 'downloading' || state === 'seeding');
		await engine.sees(id, 'is here', ({state}) => state === 'seeding');
		const told = engine.log.filter(line => /downloads (?:wait|go on)/.test(line));
		assert.deepEqual(told, [
			`warn: downloads wait for room: 977 K free in ${space.path('engine-data')}, 977 K are kept free (min-free-space)`,
			`info: downloads go on: 1.05 M free in ${space.path('engine-data')}`,
		]);
	});

	test('what is added meanwhile waits, is looked at all the same, and seeds when it has everything', async t => {
		const space = new Workspace(t);
		const {options} = roomy(space, 'engine', () => 0);
		const engine = await openTestSession(space, 'engine', options);
		const lacking = testTorrent(space, 'lacking', [['x.bin', 200_000]]);
		const half = testTorrent(space, 'half', [
			['a.bin', 200_000],
			['b.bin', 200_000],
		]);
		const whole = testTorrent(space, 'whole', [['y.bin', 200_000]]);
		unlinkSync(join(half.content.root, 'b.bin'));
		const id = await engine.add(lacking);
		const part = await engine.add(half, {dir: half.content.dir, overwrite: true});
		const seed = await engine.add(whole, {dir: whole.content.dir});
		await engine.says(id, 'queued', /waits for room/);
		await engine.sees(seed, 'seeds', ({state}) => state === 'seeding');
		const seen = await engine.sees(part, 'was looked at', ({completed}) => completed > 0);
		assert.equal(seen.completed, 196_608);
		await engine.says(part, 'queued', /waits for room/);
		await engine.send({type: 'torrent.verify', id: part});
		await engine.says(part, 'queued', /waits for room/);
		await engine.send({type: 'torrent.resume', id: part});
		await engine.says(part, 'queued', /waits for room/);
		await engine.send({type: 'torrent.pause', id: part});
		await engine.sees(part, 'is paused by hand', ({state}) => state === 'paused');
	});

	test('each disk has its own room, one that does not tell keeps nobody waiting, and nothing is asked in vain', async t => {
		const space = new Workspace(t);
		const {options, asked} = roomy(space, 'engine', dir =>
			dir.endsWith('full') ? 0 : dir.endsWith('mute') ? undefined : 2 * floor,
		);
		const engine = await openTestSession(space, 'engine', options);
		const add = (name: string) =>
			engine.add(testTorrent(space, `for-${name}`, [['x.bin', 100_000]]), {dir: space.path(name)});
		const [full, mute, wide] = [await add('full'), await add('mute'), await add('wide')];
		await engine.says(full, 'queued', /waits for room/);
		await engine.sees(mute, 'runs', ({state}) => state === 'downloading');
		await engine.sees(wide, 'runs', ({state}) => state === 'downloading');
		// The engine itself asks about the folder where downloads go by default.
		const ours = new Set(asked.filter(dir => dir !== space.path('engine-data')));
		assert.deepEqual([...ours].sort(), ['full', 'mute', 'wide'].map(name => space.path(name)).sort());
		for (const id of [full, mute, wide]) await engine.send({type: 'torrent.pause', id});
		await engine.sees(full, 'stands', ({state}) => state === 'paused');
		await engine.send({type: 'session.configure', settings: {minFreeSpace: null}});
		await engine.send({type: 'torrent.resume', id: full});
		await engine.sees(full, 'runs', ({state}) => state === 'downloading');
		await engine.send({type: 'session.configure', settings: {minFreeSpace: floor}});
		await engine.says(full, 'queued', /waits for room/);
	});

	test('a disk that has not answered keeps its downloads waiting, no others, and is asked once', async t => {
		const space = new Workspace(t);
		const answer = Promise.withResolvers<number>();
		const {options} = roomy(space, 'engine', () => 2 * floor);
		let asked = 0;
		const engine = await openTestSession(space, 'engine', {
			...options,
			openDisk(pool) {
				const disk = options.openDisk!(pool);
				const {freeSpace} = disk;
				disk.freeSpace = dir => {
					if (!dir.endsWith('hung')) return freeSpace(dir);
					asked++;
					return answer.promise;
				};
				return disk;
			},
		});
		const hung = await engine.add(testTorrent(space, 'one', [['x.bin', 100_000]]), {dir: space.path('hung')});
		const good = await engine.add(testTorrent(space, 'two', [['x.bin', 100_000]]));
		await engine.sees(good, 'runs', ({state}) => state === 'downloading');
		await engine.says(hung, 'queued', /finding out how much room/);
		assert.equal(asked, 1);
		answer.resolve(2 * floor);
		await engine.sees(hung, 'runs', ({state}) => state === 'downloading');
	});

	test('after a restart nothing is downloaded before it is known that there is room', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'film', [['x.bin', 400_000]]);
		const seeder = await openTestSession(space, 'seeder');
		await seedTorrent(seeder, torrent);
		const first = roomy(space, 'engine', () => 0);
		const engine = await openTestSession(space, 'engine', first.options);
		const id = await engine.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		await engine.says(id, 'queued', /waits for room/);
		await engine.session.stop();
		let free = 0;
		const again = await openTestSession(space, 'engine', roomy(space, 'engine', () => free).options);
		await again.says(id, 'queued', /waits for room/);
		assert.equal((await again.view(id)).completed, 0);
		await again.send({type: 'peer.add', id, address: `127.0.0.1:${seeder.port}`});
		free = 2 * floor;
		await again.sees(id, 'is here', ({state}) => state === 'seeding');
	});

	test('on a small disk a download rests before it is full, and ends when there is room', async t => {
		const space = new Workspace(t);
		const dir = mountDisk(space, '6m');
		if (dir === undefined) return;
		const torrent = testTorrent(space, 'film', [['x.bin', 3_000_000]]);
		const seeder = await openTestSession(space, 'seeder', {maxUpload: 300_000});
		await seedTorrent(seeder, torrent);
		writeFileSync(join(dir, 'ballast'), new Uint8Array(3_000_000));
		const clock = new PushedClock();
		const engine = await openTestSession(space, 'engine', {queue, minFreeSpace: 2_000_000, clock});
		const id = await engine.add(torrent, {dir, peers: [`127.0.0.1:${seeder.port}`]});
		await engine.says(id, 'queued', /waits for room on the disk/);
		const {bavail, bsize} = statfsSync(dir);
		assert.ok(bavail * bsize > 0, 'it is not full');
		unlinkSync(join(dir, 'ballast'));
		await seeder.send({type: 'session.limits', maxUpload: null});
		clock.push(20_000);
		await engine.sees(id, 'is here', ({state}) => state === 'seeding');
	});
});
