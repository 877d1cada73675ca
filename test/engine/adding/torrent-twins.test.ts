import assert from 'node:assert/strict';
import {copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {decodeResumeData, encodeResumeData} from '../../../source/io/state/resume-data.ts';
import {wrapInfo} from '../../../source/protocol/metainfo/wrap-info.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {until} from '../../helpers/deadline.ts';
import {type HybridTorrent, hybridTorrent} from '../../helpers/hybrid-torrent.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {openTestSession, type TestSession} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const list = async ({session}: TestSession): Promise<readonly TorrentView[]> =>
	(await session.send({type: 'session.list'})).torrents ?? [];

async function seeder(space: Workspace, torrent: HybridTorrent): Promise<TestSession> {
	const engine = await openTestSession(space, 'seeder');
	torrent.writeTo(space.path('seeder-data'));
	const {id} = await engine.send({type: 'torrent.add', metainfo: torrent.base64});
	await engine.sees(id!, 'seeded', ({state}) => state === 'seeding');
	return engine;
}

for (const first of ['v1', 'v2'] as const) {
	test(`links by both hashes of a hybrid are one torrent as soon as the ${first} link has its metadata, and nothing is lost`, async t => {
		const space = new Workspace(t);
		const torrent = hybridTorrent();
		const {infoHash, infoHashV2} = torrent.metainfo;
		const source = await seeder(space, torrent);
		const engine = await openTestSession(space, 'home');
		const addLink = (link: string, tracker: string, label?: string) =>
			engine.send({type: 'torrent.addLink', link, options: {trackers: [tracker], label}});
		await addLink(torrent.v1Link, 'http://127.0.0.1:9/one/announce');
		await addLink(torrent.v2Link, 'http://127.0.0.1:9/two/announce', 'mine');
		assert.deepEqual(
			(await list(engine)).map(({id}) => id),
			[infoHash, infoHashV2],
		);
		const met = first === 'v1' ? infoHash! : infoHashV2!;
		await engine.send({type: 'peer.add', id: met, address: `127.0.0.1:${source.port}`});
		const view = await engine.sees(infoHash!, 'complete', ({state}) => state === 'seeding');
		const all = await list(engine);
		assert.deepEqual(
			all.map(({id}) => id),
			[infoHash],
		);
		assert.deepEqual([view.label, view.infoHashV2, view.queue], ['mine', infoHashV2, 1]);
		assert.match(view.magnet, /one%2Fannounce.*two%2Fannounce|two%2Fannounce.*one%2Fannounce/);
		// It is found by either hash.
		await engine.send({type: 'torrent.label', id: infoHashV2!, label: 'by v2'});
		assert.equal((await engine.view(infoHash!)).label, 'by v2');
		assert.deepEqual(await engine.send({type: 'torrent.addLink', link: torrent.v2Link}), {
			id: infoHash,
			already: true,
			merged: {trackers: 0, peers: 0, files: 0},
		});
		await engine.session.stop();
		const left = readdirSync(space.path('home/resume'));
		assert.deepEqual(
			[left.includes(`${infoHash}.torrent`), left.some(name => name.startsWith(infoHashV2!))],
			[true, false],
		);
		const again = await openTestSession(space, 'home');
		await again.sees(infoHash!, 'here still', ({state}) => state === 'seeding');
		assert.equal((await list(again)).length, 1);
	});
}

test('a .torrent of a hybrid makes one of the links by both of its hashes', async t => {
	const space = new Workspace(t);
	const torrent = hybridTorrent();
	const engine = await openTestSession(space, 'home');
	for (const link of [torrent.v2Link, torrent.v1Link]) await engine.send({type: 'torrent.addLink', link});
	torrent.writeTo(space.path('home-data'));
	await engine.send({type: 'torrent.add', metainfo: torrent.base64});
	await engine.sees(torrent.metainfo.infoHash!, 'found', ({state}) => state === 'seeding');
	assert.equal((await list(engine)).length, 1);
});

test('a hybrid that was added by its v2 hash is found by its v1 hash, told of both, and kept by the name it had', async t => {
	const space = new Workspace(t);
	const torrent = hybridTorrent();
	const {infoHash, infoHashV2} = torrent.metainfo;
	const source = await seeder(space, torrent);
	const engine = await openTestSession(space, 'home');
	const peers = [`127.0.0.1:${source.port}`];
	await engine.send({type: 'torrent.addLink', link: torrent.v2Link, options: {peers}});
	const view = await engine.sees(infoHashV2!, 'complete', ({state}) => state === 'seeding');
	assert.deepEqual([view.infoHash, view.infoHashV2], [infoHash, infoHashV2]);
	assert.match(view.magnet, new RegExp(`btih:${infoHash}.*btmh:1220${infoHashV2}`));
	for (const command of [
		{type: 'torrent.addLink', link: torrent.v1Link},
		{type: 'torrent.add', metainfo: torrent.base64},
	] as const) {
		const reply = await engine.send(command);
		assert.deepEqual([reply.id, reply.already], [infoHashV2, true]);
	}
	await engine.session.stop();
	const again = await openTestSession(space, 'home');
	await again.sees(infoHashV2!, 'here still', ({state}) => state === 'seeding');
	assert.equal((await list(again)).length, 1);
	await again.send({type: 'torrent.remove', id: infoHash!, withData: true});
	assert.deepEqual(await list(again), []);
	assert.ok(!existsSync(space.path('home-data/lone.bin')));
});

/** Two accounts of one hybrid in the state folder `home`: by its v1 hash and its v2 hash, each with these pieces. */
async function twice(
	space: Workspace,
	folders: readonly [string, string],
	pieces: readonly [number[], number[]],
) {
	const torrent = hybridTorrent();
	const {infoHash, infoHashV2} = torrent.metainfo;
	const source = await seeder(space, torrent);
	const ids = [infoHash!, infoHashV2!] as const;
	for (const [n, home] of (['home', 'other'] as const).entries()) {
		const engine = await openTestSession(space, home);
		const link = n === 0 ? torrent.v1Link : torrent.v2Link;
		const options = {peers: [`127.0.0.1:${source.port}`], dir: space.folder(folders[n]!), label: home};
		await engine.send({type: 'torrent.addLink', link, options});
		await engine.sees(ids[n]!, 'complete', ({state}) => state === 'seeding');
		await engine.session.stop();
		const file = space.path(`${home}/resume/${ids[n]}.resume`);
		const resume = decodeResumeData(readFileSync(file));
		const have = new Bitfield(12);
		for (const piece of pieces[n]!) have.set(piece);
		writeFileSync(file, encodeResumeData({...resume, have, active: true}));
	}
	for (const kind of ['resume', 'torrent'])
		copyFileSync(
			space.path(`other/resume/${infoHashV2}.${kind}`),
			space.path(`home/resume/${infoHashV2}.${kind}`),
		);
	await source.session.stop();
	return {engine: await openTestSession(space, 'home'), ids};
}

const even = [0, 2, 4, 6, 8, 10];
const odd = [1, 3, 5, 7, 9, 11];

test('a hybrid that two accounts of an earlier session tell of is one torrent, with the pieces of both', async t => {
	const space = new Workspace(t);
	const {engine, ids} = await twice(space, ['data', 'data'], [even, odd]);
	const [one] = await list(engine);
	const view = await engine.sees(
		one!.id,
		'all is found',
		({piecesHave, state}) => piecesHave === 12 && state === 'seeding',
	);
	assert.equal(view.id, ids[0]);
	assert.equal((await list(engine)).length, 1);
	await engine.session.stop();
	const again = await openTestSession(space, 'home');
	await again.sees(ids[0], 'here still', ({state}) => state === 'seeding');
	assert.equal((await list(again)).length, 1);
});

test('of two accounts with data in two folders that with more stays, and the data of the other, too', async t => {
	const space = new Workspace(t);
	const {engine, ids} = await twice(space, ['data', 'elsewhere'], [[0], [...even, ...odd]]);
	const view = await engine.sees(ids[1], 'seeded', ({state}) => state === 'seeding');
	assert.equal((await list(engine)).length, 1);
	assert.equal(view.dir, space.path('elsewhere'));
	assert.ok(existsSync(space.path('data/lone.bin')) && existsSync(space.path('elsewhere/lone.bin')));
	await until('the log to say so', 5000, () =>
		engine.log.some(line => line.includes(`what is of it in ${space.path('data')} stays there`)),
	);
	await engine.send({type: 'torrent.remove', id: ids[0], withData: false});
	assert.deepEqual(await list(engine), []);
});

test('a hybrid and a v1 torrent of the same content are two torrents, for their v1 hashes differ', async t => {
	const space = new Workspace(t);
	const torrent = hybridTorrent();
	const plain = new LoneTorrent().metainfo;
	const source = await seeder(space, torrent);
	const engine = await openTestSession(space, 'home');
	const bytes = Buffer.from(wrapInfo(plain.info, [])).toString('base64');
	const first = await engine.send({
		type: 'torrent.add',
		metainfo: bytes,
		options: {dir: space.folder('plain')},
	});
	const options = {peers: [`127.0.0.1:${source.port}`]};
	const second = await engine.send({type: 'torrent.addLink', link: torrent.v2Link, options});
	await engine.sees(second.id!, 'complete', ({state}) => state === 'seeding');
	assert.deepEqual((await list(engine)).map(({id}) => id).sort(), [first.id, second.id].sort());
});
