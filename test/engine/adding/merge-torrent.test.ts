import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import type {AddOptions} from '../../../source/api/command.ts';
import type {Update} from '../../../source/api/snapshot.ts';
import {within} from '../../helpers/deadline.ts';
import {openTestSession, type TestSession} from '../../helpers/sessions.ts';
import {makeTorrent, writeFolder} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';

const [first, second, third] = [1, 2, 3].map(port => `http://127.0.0.1:${port}/announce`) as [
	string,
	string,
	string,
];

type TorrentUpdate = NonNullable<Update['torrent']>;

/** What the screen of a torrent is told first that is as it should be. */
async function once(
	engine: TestSession,
	id: string,
	probe: (view: TorrentUpdate) => boolean,
): Promise<TorrentUpdate> {
	const {promise, resolve} = Promise.withResolvers<TorrentUpdate>();
	const watching = engine.session.watch(
		{interval: 50, torrent: {id, files: true, trackers: true}},
		({torrent}) => {
			if (torrent && probe(torrent)) resolve(torrent);
		},
	);
	try {
		return await within(15_000, () => 'the view to be as it should', promise);
	} finally {
		watching.stop();
	}
}

/** Two .torrent files of the same content that name other trackers, and an engine that has the first. */
async function stage(t: TestContext, options: Parameters<typeof openTestSession>[2] = {}) {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('content'), 'album', [
		['a.bin', 40_000],
		['b.bin', 50_000],
		['c.bin', 60_000],
	]);
	const torrent = makeTorrent(content, 32_768);
	const read = (name: string, trackers: string[]) =>
		readFileSync(torrent.write(space.path(name), trackers)).toString('base64');
	const engine = await openTestSession(space, 'engine', options);
	const metainfo = read('one.torrent', [first]);
	const {id} = await engine.send({
		type: 'torrent.add',
		metainfo,
		options: {select: '1', seedRatio: 3, paused: true},
	});
	const look = async () => {
		const {trackers, progress} = await once(
			engine,
			id!,
			view => view?.trackers !== undefined && view.progress !== undefined,
		);
		return {trackers: trackers!.map(({url}) => url), priorities: progress!.priority};
	};
	return {space, engine, id: id!, read, look};
}

test('a torrent that is added again gets the trackers, peers and files it has not, and says so', async t => {
	const {engine, read, look} = await stage(t);
	const again = await engine.send({
		type: 'torrent.add',
		metainfo: read('two.torrent', [first, second]),
		options: {select: ['2'], trackers: [third, first], peers: ['127.0.0.1:1'], label: 'new'},
	});
	assert.equal(again.already, true);
	assert.deepEqual(again.merged, {trackers: 2, peers: 1, files: 1, set: ['label']});
	const {trackers, priorities} = await look();
	assert.deepEqual([...trackers].sort(), [first, second, third]);
	assert.deepEqual([...priorities], [2, 2, 0]);
	const view = await engine.view(again.id!);
	assert.equal(view.label, 'new');
	assert.equal(view.state, 'paused');
});

test('nothing is taken away, and what a person usually wants does not change a torrent that is there', async t => {
	const {engine, read, look, id} = await stage(t);
	const again = await engine.send({
		type: 'torrent.add',
		metainfo: read('one.torrent', [first]),
		options: {select: '2', seedRatio: 1, label: 'usual', usual: ['select', 'seedRatio', 'label']},
	});
	assert.deepEqual(again.merged, {trackers: 0, peers: 0, files: 0});
	assert.deepEqual([...(await look()).priorities], [2, 0, 0]);
	assert.equal((await engine.view(id)).label, undefined);
});

test('what else a torrent that is added again is told is named where it changes something, and its folder stays', async t => {
	const {engine, read, id} = await stage(t);
	const metainfo = read('one.torrent', [first]);
	const add = async (options: AddOptions) =>
		(await engine.send({type: 'torrent.add', metainfo, options})).merged;
	const none = {trackers: 0, peers: 0, files: 0};
	const {dir} = await engine.view(id);
	assert.deepEqual(await add({seedRatio: 3, dir}), none);
	assert.deepEqual(await add({seedRatio: 4, sequential: true, maxUpload: 5000}), {
		...none,
		set: ['seeding goal', 'order', 'speed limits'],
	});
	assert.deepEqual(await add({seedRatio: 4, sequential: true, maxUpload: 5000}), none);
	assert.deepEqual(await add({dir: '/elsewhere'}), {...none, dir});
	assert.deepEqual(await add({dir: '/elsewhere', usual: ['dir']}), none);
	assert.equal((await engine.view(id)).dir, dir);
});

test('what cannot be added changes nothing', async t => {
	const {engine, read, look, id} = await stage(t);
	const metainfo = read('two.torrent', [second]);
	for (const options of [{select: '9'}, {trackers: [third, 'ftp://x']}, {peers: ['nonsense']}]) {
		await assert.rejects(engine.send({type: 'torrent.add', metainfo, options: {label: 'new', ...options}}), {
			name: 'UserError',
		});
	}
	const {trackers, priorities} = await look();
	assert.deepEqual(trackers, [first]);
	assert.deepEqual([...priorities], [2, 0, 0]);
	assert.equal((await engine.view(id)).label, undefined);
});

test('trackers that a person named are told from the torrent’s own after a restart, too', async t => {
	const own = 'http://127.0.0.1:1/tracker';
	const named = 'http://127.0.0.1:1/mine';
	const {space, engine, id, read} = await stage(t);
	await engine.send({
		type: 'torrent.add',
		metainfo: read('two.torrent', [own]),
		options: {trackers: [named]},
	});
	await engine.send({type: 'torrent.resume', id});
	await engine.session.stop();
	const again = await openTestSession(space, 'engine');
	const status = (view: TorrentUpdate, url: string) =>
		view.trackers?.find(row => row.url === url)?.status ?? '';
	const view = await once(
		again,
		id,
		seen => /local address/.test(status(seen, own)) && status(seen, named) !== '',
	);
	await once(again, id, seen => /connection refused/.test(status(seen, named)));
	assert.doesNotMatch(status(view, named), /local address/);
});

test('trackers outlive a session that asks none', async t => {
	const {space, engine, id} = await stage(t);
	await engine.send({type: 'tracker.add', id, url: second});
	await engine.session.stop();
	const silent = await openTestSession(space, 'engine', {trackers: false});
	assert.deepEqual((await once(silent, id, view => view.trackers !== undefined)).trackers, []);
	await silent.send({type: 'torrent.label', id, label: 'changed'});
	await silent.session.stop();
	const again = await openTestSession(space, 'engine');
	const {trackers} = await once(again, id, view => view.trackers !== undefined);
	assert.deepEqual(
		trackers?.map(({url}) => url),
		[first, second],
	);
	assert.equal((await again.view(id)).label, 'changed');
});
