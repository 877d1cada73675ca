import assert from 'node:assert/strict';
import {cpSync, readFileSync} from 'node:fs';
import {test} from 'node:test';
import type {AddOptions} from '../../../source/api/command.ts';
import {decodeResumeData, type ResumeData} from '../../../source/io/state/resume-data.ts';
import {until} from '../../helpers/deadline.ts';
import {HurriedClock} from '../../helpers/hurried-clock.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** Waits until the disk says of a torrent what it should, long before it is time to save everything. */
async function keeps(
	space: Workspace,
	id: string,
	what: string,
	probe: (resume: ResumeData) => boolean,
): Promise<void> {
	const began = performance.now();
	await until(what, 15_000, () => {
		try {
			return probe(decodeResumeData(readFileSync(space.path('home', 'resume', `${id}.resume`))));
		} catch {
			return false;
		}
	});
	assert.ok(performance.now() - began < 15_000, 'at 30 s it would have come anyway');
}

test('what a person does to a torrent is on the disk soon, whatever becomes of the engine', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home');
	const torrent = testTorrent(space, 'choices', [
		['a.bin', 50_000],
		['b.bin', 40_000],
	]);
	const id = await seedTorrent(engine, torrent);
	await keeps(space, id, 'that it is wanted', ({active}) => active);
	await engine.send({type: 'torrent.pause', id});
	await keeps(space, id, 'that it is paused', ({active}) => !active);
	await engine.send({type: 'torrent.label', id, label: 'mine'});
	await keeps(space, id, 'its label', ({label}) => label === 'mine');
	await engine.send({type: 'torrent.publish', id, on: true});
	await keeps(space, id, 'that it is published', ({publish}) => publish === true);
	await engine.send({type: 'torrent.limits', id, maxUpload: 12_345});
	await keeps(space, id, 'its limit', ({maxUpload}) => maxUpload === 12_345);
	await engine.send({type: 'tracker.add', id, url: 'http://tracker.example/announce'});
	await keeps(space, id, 'its tracker', ({trackers}) => trackers.flat().length === 1);
	await engine.send({type: 'files.priority', id, files: [1], priority: 4});
	await keeps(space, id, 'its priorities', ({priorities}) => priorities[1] === 4);
	await engine.send({type: 'session.resumeAll'});
	await keeps(space, id, 'that it is resumed', ({active}) => active);
	await engine.send({type: 'session.pauseAll'});
	await keeps(space, id, 'that all are paused', ({active, heldWithAll}) => !active && heldWithAll === true);
	// As a kill would leave it.
	cpSync(space.path('home'), space.folder('killed'), {recursive: true});
	const next = await openTestSession(space, 'killed');
	const {state, label, publish} = await next.view(id);
	assert.deepEqual([state, label, publish], ['paused', 'mine', true]);
	await next.send({type: 'torrent.publish', id, on: false});
	assert.equal((await next.view(id)).publish, undefined);
});

test('a torrent is published when it is added so, or added again so, and stays so when nothing is said of it', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home');
	const one = testTorrent(space, 'one', [['a.bin', 50_000]]);
	const other = testTorrent(space, 'other', [['b.bin', 50_000]]);
	const published = await engine.add(one, {dir: one.content.dir, publish: true});
	assert.equal((await engine.view(published)).publish, true);
	await engine.add(one, {label: 'x'});
	assert.equal((await engine.view(published)).publish, true);
	const id = await engine.add(other, {dir: other.content.dir});
	assert.equal((await engine.view(id)).publish, undefined);
	const {merged} = await engine.send({
		type: 'torrent.add',
		metainfo: other.metainfo,
		options: {publish: true},
	});
	assert.deepEqual(merged?.set, ['publishing']);
	assert.equal((await engine.view(id)).publish, true);
});

test('who works through the engine may write a line into its log, safe and no longer than anybody reads', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home');
	await engine.send({type: 'session.log', level: 'warn', text: 'a \u001b[31mfolder\nis gone'});
	await engine.send({type: 'session.log', level: 'info', text: 'x'.repeat(100_000)});
	assert.ok(engine.log.includes('warn: a [31mfolder is gone'));
	assert.ok(engine.log.some(line => line.startsWith('info: xxx') && line.length === 'info: '.length + 1000));
});

test('what is said with an add is on the disk soon, too', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home');
	const id = await engine.add(testTorrent(space, 'added', [['a.bin', 50_000]]), {
		paused: true,
		label: 'new',
		maxDownload: 1000,
		trackers: ['http://tracker.example/announce'],
		seedRatio: 3,
	});
	await keeps(
		space,
		id,
		'all of it',
		({label, maxDownload, trackers, seedRatio}) =>
			label === 'new' && maxDownload === 1000 && trackers.flat().length === 1 && seedRatio === 3,
	);
});

test('an engine that is stopped ends in 5 s, and says what the disk has not taken', async t => {
	const space = new Workspace(t);
	const clock = new HurriedClock(4, Number.POSITIVE_INFINITY);
	let deaf = false;
	const never = new Promise<undefined>(() => {});
	const engine = await openTestSession(space, 'home', {
		clock,
		store: {
			find: async () => undefined,
			load: async () => [],
			save: () => (deaf ? never : Promise.resolve(undefined)),
			saveMetainfo: async () => undefined,
			remove: async () => undefined,
			settled: () => never,
		} as never,
	});
	await engine.add(testTorrent(space, 'slow', [['a.bin', 50_000]]), {paused: true});
	deaf = true;
	const began = clock.now();
	await engine.session.stop();
	const took = clock.now() - began;
	assert.ok(took >= 4900 && took < 20_000, `it took ${took} ms`);
	assert.match(
		engine.log.at(-1)!,
		/^error: the engine ends before the disk has answered: 1 torrent may not be saved/,
	);
});

test('an engine with much to save ends when it is saved, though that takes more than 5 s', async t => {
	const space = new Workspace(t);
	const clock = new HurriedClock(4, Number.POSITIVE_INFINITY);
	const saved = new Map<string, string | undefined>();
	let isSlow = false;
	let disk: Promise<unknown> = Promise.resolve();
	const engine = await openTestSession(space, 'home', {
		clock,
		store: {
			find: async () => undefined,
			load: async () => [],
			// One after the other, each in a good while.
			save: async ({id, label}: {id: string; label?: string}) => {
				if (isSlow) {
					const before = disk;
					disk = before.then(() => new Promise<void>(resolve => clock.after(100, resolve)));
					await disk;
				}
				saved.set(id, label);
				return undefined;
			},
			saveMetainfo: async () => undefined,
			remove: async () => undefined,
			settled: async () => {},
		} as never,
	});
	const ids: string[] = [];
	for (let n = 0; n < 80; n++)
		ids.push(await engine.add(testTorrent(space, `many ${n}`, [['a.bin', 100]]), {paused: true}));
	isSlow = true;
	for (const id of ids) void engine.send({type: 'torrent.label', id, label: 'films'});
	const began = clock.now();
	await engine.session.stop();
	assert.ok(clock.now() - began > 6000, `it took ${clock.now() - began} ms`);
	assert.deepEqual(
		ids.filter(id => saved.get(id) !== 'films'),
		[],
	);
	assert.ok(!engine.log.some(line => line.includes('before the disk has answered')));
});

const options: AddOptions = {
	trackers: ['http://tracker.example/announce'],
	peers: ['127.0.0.1:9'],
	label: 'mine',
	maxUpload: 12_345,
	seedRatio: 3,
	goal: {idle: 60_000},
	sequential: true,
	publish: true,
};

/** What the next engine knows of a torrent, of which the last was killed at this very moment. */
async function afterKill(space: Workspace, id: string): Promise<ResumeData> {
	const home = space.folder('killed');
	cpSync(space.path('home'), home, {recursive: true});
	const next = await openTestSession(space, 'killed');
	const {state, label, publish} = await next.view(id);
	assert.notEqual(state, 'paused');
	assert.deepEqual([label, publish], ['mine', true]);
	return decodeResumeData(readFileSync(`${home}/resume/${id}.resume`));
}

function assertAsAdded({active, trackers, peers, maxUpload, goal, sequential, seedRatio}: ResumeData): void {
	assert.deepEqual(trackers.flat(), options.trackers);
	assert.deepEqual(
		peers.map(({host, port}) => `${host}:${port}`),
		options.peers,
	);
	assert.deepEqual([active, maxUpload, seedRatio, sequential], [true, 12_345, 3, true]);
	assert.equal(goal?.idle, 60_000);
}

test('all that a torrent was added with is on the disk when the command is answered', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home');
	const {metainfo} = testTorrent(space, 'data', [['a.bin', 50_000]]);
	const {id} = await engine.send({type: 'torrent.add', metainfo, options});
	assertAsAdded(await afterKill(space, id!));
});

test('so it is of a link', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home');
	const link = `magnet:?xt=urn:btih:${'ab'.repeat(20)}`;
	const {id} = await engine.send({type: 'torrent.addLink', link, options});
	assertAsAdded(await afterKill(space, id!));
});

test('so it is of one that was removed with its data left, and is added again', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home');
	const {metainfo} = testTorrent(space, 'data', [['a.bin', 50_000]]);
	const {id} = await engine.send({type: 'torrent.add', metainfo});
	await engine.send({type: 'torrent.remove', id: id!, withData: false});
	await engine.send({type: 'torrent.add', metainfo, options});
	assertAsAdded(await afterKill(space, id!));
});
