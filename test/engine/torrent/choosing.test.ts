import assert from 'node:assert/strict';
import {existsSync, readdirSync} from 'node:fs';
import test from 'node:test';
import type {AddOptions} from '../../../source/api/command.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const files = [
	['a.bin', 100_000],
	['b.bin', 100_000],
	['c.bin', 100_000],
] as const;

const oneAtATime = {downloads: 1, seeds: undefined, total: 500};

interface Swarm {
	readonly seeder: TestSession;
	readonly id: string;
	readonly link: string;
	readonly metainfo: string;
}

/** A seeder of a public torrent, and a link with its address. */
async function seeding(space: Workspace, name = 'chosen'): Promise<Swarm> {
	const torrent = testTorrent(space, name, files, 32_768, [], true);
	const seeder = await openTestSession(space, `${name}-seeder`);
	const id = await seedTorrent(seeder, torrent);
	const link = `magnet:?xt=urn:btih:${id}&dn=${name}&x.pe=127.0.0.1:${seeder.port}`;
	return {seeder, id, link, metainfo: torrent.metainfo};
}

async function addLink(
	engine: TestSession,
	link: string,
	options: AddOptions = {choose: true},
): Promise<string> {
	return (await engine.send({type: 'torrent.addLink', link, options})).id!;
}

/** The numbers of its connections. */
function peersOf({session}: TestSession, id: string): Promise<number[]> {
	return new Promise(resolve => {
		const watching = session.watch({interval: 50, torrent: {id, peers: true}}, ({torrent}) => {
			resolve((torrent?.peers ?? []).map(peer => peer.id));
			setImmediate(() => watching.stop());
		});
	});
}

/** Waits until somebody is to choose its files. */
function asks(engine: TestSession, id: string) {
	return engine.sees(id, 'asking for a choice', ({choosing}) => choosing === true);
}

test('once its files are known nothing is asked for before somebody has chosen, and its peers stay', async t => {
	const space = new Workspace(t);
	const {seeder, id, link} = await seeding(space);
	const engine = await openTestSession(space, 'home');
	await addLink(engine, link);
	const view = await asks(engine, id);
	assert.deepEqual(
		[view.state, view.name, view.files, view.filesWanted, view.completed, view.connected],
		['paused', 'chosen', 3, 3, 0, 1],
	);
	assert.match(view.reason?.text ?? '', /choose which to take/);
	// A request would be the next thing on the connection that gave the file list.
	await engine.send({type: 'peer.add', id, address: `127.0.0.1:${seeder.port}`});
	const {preview} = await engine.send({type: 'torrent.preview', link: id});
	assert.deepEqual(
		preview?.files.map(({path}) => path.at(-1)),
		['a.bin', 'b.bin', 'c.bin'],
	);
	assert.deepEqual([preview?.priorities, preview?.already, preview?.unknown], [[2, 2, 2], true, undefined]);
	assert.equal((await seeder.view(id)).uploaded, 0);
	assert.deepEqual(readdirSync(space.folder('home-data')), []);
	await engine.send({
		type: 'torrent.choose',
		id,
		priorities: [
			[0, 0],
			[2, 0],
		],
	});
	const started = await engine.view(id);
	assert.deepEqual([started.choosing, started.connected, started.filesWanted], [undefined, 1, 1]);
	const done = await engine.sees(id, 'the chosen file', ({state}) => state === 'seeding');
	assert.deepEqual([done.filesWanted, done.wanted, done.completed], [1, 100_000, 100_000]);
	assert.ok(existsSync(space.path('home-data/chosen/b.bin')));
});

test('a file list of many blocks is taken, whoever gives it and however it comes', async t => {
	const space = new Workspace(t);
	const many = Array.from({length: 900}, (_, at) => [`${at}${'-a-long-name'.repeat(8)}.bin`, 50] as const);
	const torrent = testTorrent(space, 'many', many, 32_768, [], true);
	const seeder = await openTestSession(space, 'seeder');
	const id = await seedTorrent(seeder, torrent);
	const engine = await openTestSession(space, 'home');
	await addLink(engine, `magnet:?xt=urn:btih:${id}&x.pe=127.0.0.1:${seeder.port}`);
	assert.equal((await asks(engine, id)).files, 900);
});

test('a choice that is to be made is still to be made after a restart, before and after its files are known', async t => {
	const space = new Workspace(t);
	const {id, link} = await seeding(space);
	const first = await openTestSession(space, 'home');
	await addLink(first, link, {choose: true, paused: true, select: 'a.bin'});
	await first.session.stop();
	const second = await openTestSession(space, 'home');
	assert.deepEqual([(await second.view(id)).state, (await second.view(id)).choosing], ['paused', undefined]);
	await second.send({type: 'torrent.resume', id});
	assert.equal((await asks(second, id)).filesWanted, 1);
	await second.session.stop();
	const third = await openTestSession(space, 'home', {queue: oneAtATime});
	const view = await third.view(id);
	assert.deepEqual([view.choosing, view.state, view.filesWanted, view.completed], [true, 'paused', 1, 0]);
	await third.send({type: 'session.pauseAll'});
	await third.send({type: 'session.resumeAll'});
	const resumed = await third.view(id);
	assert.deepEqual([resumed.choosing, resumed.state], [true, 'paused']);
	await third.send({type: 'torrent.choose', id, select: 'b.bin,c.bin'});
	const done = await third.sees(id, 'what was chosen', ({state}) => state === 'seeding');
	assert.deepEqual([done.filesWanted, done.completed, done.choosing], [2, 200_000, undefined]);
});

test('one that waits for a choice keeps no other from its turn, and takes its own when it is made', async t => {
	const space = new Workspace(t);
	const one = await seeding(space, 'one');
	const two = await seeding(space, 'two');
	const engine = await openTestSession(space, 'home', {queue: oneAtATime});
	await addLink(engine, one.link);
	await asks(engine, one.id);
	await addLink(engine, two.link, {});
	await engine.sees(two.id, 'the other one', ({state}) => state === 'seeding');
	await engine.send({type: 'session.resumeAll'});
	const waiting = await engine.view(one.id);
	assert.deepEqual([waiting.choosing, waiting.state, waiting.connected], [true, 'paused', 1]);
	const peers = await peersOf(engine, one.id);
	await engine.send({type: 'torrent.resume', id: one.id});
	assert.deepEqual(await peersOf(engine, one.id), peers);
	// Whose turn it is at once keeps its peers.
	const chosen = await engine.view(one.id);
	assert.equal(chosen.connected, 1);
	assert.ok(['checking', 'downloading', 'seeding'].includes(chosen.state), chosen.state);
	const done = await engine.sees(one.id, 'all of it', ({state}) => state === 'seeding');
	assert.deepEqual([done.filesWanted, done.completed], [3, 300_000]);
});

test('nothing being wanted of one that waits is no end of it, and verifying it starts nothing', async t => {
	const space = new Workspace(t);
	const {seeder, id, link} = await seeding(space);
	const engine = await openTestSession(space, 'home');
	await addLink(engine, link);
	await asks(engine, id);
	await engine.send({type: 'files.priority', id, files: [0, 1, 2], priority: 0});
	const view = await engine.view(id);
	assert.deepEqual(
		[view.choosing, view.state, view.completedAt, view.connected],
		[true, 'paused', undefined, 1],
	);
	await engine.send({type: 'torrent.verify', id});
	await engine.sees(id, 'verified', ({state}) => state === 'paused');
	await engine.send({type: 'torrent.pause', id});
	assert.equal((await asks(engine, id)).completedAt, undefined);
	assert.equal((await seeder.view(id)).uploaded, 0);
	await engine.send({type: 'torrent.remove', id, withData: true});
	assert.deepEqual((await engine.send({type: 'session.list'})).torrents, []);
});

test('whoever adds it again and asks for no choice, with its .torrent too, has it start', async t => {
	const space = new Workspace(t);
	const {id, link, metainfo} = await seeding(space);
	const engine = await openTestSession(space, 'home');
	await addLink(engine, link);
	await asks(engine, id);
	await addLink(engine, link);
	assert.equal((await engine.view(id)).choosing, true);
	await engine.send({type: 'torrent.add', metainfo, options: {priorities: [[1, 0]]}});
	const done = await engine.sees(id, 'two files', ({state}) => state === 'seeding');
	assert.deepEqual([done.filesWanted, done.completed], [2, 200_000]);
});

test('rules that do not fit are told, and all files are proposed; a bad choice is refused and changes nothing', async t => {
	const space = new Workspace(t);
	const {id, link} = await seeding(space);
	const engine = await openTestSession(space, 'home');
	await addLink(engine, link, {choose: true, select: '17'});
	assert.equal((await asks(engine, id)).filesWanted, 3);
	assert.ok(
		engine.log.some(line => line.startsWith('warn: ')),
		engine.log.join('\n'),
	);
	await assert.rejects(engine.send({type: 'torrent.choose', id, select: '99'}));
	await assert.rejects(engine.send({type: 'torrent.choose', id, priorities: [[99, 0]]}), {
		code: 'no-such-file',
	});
	assert.equal((await engine.view(id)).choosing, true);
	assert.equal((await engine.view(id)).filesWanted, 3);
});

test('a link is looked at: who it names, and that nobody knows its files yet', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'home');
	const id = '0123456789abcdef0123456789abcdef01234567';
	const link = `magnet:?xt=urn:btih:${id}&dn=a+name&tr=http%3A%2F%2Ftracker.example%2Fannounce`;
	const {preview} = await engine.send({type: 'torrent.preview', link});
	assert.deepEqual(
		[preview?.id, preview?.name, preview?.trackers, preview?.unknown, preview?.already, preview?.fileCount],
		[id, 'a name', 1, true, false, 0],
	);
	await assert.rejects(engine.send({type: 'torrent.preview', link: 'magnet:?dn=nothing'}), {
		code: 'bad-magnet',
	});
});

test('who watches the session alone is told of what is to be chosen, until it was', async t => {
	const space = new Workspace(t);
	const {metainfo, id} = await seeding(space);
	const engine = await openTestSession(space, 'home');
	const told: Array<readonly string[] | undefined> = [];
	const watching = engine.session.watch({interval: 50, session: true}, ({session}) => {
		if (session) told.push(session.choosing?.map(torrent => torrent.id));
	});
	t.after(() => watching.stop());
	const said = (what: string, ids: readonly string[] | undefined) =>
		until(what, 10_000, () => told.length > 0 && told.at(-1)?.join() === ids?.join());
	await said('nothing to be chosen', undefined);
	await engine.send({type: 'torrent.add', metainfo, options: {choose: true}});
	await said('one to be chosen', [id]);
	await engine.send({type: 'torrent.choose', id});
	await said('nothing to be chosen any more', undefined);
});
