import assert from 'node:assert/strict';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import type {SlowTime} from '../../../source/base/slow-time.ts';
import {HurriedClock} from '../../helpers/hurried-clock.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {noon, start} from './limited-engine.ts';

const minute = 60_000;
const hour = 60 * minute;
const everyDay = [0, 1, 2, 3, 4, 5, 6];

/** Sets the clock on the wall of an engine; it looks there once a second. */
async function setClock({clock}: Awaited<ReturnType<typeof start>>, wall: number): Promise<void> {
	const from = clock.now();
	clock.wall = () => wall + clock.now() - from;
	await clock.pass(1000);
}

/** Runs with the clock of a place. */
function inZone(t: TestContext, zone: string): void {
	const before = process.env['TZ'];
	process.env['TZ'] = zone;
	t.after(() => {
		if (before === undefined) delete process.env['TZ'];
		else process.env['TZ'] = before;
	});
}

test('times have rates of their own; of several the first holds, and slow mode has what they leave out', async t => {
	const home = new Workspace(t).folder('home');
	const slowTimes: SlowTime[] = [
		{days: [2], from: 13 * 60, to: 14 * 60, maxDownload: 1000, maxUpload: null},
		{days: everyDay, from: 13 * 60 - 1, to: 15 * 60, maxDownload: 2000},
	];
	const engine = await start(home, noon, {slowTimes, maxDownload: 9000, maxUpload: 8000});
	assert.deepEqual(await engine.holds(), [9000, 8000, false]);
	await setClock(engine, noon + 59 * minute);
	assert.deepEqual(await engine.holds(), [2000, 51_200, true]);
	await setClock(engine, noon + hour);
	assert.deepEqual(await engine.holds(), [1000, undefined, true]);
	await setClock(engine, noon + 2 * hour);
	assert.deepEqual(await engine.holds(), [2000, 51_200, true]);
	await setClock(engine, noon + 3 * hour);
	assert.deepEqual(await engine.holds(), [9000, 8000, false]);
	assert.deepEqual(engine.log, [
		'info: slow mode is on: its time',
		'info: slow mode has other limits until 14:00: their time',
		'info: slow mode has other limits until 15:00: their time',
		'info: slow mode is over: its time',
	]);
	await engine.stop();
});

test('what is set by hand in a time with rates of its own holds until the next time begins or ends', async t => {
	const home = new Workspace(t).folder('home');
	const slowTimes: SlowTime[] = [
		{days: everyDay, from: 11 * 60, to: 13 * 60, maxDownload: 1000, maxUpload: 900},
	];
	const engine = await start(home, noon, {slowTimes, maxDownload: 9000});
	assert.deepEqual(await engine.holds(), [1000, 900, true]);
	await engine.send({type: 'session.limits', maxDownload: 5000});
	assert.deepEqual(await engine.holds(), [5000, 51_200, true]);
	await setClock(engine, noon + hour);
	assert.deepEqual(await engine.holds(), [9000, undefined, false]);
	await setClock(engine, noon + 24 * hour);
	assert.deepEqual(await engine.holds(), [1000, 900, true]);
	await engine.send({type: 'session.slowMode', on: false});
	assert.deepEqual(await engine.holds(), [9000, undefined, false]);
	await engine.send({type: 'session.slowMode', on: true});
	assert.deepEqual(await engine.holds(), [1000, 900, true]);
	await engine.stop();
});

test('a config file that is read anew and says the same of now leaves slow mode by hand as it is', async t => {
	const home = new Workspace(t).folder('home');
	const now: SlowTime = {days: [2], from: 11 * 60, to: 13 * 60};
	const engine = await start(home, noon, {slowTimes: [now]});
	await engine.send({type: 'session.slowMode', on: false});
	const more: SlowTime[] = [{...now}, {days: [3], from: 1, to: 2, stop: true}];
	await engine.send({type: 'session.configure', settings: {slowTimes: more}});
	await engine.clock.pass(2000);
	assert.equal((await engine.holds())[2], false);
	await engine.send({type: 'session.configure', settings: {slowTimes: [{...now, maxDownload: 7}]}});
	await engine.clock.pass(2000);
	assert.deepEqual((await engine.holds())[0], 7);
	await engine.stop();
});

test('a clock that is set, and a night that the machine slept through, are seen at once', async t => {
	const home = new Workspace(t).folder('home');
	const slowTimes: SlowTime[] = [{days: everyDay, from: 18 * 60, to: 22 * 60}];
	const engine = await start(home, noon, {slowTimes});
	await setClock(engine, noon + 7 * hour);
	assert.equal((await engine.holds())[2], true);
	await setClock(engine, noon);
	assert.equal((await engine.holds())[2], false);
	// By hand until the schedule's next time, which came and went meanwhile.
	await engine.send({type: 'session.slowMode', on: true});
	await setClock(engine, noon + 20 * hour);
	assert.equal((await engine.holds())[2], false);
	await engine.stop();
});

test('where clocks are put forward and back, times go by what the clock on the wall says', async t => {
	inZone(t, 'Europe/Berlin');
	const slowTimes: SlowTime[] = [{days: [6], from: 2 * 60 + 30, to: 3 * 60 + 30}];
	const slowAt = async (wall: number): Promise<boolean> => {
		const engine = await start(new Workspace(t).folder('home'), wall, {slowTimes});
		const slow = (await engine.holds())[2] as boolean;
		await engine.stop();
		return slow;
	};
	// On 29 March 2026 there is no time between 02:00 and 03:00.
	const spring = Date.UTC(2026, 2, 29, 1);
	assert.deepEqual(
		[await slowAt(spring - minute), await slowAt(spring), await slowAt(spring + 29 * minute)],
		[false, true, true],
	);
	assert.equal(await slowAt(spring + 30 * minute), false);
	// On 25 October 2026 the hour from 02:00 to 03:00 comes twice.
	const autumn = Date.UTC(2026, 9, 25, 0, 30);
	assert.deepEqual(
		[
			await slowAt(autumn),
			await slowAt(autumn + 30 * minute),
			await slowAt(autumn + hour),
			await slowAt(autumn + 2 * hour),
		],
		[true, false, true, false],
	);
});

test('in a time that stops everything torrents wait and say until when; slow mode off lets them go on', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'film', [['x.bin', 1_000_000]]);
	const own = testTorrent(space, 'own', [['y.bin', 200_000]]);
	const seeder = await openTestSession(space, 'seeder', {maxUpload: 300_000});
	await seedTorrent(seeder, torrent);
	const clock = new HurriedClock(20);
	let wall = noon;
	clock.wall = () => wall;
	const engine = await openTestSession(space, 'engine', {
		queue: {downloads: undefined, seeds: undefined, total: Infinity},
		slowTimes: [{days: everyDay, from: 13 * 60, to: 14 * 60 + 5, stop: true}],
		clock,
	});
	const seed = await seedTorrent(engine, own);
	const id = await engine.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
	await engine.sees(id, 'downloads', ({completed}) => completed > 0);
	wall = noon + hour;
	await engine.says(
		id,
		'queued',
		/^everything waits until 14:05 \(slow-times\): slow mode off lets it go on$/,
	);
	await engine.says(seed, 'queued', /everything waits until 14:05/);
	const before = (await engine.view(id)).completed;
	await engine.send({type: 'torrent.resume', id});
	await engine.says(id, 'queued', /everything waits/);
	assert.equal((await engine.view(id)).completed, before);
	await engine.send({type: 'session.slowMode', on: false});
	await engine.sees(seed, 'seeds', ({state}) => state === 'seeding');
	await engine.sees(id, 'goes on', ({state}) => state === 'downloading' || state === 'seeding');
	await engine.send({type: 'session.slowMode', on: true});
	await engine.says(seed, 'queued', /everything waits until 14:05/);
	wall = noon + 2 * hour + 5 * minute;
	await engine.sees(id, 'is here', ({state}) => state === 'seeding');
	assert.ok(engine.log.includes('info: everything waits until 14:05: its time'), engine.log.join('\n'));
	assert.ok(engine.log.includes('info: slow mode is over: its time'));
});

test('what was paused stays so when a stop is over, and an engine that starts in one starts nothing', async t => {
	const space = new Workspace(t);
	const clock = new HurriedClock(20);
	let wall = noon;
	clock.wall = () => wall;
	const engine = await openTestSession(space, 'engine', {
		queue: {downloads: undefined, seeds: undefined, total: Infinity},
		slowTimes: [{days: everyDay, from: 12 * 60, to: 13 * 60, stop: true}],
		clock,
	});
	const [one, two] = ['one', 'two'].map(name => testTorrent(space, name, [['x.bin', 100_000]]));
	const paused = await engine.add(one!, {dir: one!.content.dir, paused: true});
	const id = await engine.add(two!, {dir: two!.content.dir});
	await engine.says(id, 'queued', /everything waits until 13:00/);
	wall = noon + hour;
	await engine.sees(id, 'seeds', ({state}) => state === 'seeding');
	assert.equal((await engine.view(paused)).state, 'paused');
});
