import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {SlowTime} from '../../../source/base/slow-time.ts';
import {openTestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {noon, start} from './limited-engine.ts';

const minute = 60_000;
const hour = 60 * minute;

test('limits chosen by command outlive a restart, those of slow mode too, and are told in the log', async t => {
	const home = new Workspace(t).folder('home');
	const first = await start(home, noon);
	await first.send({type: 'session.limits', maxDownload: 300_000});
	await first.send({type: 'session.limits', mode: 'slow', maxUpload: null});
	assert.deepEqual(await first.holds(), [300_000, undefined, false]);
	await first.stop();
	const second = await start(home, noon + hour);
	assert.deepEqual(await second.holds(), [300_000, undefined, false]);
	assert.deepEqual(second.log, ['info: limits chosen earlier hold: download, slow mode upload']);
	await second.send({type: 'session.slowMode', on: true});
	assert.deepEqual(await second.holds(), [51_200, undefined, true]);
	await second.send({type: 'session.limits', mode: 'normal', maxDownload: null});
	await second.stop();
	const third = await start(home, noon + 2 * hour, {maxUpload: 9000});
	assert.deepEqual(await third.holds(), [51_200, undefined, true]);
	await third.send({type: 'session.slowMode', on: false});
	assert.deepEqual(await third.holds(), [undefined, 9000, false]);
	await third.stop();
});

test('a limit configured otherwise since the choice holds, and what is typed for a start holds for that start', async t => {
	const home = new Workspace(t).folder('home');
	const first = await start(home, noon, {maxDownload: 1_000_000});
	await first.send({type: 'session.limits', maxDownload: 300_000, maxUpload: 200_000});
	await first.stop();
	const typed = await start(home, noon, {maxDownload: 5_000_000, typed: new Set(['maxDownload'])});
	assert.deepEqual(await typed.holds(), [5_000_000, 200_000, false]);
	await typed.stop();
	const again = await start(home, noon, {maxDownload: 1_000_000});
	assert.deepEqual(await again.holds(), [300_000, 200_000, false]);
	await again.stop();
	const configured = await start(home, noon, {maxDownload: 2_000_000});
	assert.deepEqual(await configured.holds(), [2_000_000, 200_000, false]);
	await configured.stop();
	const back = await start(home, noon, {maxDownload: 1_000_000});
	assert.deepEqual(await back.holds(), [1_000_000, 200_000, false]);
	await back.stop();
});

test('slow mode by hand holds over a restart, until the schedule next changes it', async t => {
	const home = new Workspace(t).folder('home');
	const evening: SlowTime = {days: [0, 1, 2, 3, 4, 5, 6], from: 18 * 60, to: 22 * 60};
	const slowAt = async (wall: number): Promise<unknown> => {
		const engine = await start(home, wall, {slowTimes: [evening]});
		const slow = (await engine.holds())[2];
		await engine.stop();
		return slow;
	};
	const first = await start(home, noon, {slowTimes: [evening]});
	await first.send({type: 'session.slowMode', on: true});
	await first.stop();
	assert.equal(await slowAt(noon + 5 * hour), true);
	// The schedule began and ended while no engine ran.
	assert.equal(await slowAt(noon + 11 * hour), false);
	assert.equal(await slowAt(noon + 5 * hour), false);
	// Off by hand in its time, over a restart, until the next evening.
	const second = await start(home, noon + 7 * hour, {slowTimes: [evening]});
	assert.equal((await second.holds())[2], true);
	await second.send({type: 'session.slowMode', on: false});
	await second.stop();
	assert.equal(await slowAt(noon + 9 * hour), false);
	assert.equal(await slowAt(noon + 31 * hour), true);
});

test('slow mode by hand that the schedule ended in its time is not remembered', async t => {
	const home = new Workspace(t).folder('home');
	const slowTimes: SlowTime[] = [{days: [2], from: 12 * 60 + 1, to: 12 * 60 + 2}];
	const first = await start(home, noon, {slowTimes});
	await first.send({type: 'session.slowMode', on: true});
	await first.clock.pass(minute + 1000);
	assert.equal((await first.holds())[2], true);
	await first.clock.pass(minute);
	assert.equal((await first.holds())[2], false);
	await first.stop();
	const second = await start(home, noon);
	assert.equal((await second.holds())[2], false);
	await second.stop();
});

test('a wall clock that was ahead makes slow mode by hand hold no longer than another', async t => {
	const home = new Workspace(t).folder('home');
	const evening: SlowTime = {days: [0, 1, 2, 3, 4, 5, 6], from: 18 * 60, to: 22 * 60};
	const ahead = await start(home, noon + 5000 * hour);
	await ahead.send({type: 'session.slowMode', on: true});
	await ahead.stop();
	const right = await start(home, noon, {slowTimes: [evening]});
	assert.equal((await right.holds())[2], true);
	await right.stop();
	const later = await start(home, noon + 11 * hour, {slowTimes: [evening]});
	assert.equal((await later.holds())[2], false);
	await later.stop();
});

test('a damaged file of limits is begun anew, with a line in the log', async t => {
	const home = new Workspace(t).folder('home');
	const path = join(home, 'limits');
	for (const bytes of ['', 'd', '<html>', 'd6:limitsde7:versioni0ee', 'd'.repeat(200), 'x'.repeat(100_000)]) {
		writeFileSync(path, bytes);
		const engine = await start(home, noon, {maxDownload: 7000});
		assert.deepEqual(await engine.holds(), [7000, undefined, false]);
		assert.match(engine.log.join('\n'), /^warn: limits chosen earlier are forgotten: .+$/);
		await engine.send({type: 'session.limits', maxUpload: 5000});
		await engine.stop();
		const again = await start(home, noon, {maxDownload: 7000});
		assert.deepEqual(await again.holds(), [7000, 5000, false]);
		await again.stop();
	}
});

test('a crash while limits are written leaves those written before', async t => {
	const home = new Workspace(t).folder('home');
	const first = await start(home, noon);
	await first.send({type: 'session.limits', maxUpload: 5000});
	await first.stop();
	writeFileSync(join(home, 'limits.tmp'), 'd6:limits');
	const second = await start(home, noon);
	assert.deepEqual(await second.holds(), [undefined, 5000, false]);
	await second.stop();
	assert.equal(existsSync(join(home, 'limits.tmp')), false);
});

test('limits that cannot be written are told once, and hold all the same', async t => {
	const home = new Workspace(t).folder('home');
	const engine = await start(home, noon);
	mkdirSync(join(home, 'limits', 'in the way'), {recursive: true});
	await engine.send({type: 'session.limits', maxUpload: 5000});
	await engine.send({type: 'session.limits', maxUpload: 6000});
	assert.deepEqual(await engine.holds(), [undefined, 6000, false]);
	await engine.stop();
	assert.equal(engine.log.filter(line => line.startsWith('warn: limits are not kept: ')).length, 1);
	rmSync(join(home, 'limits'), {recursive: true});
});

test('an engine for one task remembers no limits and takes up none', async t => {
	const home = new Workspace(t).folder('home');
	const first = await start(home, noon);
	await first.send({type: 'session.limits', maxUpload: 5000});
	await first.stop();
	const before = readFileSync(join(home, 'limits'));
	const task = await start(home, noon, {persist: false});
	assert.deepEqual(await task.holds(), [undefined, undefined, false]);
	await task.send({type: 'session.limits', maxUpload: 1});
	await task.stop();
	assert.deepEqual(readFileSync(join(home, 'limits')), before);
});

test('the limits and the goal of one torrent outlive a restart, whatever number was asked for', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'limited', [['x.bin', 100_000]]);
	const first = await openTestSession(space, 'engine', {maxDownload: 4_000_000});
	const id = await first.add(torrent, {dir: torrent.content.dir, maxDownload: 70_000});
	await first.sees(id, 'seeds', view => view.state === 'seeding');
	await first.send({type: 'torrent.limits', id, maxUpload: 50_000.4, seedRatio: 1.5});
	await first.session.stop();
	const second = await openTestSession(space, 'engine', {maxDownload: 1_000_000});
	const view = await second.view(id);
	assert.deepEqual([view.maxDownload, view.maxUpload], [70_000, 50_000]);
	await second.send({type: 'torrent.limits', id, maxDownload: null, maxUpload: 1e300});
	await second.session.stop();
	const third = await openTestSession(space, 'engine');
	const last = await third.view(id);
	assert.deepEqual([last.maxDownload, last.maxUpload], [undefined, Number.MAX_SAFE_INTEGER]);
	assert.ok(!third.log.some(line => line.startsWith('error')));
});

test('what was chosen for a torrent that has never run outlives a restart', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'resting', [['x.bin', 100_000]]);
	const first = await openTestSession(space, 'engine');
	const id = await first.add(torrent, {dir: torrent.content.dir, paused: true});
	await first.send({type: 'torrent.limits', id, maxUpload: 5000});
	await first.send({type: 'files.priority', id, files: [0], priority: 3});
	await first.session.stop();
	const second = await openTestSession(space, 'engine');
	const view = await second.view(id);
	assert.deepEqual([view.state, view.maxUpload], ['paused', 5000]);
	await second.send({type: 'torrent.resume', id});
	// What lies there was never looked at.
	const seeding = await second.sees(id, 'it is hashed and seeds', ({state}) => state === 'seeding');
	assert.equal(seeding.piecesHave, torrent.pieces);
});

test('limits and times of slow mode can be configured otherwise while the engine runs', async t => {
	const home = new Workspace(t).folder('home');
	const engine = await start(home, noon, {maxDownload: 1_000_000});
	await engine.send({type: 'session.limits', maxDownload: 300_000, maxUpload: 200_000});
	await engine.send({type: 'session.configure', settings: {maxDownload: 2_000_000, slowUpload: null}});
	assert.deepEqual(await engine.holds(), [2_000_000, 200_000, false]);
	const slowTimes = [{days: [2], from: 11 * 60, to: 13 * 60}];
	await engine.send({type: 'session.configure', settings: {slowTimes}});
	assert.deepEqual(await engine.holds(), [51_200, undefined, true]);
	await engine.send({type: 'session.configure', settings: {slowTimes: []}});
	assert.deepEqual(await engine.holds(), [2_000_000, 200_000, false]);
	await assert.rejects(
		engine.send({type: 'session.configure', settings: {dir: 'here', maxDownload: 1}}),
		/the folder here is not absolute/,
	);
	assert.deepEqual(await engine.holds(), [2_000_000, 200_000, false]);
	await engine.stop();
	const again = await start(home, noon, {maxDownload: 2_000_000});
	assert.deepEqual(await again.holds(), [2_000_000, 200_000, false]);
	await again.stop();
});
