import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import test, {describe} from 'node:test';
import {type Bencodable, bencode} from '../../helpers/bencode.ts';
import {assertSame} from '../../helpers/compare.ts';
import {FaultyDisk} from '../../helpers/faulty-disk.ts';
import {bitfield, fullBitfield, handshake, listen, message, unchoke} from '../../helpers/raw-peer.ts';
import {openTestSession, PushedClock, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const infoHashOf = (id: string) => Buffer.from(id, 'hex');

// Most of their time is waiting.
describe('the words beside the state', {concurrency: true}, () => {
	test('nobody known, nobody to ask', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(testTorrent(space, 'lonely', [['x.bin', 100_000]]));
		await engine.says(id, 'downloading', /^no peers and no tracker to ask: add a tracker or a peer$/);
		await engine.send({type: 'torrent.pause', id});
		await engine.says(id, 'paused', /^paused$/);
	});

	test('a download to which nothing comes is stalled, until it is paused; the machines of its trackers are named', async t => {
		const space = new Workspace(t);
		const clock = new PushedClock();
		const engine = await openTestSession(space, 'engine', {clock});
		const torrent = testTorrent(space, 'stalled', [['x.bin', 100_000]], 32_768, [
			'http://127.0.0.1:1/announce?passkey=secret',
			'http://127.0.0.1:2/announce',
		]);
		const id = await engine.add(torrent);
		const before = await engine.sees(id, 'it runs', ({state}) => state === 'downloading');
		assert.equal(before.stalledFor, undefined);
		assert.deepEqual(before.trackerHosts, ['127.0.0.1']);
		const stalled = await engine.sees(id, 'it is stalled', ({stalledFor = 0}) => {
			if (stalledFor < 840) clock.push(60_000);
			return stalledFor >= 840;
		});
		assert.equal(stalled.stalledFor! % 60, 0);
		assert.equal(stalled.state, 'downloading');
		await engine.send({type: 'torrent.pause', id});
		await engine.sees(
			id,
			'it is not',
			({state, stalledFor}) => state === 'paused' && stalledFor === undefined,
		);
		await engine.send({type: 'tracker.add', id, url: 'udp://[::1]:9/'});
		await engine.sees(id, 'another machine', ({trackerHosts}) => trackerHosts?.join() === '127.0.0.1,::1');
	});

	test('a tracker that does not answer is named with when it is asked again', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine');
		const torrent = testTorrent(space, 'tracked', [['x.bin', 100_000]], 32_768, [
			'http://127.0.0.1:1/announce',
		]);
		const id = await engine.add(torrent);
		await engine.says(id, 'downloading', /^tracker 127\.0\.0\.1 does not answer: .+ \(next try in \d+ s\)$/);
	});

	test('what trackers say is told as they say it: no, nobody, a seed they do not name, or only us', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine');
		let n = 0;
		const says = async (answer: Bencodable, words: RegExp, status = 200) => {
			const server = createServer((_, response) => {
				response.statusCode = status;
				response.end(bencode(answer));
			});
			space.defer(() => server.close());
			await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
			const {port} = server.address() as AddressInfo;
			const torrent = testTorrent(space, `told-${n++}`, [['x.bin', 100_000]], 32_768, [
				`http://127.0.0.1:${port}/announce`,
			]);
			await engine.says(await engine.add(torrent), 'downloading', words);
		};
		const us = Buffer.from([127, 0, 0, 1, engine.port >> 8, engine.port & 255]);
		const elsewhere = Buffer.from([127, 0, 0, 1, 0, 1]);
		const interval = 1800;
		const next = ' \\(next try in 30 min\\)$';
		await Promise.all([
			says({'failure reason': 'not registered'}, /^tracker 127.0.0.1 refuses: not registered \(next try in/),
			says({'failure reason': 'banned', 'retry in': 'never'}, /^tracker 127.0.0.1 refuses: banned$/),
			says('x', /^tracker 127.0.0.1 refuses: HTTP 403: not permitted \(next/, 403),
			says('x', /^the answer of tracker 127.0.0.1 is of no use: .+ \(next/),
			says('x', /^the answer of tracker 127.0.0.1 is of no use: HTTP 502: .+ \(next/, 502),
			says({interval, peers: ''}, new RegExp(`^the tracker knows no peers${next}`)),
			says(
				{interval, peers: '', complete: 1},
				new RegExp(`^the tracker counts 1 seed and names nobody${next}`),
			),
			says(
				{interval, peers: '', complete: 0, incomplete: 1},
				new RegExp(`^the tracker knows only us${next}`),
			),
			says(
				{interval, peers: us, complete: 0, incomplete: 2},
				new RegExp(`^the tracker knows only us${next}`),
			),
			says(
				{interval, peers: elsewhere, complete: 1},
				/^no peer can be reached, 1 known \(next try in \d+ s\)$/,
			),
		]);
	});

	test('a tracker that is silent is told within ten seconds, also to whoever seeds', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine');
		const server = createServer(() => {});
		space.defer(() => {
			server.closeAllConnections();
			server.close();
		});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		const {port} = server.address() as AddressInfo;
		const torrent = testTorrent(space, 'silence', [['x.bin', 100_000]], 32_768, [
			`http://127.0.0.1:${port}/announce`,
		]);
		const id = await engine.add(torrent);
		await engine.says(id, 'downloading', /^no answer from the tracker yet: asked over \d+ s ago$/);
		const seeder = await openTestSession(space, 'seeder');
		await seeder.add(torrent, {dir: torrent.content.dir});
		await seeder.says(id, 'seeding', /^complete: no answer from the tracker yet: asked over \d+ s ago$/);
	});

	test('a peer that cannot be reached, and when it is tried again', async t => {
		const space = new Workspace(t);
		const clock = new PushedClock();
		const engine = await openTestSession(space, 'engine', {clock});
		const id = await engine.add(testTorrent(space, 'unreached', [['x.bin', 100_000]]), {
			peers: ['127.0.0.1:1'],
		});
		await engine.says(id, 'downloading', /^no peer can be reached, 1 known \(next try in \d+ s\)$/);
		clock.push(601_000);
		await engine.says(id, 'downloading', /^no peer can be reached, 1 known \(next try in \d+ s\)$/);
	});

	test('nothing wanted', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(testTorrent(space, 'unwanted', [['x.bin', 100_000]]));
		await engine.send({type: 'files.priority', id, files: [0], priority: 0});
		await engine.says(id, 'seeding', /^nothing wanted: every file is skipped$/);
	});

	test('a folder that is a file is told with its path', async t => {
		const space = new Workspace(t);
		writeFileSync(space.path('taken'), '');
		const seeder = await openTestSession(space, 'seeder');
		const torrent = testTorrent(space, 'stuck', [['x.bin', 100_000]]);
		await seedTorrent(seeder, torrent);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {
			dir: space.path('taken', 'below'),
			peers: [`127.0.0.1:${seeder.port}`],
		});
		await engine.says(id, 'failed', /taken/);
	});

	test('a peer that chokes, one that has nothing of use, one that is asked and keeps silent', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'peers', [['x.bin', 400_000]]);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent);
		const meet = (...said: Buffer[]) =>
			listen(space, '127.0.0.1', peer => {
				void peer.greeted.then(() => peer.send(handshake(infoHashOf(id)), ...said));
			});
		const empty = await meet(message(bitfield, Buffer.alloc(Math.ceil(torrent.pieces / 8))));
		await engine.send({type: 'peer.add', id, address: empty.address});
		await engine.says(id, 'downloading', /^nobody connected has piece 0 and \d+ more$/);
		const choking = await meet(fullBitfield(torrent.pieces));
		await engine.send({type: 'peer.add', id, address: choking.address});
		await engine.says(id, 'downloading', /^the only peer with what is missing chokes us$/);
		const silent = await meet(fullBitfield(torrent.pieces), message(unchoke));
		await engine.send({type: 'peer.add', id, address: silent.address});
		await engine.says(id, 'downloading', /^waiting for 1 peer to send$/);
	});

	test('a limit, and afterwards complete with nobody there', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'limited', [['x.bin', 700_000]]);
		const seeder = await openTestSession(space, 'seeder');
		const id = await seedTorrent(seeder, torrent);
		await seeder.says(id, 'seeding', /^complete: nobody is connected$/);
		const leecher = await openTestSession(space, 'leecher', {maxDownload: 150_000});
		await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		await leecher.says(id, 'downloading', /^limited to 146 K\/s$/);
		await leecher.says(id, 'seeding', /^complete: nobody is connected$/);
		const {torrents} = await leecher.send({type: 'session.list'});
		assert.equal(torrents![0]!.hashFailures, 0);
	});

	test('a disk that does not keep up, for as long as it does not', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'slow', [['x.bin', 4_000_000]]);
		const seeder = await openTestSession(space, 'seeder');
		await seedTorrent(seeder, torrent);
		let disk: FaultyDisk | undefined;
		const leecher = await openTestSession(space, 'leecher', {
			poolSlots: 64,
			openDisk: pool => {
				disk = new FaultyDisk(pool, space.path('leecher'));
				return disk;
			},
		});
		disk!.gate.shut();
		const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		const {reason, downloadRate} = await leecher.says(
			id,
			'downloading',
			/^the disk is slow: [\d.]+ [KM] wait to be written$/,
		);
		assert.equal(reason?.level, 'warn');
		assert.ok(downloadRate < 1_000_000);
		disk!.gate.open();
		await leecher.sees(id, 'it is complete', ({state}) => state === 'seeding');
		await leecher.says(id, 'seeding', /^complete: /);
		assertSame(space.path('leecher-data', 'slow'), torrent.content.root);
	});

	test('while its files are hashed it says how far it is', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'hashed', [['x.bin', 60_000_000]], 65_536);
		const engine = await openTestSession(space, 'engine');
		const said = new Set<string>();
		engine.session.watch({interval: 50, torrents: true}, ({torrents}) => {
			for (const {state, reason} of torrents ?? []) said.add(`${state}: ${reason?.text}`);
		});
		await seedTorrent(engine, torrent);
		assert.ok(
			[...said].some(words => /^checking: checking the files: \d+ %$/.test(words)),
			[...said].join(', '),
		);
	});
});
