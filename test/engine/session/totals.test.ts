import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {cpSync, existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'node:test';
import {SessionStats} from '../../../source/engine/session/session-stats.ts';
import {Totals} from '../../../source/engine/session/totals.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {TransferStats} from '../../../source/engine/torrent/transfer-stats.ts';
import {TotalsStore} from '../../../source/io/state/totals-store.ts';
import {until, within} from '../../helpers/deadline.ts';
import {
	openTestSession,
	PushedClock,
	seedTorrent,
	type TestSession,
	testTorrent,
} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** Downloads 400 kB from a seeder; answers both. */
async function moved(space: Workspace, clock: PushedClock) {
	const torrent = testTorrent(space, 'totals', [['x.bin', 400_000]]);
	const seeder = await openTestSession(space, 'seeder', {clock});
	await seedTorrent(seeder, torrent);
	const leecher = await openTestSession(space, 'leecher', {clock});
	const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
	await leecher.sees(id, 'complete', ({state}) => state === 'seeding');
	return {seeder, leecher, id};
}

/** Waits until the totals on the disk are those of the moment; answers the state folder as a kill would leave it. */
async function killedState(space: Workspace, home: string, id: string, key: 0 | 1): Promise<string> {
	const path = join(space.path(home), 'totals.json');
	await until('the totals are saved', 30_000, () => {
		try {
			return JSON.parse(readFileSync(path, 'utf8')).torrents[id][key] >= 400_000;
		} catch {
			return false;
		}
	});
	cpSync(space.path(home), space.folder(`${home}-killed`), {recursive: true});
	return `${home}-killed`;
}

async function totals(engine: TestSession, id: string) {
	const session = await new Promise<{downloaded: number; uploaded: number}>(resolve => {
		const watching = engine.session.watch({interval: 50, session: true}, update => {
			if (update.session === undefined) return;
			setImmediate(() => watching.stop());
			resolve(update.session);
		});
	});
	const {downloaded, uploaded} = await engine.view(id);
	return [downloaded, uploaded, session.downloaded, session.uploaded];
}

test('what was moved up to some seconds before an engine was killed is counted in its next life, down and up', async t => {
	const space = new Workspace(t);
	const clock = new PushedClock();
	const {seeder, leecher, id} = await moved(space, clock);
	clock.push(10_000);
	const states = [
		await killedState(space, 'leecher', id, 0),
		await killedState(space, 'seeder', id, 1),
	] as const;
	await Promise.all([seeder.session.stop(), leecher.session.stop()]);
	const again = await openTestSession(space, states[0]);
	assert.deepEqual(await totals(again, id), [400_000, 0, 400_000, 0]);
	const seederAgain = await openTestSession(space, states[1]);
	assert.deepEqual(await totals(seederAgain, id), [0, 400_000, 0, 400_000]);
});

test('a write is made at most every ten seconds, and only when something was moved or five minutes were run', async t => {
	const space = new Workspace(t);
	const path = join(space.folder('state'), 'totals.json');
	const traffic = new SessionStats(new Map(), new PushedClock(), undefined);
	const torrent = {id: 'ab', active: false, stats: new TransferStats(0)} as unknown as Torrent;
	const store = new TotalsStore(space.path('state'), assert.ifError);
	const memory = new Totals(store, new Map([['ab', torrent]]), traffic);
	let writes = 0;
	const tickTo = async (from: number, to: number) => {
		for (let now = from; now < to; now += 1000) {
			memory.tick(now);
			await memory.settled();
			if (!existsSync(path)) continue;
			writes++;
			rmSync(path);
		}
	};
	await tickTo(0, 5000);
	assert.equal(writes, 1, 'what there is at first');
	await tickTo(5000, 200_000);
	assert.equal(writes, 1, 'nothing was moved');
	traffic.downloaded += 5;
	await tickTo(200_000, 201_000);
	assert.equal(writes, 2, 'at once');
	traffic.downloaded += 5;
	await tickTo(201_000, 210_000);
	assert.equal(writes, 2, 'not so soon');
	await tickTo(210_000, 211_000);
	assert.equal(writes, 3);
	await tickTo(211_000, 900_000);
	assert.equal(writes, 3, 'nothing runs');
	Object.assign(torrent, {active: true});
	await tickTo(900_000, 1_300_000);
	assert.equal(writes, 5, 'every five minutes');
});

test('totals that are damaged, of another kind or empty cost nothing but themselves', async t => {
	const space = new Workspace(t);
	const clock = new PushedClock();
	const {leecher, id} = await moved(space, clock);
	await leecher.session.stop();
	const path = join(space.path('leecher'), 'totals.json');
	for (const text of [
		'',
		'{"version":1,"downl',
		'[]',
		'null',
		'{"version":1,"downloaded":"x","torrents":[5]}',
	]) {
		writeFileSync(path, text);
		const again = await openTestSession(space, 'leecher');
		assert.deepEqual(await totals(again, id), [400_000, 0, 400_000, 0], text);
		await again.session.stop();
	}
});

test('a pipe in the place of the totals holds no start up, and totals of a later version are left as they are', async t => {
	const space = new Workspace(t);
	space.folder('home');
	const path = space.path('home', 'totals.json');
	if (spawnSync('mkfifo', [path]).status === 0) {
		const engine = await within(10_000, 'the start', openTestSession(space, 'home'));
		await engine.session.stop();
		rmSync(path, {force: true});
	}
	const later = JSON.stringify({version: 2, everything: 'is otherwise'});
	writeFileSync(path, later);
	const engine = await openTestSession(space, 'home');
	await engine.session.stop();
	assert.equal(readFileSync(path, 'utf8'), later);
});

test('what was moved by day is the same after a restart', async t => {
	const space = new Workspace(t);
	space.folder('state');
	const open = () => new Totals(new TotalsStore(space.path('state'), assert.ifError), new Map(), traffic);
	let traffic = new SessionStats(new Map(), new PushedClock(), undefined);
	traffic.days.add(traffic.recent().today.downloaded + new PushedClock().wall(), 0, 700, 30);
	const before = traffic.days.export();
	await open().stop();
	traffic = new SessionStats(new Map(), new PushedClock(), undefined);
	await open().start();
	assert.deepEqual(traffic.days.export(), before);
	assert.equal(before.length, 1);
});
