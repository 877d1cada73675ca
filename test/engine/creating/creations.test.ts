import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {asCommand} from '../../../source/api/command-guard.js';
import type {CreationView} from '../../../source/api/creation.js';
import {createTorrentAside} from '../../../source/creator/creation-thread.js';
import type {MakerEvents, MakerOptions, TorrentMaker} from '../../../source/engine/creating/torrent-maker.js';
import {readMetainfoHere} from '../../../source/io/metainfo/read-metainfo.js';
import {until, within} from '../../helpers/deadline.ts';
import {openTestSession, type TestSession} from '../../helpers/sessions.ts';
import {bytesFrom, writeFolder} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';

const patience = 20_000;

/** Watches the torrents that are made; answers the newest of one. */
function watch(context: TestContext, {session}: TestSession) {
	let views: readonly CreationView[] = [];
	const watching = session.watch({interval: 50, creations: true}, update => {
		views = update.creations ?? views;
	});
	context.after(() => watching.stop());
	return {
		get all() {
			return views;
		},
		until: (id: number, what: string, probe: (view: CreationView) => boolean) =>
			until(what, patience, () => {
				const view = views.find(each => each.id === id);
				return view && probe(view) ? view : undefined;
			}),
	};
}

/** A maker that does what its test says, when it says so. */
class HandMaker {
	options: MakerOptions | undefined;
	events: MakerEvents | undefined;
	readonly called = Promise.withResolvers<void>();
	readonly made = Promise.withResolvers<{readonly bytes: Uint8Array; readonly magnet: string}>();

	readonly make: TorrentMaker = (options, events, signal) => {
		this.options = options;
		this.events = events;
		this.called.resolve();
		signal.addEventListener('abort', () => this.made.reject(signal.reason));
		return this.made.promise;
	};
}

test('a torrent is made of a folder, written beside it, and seeded at once', async context => {
	const space = new Workspace(context);
	const path = writeFolder(space.folder('data'), 'Album', [
		['a', 70_000],
		['b', 5],
	]).root;
	const engine = await openTestSession(space, 'state', {makeTorrent: createTorrentAside});
	const views = watch(context, engine);
	const {creation} = await engine.send({
		type: 'torrent.create',
		path,
		seed: true,
		options: {pieceLength: 16_384, comment: 'mine', trackers: [['http://127.0.0.1:9/announce']]},
	});
	const done = await views.until(creation!, 'it to be made', ({state}) => state === 'done');
	const output = space.path('data', 'Album.torrent');
	const metainfo = readMetainfoHere(readFileSync(output));
	assert.deepEqual(
		[done.output, done.seeding, done.hashed, done.length, done.why],
		[output, metainfo.infoHash, 70_005, 70_005, undefined],
	);
	assert.match(done.magnet!, new RegExp(`btih:${metainfo.infoHash}`));
	assert.deepEqual(
		[metainfo.name, metainfo.pieceLength, metainfo.comment, metainfo.createdBy?.split('/')[0]],
		['Album', 16_384, 'mine', 'tortui'],
	);
	await engine.sees(metainfo.infoHash!, 'it to seed', ({state}) => state === 'seeding');
	await engine.send({type: 'creation.end', creation: creation!});
	await until('it to be forgotten', patience, () => views.all.length === 0);
});

test('what cannot be made is refused at once, and nothing is told of it', async context => {
	const space = new Workspace(context);
	const path = space.path('file');
	writeFileSync(path, bytesFrom('x', 100));
	writeFileSync(space.path('file.torrent'), 'mine');
	writeFileSync(space.path('empty'), '');
	const engine = await openTestSession(space, 'state', {makeTorrent: createTorrentAside});
	const views = watch(context, engine);
	const refused = (command: {path: string; output?: string; options?: object}, message: RegExp) =>
		assert.rejects(engine.send({type: 'torrent.create', ...command}), {name: 'UserError', message});
	await refused({path: space.path('nothing')}, /no such file or folder/);
	await refused({path: space.path('no', 'folder', 'either')}, /no such file or folder/);
	await refused({path: space.path('empty'), output: space.path('e.torrent')}, /is empty/);
	await refused({path}, /file\.torrent is there already: choose another name/);
	await refused({path, output: space.path('none', 'x.torrent')}, /folder does not exist/);
	await refused(
		{path, output: space.path('x.torrent'), options: {pieceLength: 20_000}},
		/not a power of two/,
	);
	await refused({path, output: space.path('x.torrent'), options: {trackers: [['x']]}}, /"x" is no URL/);
	await refused({path, output: space.path('x.torrent'), options: {webSeeds: ['udp://x']}}, /is no URL/);
	await refused({path: 'file'}, /is not absolute/);
	await until('nothing to be told', patience, () => views.all.length === 0);
	assert.equal(readFileSync(space.path('file.torrent'), 'utf8'), 'mine');
	await assert.rejects(engine.send({type: 'creation.end', creation: 7}), /not being made any more/);
	const plain = await openTestSession(space, 'other');
	await assert.rejects(plain.send({type: 'torrent.create', path}), /makes no torrents/);
});

test('one that is being hashed tells how far it is, and can be ended: nothing is written', async context => {
	const space = new Workspace(context);
	const maker = new HandMaker();
	const engine = await openTestSession(space, 'state', {makeTorrent: maker.make});
	const views = watch(context, engine);
	const [path, output] = [space.folder('data'), space.path('x.torrent')];
	const sent = engine.send({type: 'torrent.create', path, output, options: {date: false, private: true}});
	await maker.called.promise;
	const {path: told, creationDate, private: isPrivate} = maker.options!;
	assert.deepEqual([told, creationDate, isPrivate], [path, undefined, true]);
	await assert.rejects(
		engine.send({type: 'torrent.create', path, output}),
		/x\.torrent is being made already/,
	);
	maker.events!.skipped('a is a pipe: left out');
	maker.events!.skipped('b is a pipe: left out');
	maker.events!.found(1000);
	const {creation} = await within(patience, 'the answer', sent);
	maker.events!.hashed(400);
	const view = await views.until(creation!, 'how far it is', ({hashed}) => hashed === 400);
	assert.deepEqual(
		[view.state, view.length, view.skipped],
		['hashing', 1000, {count: 2, first: 'a is a pipe: left out'}],
	);
	await engine.send({type: 'creation.end', creation: creation!});
	const ended = await views.until(creation!, 'its end', ({state}) => state === 'failed');
	assert.equal(ended.why, 'it was ended');
	assert.equal(existsSync(output), false);
});

test('an engine that stops ends what is being hashed by its threads', async context => {
	const space = new Workspace(context);
	const path = space.path('endless');
	writeFileSync(path, '');
	truncateSync(path, 100 * 2 ** 30);
	const engine = await openTestSession(space, 'state', {makeTorrent: createTorrentAside});
	const output = space.path('out.torrent');
	await engine.send({type: 'torrent.create', path, output, options: {pieceLength: 16_777_216}});
	await within(10_000, 'the engine to stop', engine.session.stop());
	assert.deepEqual(readdirSync(space.dir).sort(), ['endless', 'state', 'state-data']);
	assert.ok(
		engine.log.some(line => /no torrent was made of .*the engine is stopping/.test(line)),
		engine.log.join('\n'),
	);
});

test('what is in the way by the time it is made is not written over', async context => {
	const space = new Workspace(context);
	const maker = new HandMaker();
	const engine = await openTestSession(space, 'state', {makeTorrent: maker.make});
	const views = watch(context, engine);
	const output = space.path('x.torrent');
	const sent = engine.send({type: 'torrent.create', path: space.folder('data'), output});
	await maker.called.promise;
	maker.events!.found(10);
	const {creation} = await sent;
	writeFileSync(output, 'mine');
	maker.made.resolve({bytes: bytesFrom('torrent', 50), magnet: 'magnet:?'});
	const failed = await views.until(creation!, 'its end', ({state}) => state === 'failed');
	assert.match(failed.why!, /is there already/);
	assert.equal(readFileSync(output, 'utf8'), 'mine');
});

test('no more than a few are made at a time', async context => {
	const space = new Workspace(context);
	const maker = new HandMaker();
	const engine = await openTestSession(space, 'state', {makeTorrent: maker.make});
	for (let n = 0; n < 4; n++) {
		const sent = engine.send({
			type: 'torrent.create',
			path: space.folder('data'),
			output: space.path(`${n}`),
		});
		await until('it to begin', patience, () => maker.options?.output === space.path(`${n}`));
		maker.events!.found(10);
		await sent;
	}
	await assert.rejects(
		engine.send({type: 'torrent.create', path: space.folder('data'), output: space.path('4')}),
		/4 torrents are being made already/,
	);
});

test('over a socket only a command that is one comes in', () => {
	const path = '/a';
	const good = {
		type: 'torrent.create',
		path,
		output: '/b',
		seed: true,
		options: {version: 'hybrid', trackers: [['x']]},
	};
	assert.deepEqual(asCommand(good), good);
	for (const bad of [
		{type: 'torrent.create'},
		{type: 'torrent.create', path, seed: 1},
		{type: 'torrent.create', path, options: {version: '3'}},
		{type: 'torrent.create', path, options: {trackers: ['x']}},
		{type: 'torrent.create', path, options: {pieceLength: -1}},
		{type: 'torrent.create', path, options: null},
		{type: 'creation.end'},
		{type: 'creation.end', creation: 1.5},
	])
		assert.equal(asCommand(bad), undefined, JSON.stringify(bad));
});
