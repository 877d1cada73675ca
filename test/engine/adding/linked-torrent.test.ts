import assert from 'node:assert/strict';
import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import test from 'node:test';
import type {AddOptions} from '../../../source/api/command.ts';
import {AdoptedTorrents} from '../../../source/engine/adding/adopted-torrents.ts';
import {TorrentAdder} from '../../../source/engine/adding/torrent-adder.ts';
import {TorrentTwins} from '../../../source/engine/adding/torrent-twins.ts';
import {QueueManager} from '../../../source/engine/session/queue-manager.ts';
import {TorrentIndex} from '../../../source/engine/session/torrent-index.js';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {StateStore} from '../../../source/io/state/torrent-store.ts';
import {parseMagnet} from '../../../source/protocol/metainfo/magnet.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const files = [
	['a.bin', 100_000],
	['b.bin', 100_000],
] as const;

/** Adds a link to what a session that does not run keeps in `home`. */
async function addLink(space: Workspace, home: string, link: string, options: AddOptions): Promise<void> {
	const lone = new LoneTorrent();
	const torrents = new TorrentIndex();
	const store = new StateStore(space.folder(home), () => {});
	const session = {
		services: {...lone.services, resolver: {first: async (host: string) => host} as never},
		torrents,
		twins: new TorrentTwins({torrents, queue: undefined as never, remove: async () => {}}),
		limited() {},
		queue: new QueueManager(torrents, undefined, lone.clock),
		store,
		changed() {},
		keep: async (torrent: Torrent) => void (await store.save(await torrent.rememberNow())),
	};
	const adder = new TorrentAdder({
		...session,
		adopted: new AdoptedTorrents(session),
		lasting: true,
		settings: {dir: space.folder(`${home}-data`), maxPeers: 50, name: undefined},
		trackers: true,
	});
	const {id} = await adder.addMagnet(parseMagnet(link), options);
	const torrent = torrents.get(id!)!;
	assert.equal(torrent.content, undefined);
	await torrent.keep();
	await torrent.close();
	await store.settled();
}

async function seeding(
	space: Workspace,
): Promise<{seeder: TestSession; id: string; link: string; metainfo: string}> {
	const torrent = testTorrent(space, 'linked', files);
	const seeder = await openTestSession(space, 'seeder');
	const id = await seedTorrent(seeder, torrent);
	const link = `magnet:?xt=urn:btih:${id}&dn=the+link&x.pe=127.0.0.1:${seeder.port}&so=1`;
	return {seeder, id, link, metainfo: torrent.metainfo};
}

test('a link is taken up again after a restart, with its name, peers and what was asked for', async t => {
	const space = new Workspace(t);
	const {id, link} = await seeding(space);
	await addLink(space, 'home', link, {label: 'films', maxUpload: 7000, seedRatio: 3, sequential: true});
	const first = await openTestSession(space, 'home');
	const view = await first.sees(
		id,
		'asking',
		({state, connected}) => state === 'metadata' && connected === 1,
	);
	assert.deepEqual(
		[view.name, view.label, view.maxUpload, view.sequential, view.length],
		['the link', 'films', 7000, true, 0],
	);
	await first.says(id, 'metadata', /^1 peer does not have the file list either$/);
	await first.send({type: 'torrent.pause', id});
	await first.send({type: 'torrent.label', id, label: 'songs'});
	await first.sees(id, 'paused', ({state}) => state === 'paused');
	await first.session.stop();
	const second = await openTestSession(space, 'home');
	const again = await second.view(id);
	assert.deepEqual([again.state, again.label, again.name, again.known], ['paused', 'songs', 'the link', 1]);
	await second.session.stop();
	const third = await openTestSession(space, 'home');
	await third.send({type: 'torrent.resume', id});
	await third.sees(id, 'asking', ({state, connected}) => state === 'metadata' && connected === 1);
	await third.send({type: 'torrent.remove', id, withData: true});
	await third.session.stop();
	const fourth = await openTestSession(space, 'home');
	assert.deepEqual((await fourth.send({type: 'session.list'})).torrents, []);
});

test('given its .torrent it goes on in place, with the files the link asks for, and is kept with it', async t => {
	const space = new Workspace(t);
	const {seeder, id, link, metainfo} = await seeding(space);
	// The torrent is private: who was known before that was known is let go, unless somebody names them.
	const peer = `127.0.0.1:${seeder.port}`;
	await addLink(space, 'home', link, {});
	const leecher = await openTestSession(space, 'home');
	await leecher.sees(id, 'asking', ({state, connected}) => state === 'metadata' && connected === 1);
	const reply = await leecher.send({type: 'torrent.add', metainfo, options: {peers: [peer]}});
	assert.equal(reply.already, true);
	const done = await leecher.sees(id, 'here', ({state}) => state === 'seeding');
	assert.deepEqual([done.name, done.filesWanted, done.completed], ['linked', 1, 100_000]);
	await leecher.session.stop();
	assert.ok(existsSync(space.path(`home/resume/${id}.torrent`)));
	const next = await openTestSession(space, 'home');
	const again = await next.sees(id, 'here still', ({state}) => state === 'seeding');
	assert.deepEqual([again.filesWanted, again.piecesHave], [1, done.piecesHave]);
});

test('what cannot be done while nobody knows what it holds is refused, and the rest is done', async t => {
	const space = new Workspace(t);
	const {id, link} = await seeding(space);
	await addLink(space, 'home', link, {paused: true});
	const engine = await openTestSession(space, 'home');
	for (const command of [
		{type: 'torrent.verify', id},
		{type: 'torrent.export', id},
		{type: 'torrent.rename', id, fileIndex: 0, name: 'x'},
		{type: 'files.priority', id, files: [0], priority: 0},
		{type: 'piece.priority', id, pieces: [0], priority: 0},
		{type: 'piece.deadline', id, pieces: [0], within: 1000},
	] as const)
		await assert.rejects(engine.send(command), {code: 'no-metadata'}, command.type);
	assert.deepEqual(await engine.send({type: 'piece.inspect', id, cell: 0, cells: 10}), {});
	const dir = space.folder('elsewhere');
	await engine.send({type: 'torrent.move', id, dir});
	await engine.send({type: 'torrent.queue', id, position: 1});
	await engine.send({type: 'torrent.limits', id, maxDownload: 5000, seedRatio: 1});
	const view = await engine.view(id);
	assert.deepEqual([view.dir, view.maxDownload, view.state], [dir, 5000, 'paused']);
});

test('the .torrent of a torrent can be had: as it was added, or with what peers gave and the trackers it has', async t => {
	const space = new Workspace(t);
	const tracker = 'http://t.example/announce';
	const torrent = testTorrent(space, 'public', files, 32_768, [tracker], true);
	const seeder = await openTestSession(space, 'seeder', {trackers: false});
	const id = await seedTorrent(seeder, torrent);
	const exported = async ({send}: TestSession) => (await send({type: 'torrent.export', id})).metainfo!;
	assert.equal(await exported(seeder), torrent.metainfo);
	const peer = `127.0.0.1:${seeder.port}`;
	const leecher = await openTestSession(space, 'leecher', {trackers: false});
	const link = `magnet:?xt=urn:btih:${id}&tr=${encodeURIComponent('http://other.example/announce')}&x.pe=${peer}`;
	const before = readdirSync(space.path('leecher-data'));
	await leecher.send({type: 'torrent.addLink', link});
	await leecher.sees(id, 'complete', ({state}) => state === 'seeding');
	assert.deepEqual(before, []);
	const bytes = Buffer.from(await exported(leecher), 'base64');
	const {info, trackers} = parseMetainfo(bytes, hashFunctions);
	assert.deepEqual(info, parseMetainfo(Buffer.from(torrent.metainfo, 'base64'), hashFunctions).info);
	assert.deepEqual(trackers, [['http://other.example/announce']]);
	// What lies on the disk may be damaged.
	writeFileSync(space.path(`leecher/resume/${id}.torrent`), 'rubbish');
	assert.deepEqual(Buffer.from(await exported(leecher), 'base64'), bytes);
});

test('the same link again, and a link of a torrent that is here, bring their trackers and peers, and nothing else', async t => {
	const space = new Workspace(t);
	const {seeder, id, link} = await seeding(space);
	const engine = await openTestSession(space, 'home', {trackers: false});
	const add = (text: string, options: AddOptions = {}) =>
		engine.send({type: 'torrent.addLink', link: text, options});
	assert.deepEqual(await add(`magnet:?xt=urn:btih:${id}`, {paused: true}), {id});
	const again = await add(`magnet:?xt=urn:btih:${id.toUpperCase()}&x.pe=198.51.100.9:7000`, {paused: true});
	assert.deepEqual([again.id, again.already, again.merged?.peers], [id, true, 1]);
	assert.equal((await engine.send({type: 'session.list'})).torrents?.length, 1);
	const there = await seeder.send({type: 'torrent.addLink', link: `${link}&tr=http://t.example/announce`});
	assert.deepEqual([there.already, there.merged?.files], [true, 0]);
	const view = await seeder.view(id);
	assert.deepEqual([view.state, view.name], ['seeding', 'linked']);
});
