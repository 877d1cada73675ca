import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {aria2c, transmissionDaemon} from '../helpers/clients.ts';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {libtorrentNode, libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {metadataPeer} from '../helpers/metadata-peer.ts';
import {missing} from '../helpers/processes.ts';
import {kibibyte, makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {get, seed, startTortui} from '../helpers/tortui.ts';
import {opentracker} from '../helpers/trackers.ts';
import {Workspace} from '../helpers/workspace.ts';
import {writeManyFiles} from './contents.ts';

/** A public torrent of many files, and of much metadata where it is asked for. */
function stage(t: TestContext, pieceLength = 32 * kibibyte) {
	const space = new Workspace(t);
	const content = writeManyFiles(space.folder('whole'), 'many files', {empty: false});
	const torrent = makeTorrent(content, pieceLength, true);
	const file = torrent.write(space.path('many.torrent'));
	return {space, content, torrent, file, pair: `${file}=${content.root}`};
}

test('a magnet link is downloaded from libtorrent, named as a peer in the link', {
	skip: noLibtorrent(),
}, async t => {
	const {space, content, torrent, file} = stage(t);
	const seeder = await libtorrentPeer(space, file, content.dir);
	await seeder.complete();
	const ours = await get(space, [`${torrent.magnet}&x.pe=${seeder.address}`, '-d', space.folder('ours')]);
	const metadata = await ours.event('metadata');
	await ours.done();
	assert.deepEqual([metadata.name, metadata.length], [content.name, content.length]);
	assert.equal(ours.events.filter(({event}) => event === 'metadata').length, 1);
	assert.equal(ours.events[0]?.event, 'added');
	assertSame(space.path('ours', content.name), content.root);
});

test('libtorrent downloads from us by a magnet link', {skip: noLibtorrent()}, async t => {
	const {space, content, torrent, pair} = stage(t);
	const ours = await seed(space, [pair]);
	const leecher = await libtorrentPeer(space, torrent.magnet, space.folder('theirs'), ours.address);
	await leecher.complete();
	await becomesSame(space.path('theirs', content.name), content.root);
});

test('a magnet link without tracker or peer is found through the DHT alone, by us and by libtorrent', {
	skip: noLibtorrent(),
}, async t => {
	const {space, content, torrent, file} = stage(t);
	const first = await libtorrentNode(space);
	for (let more = 0; more < 3; more++) await libtorrentNode(space, {dht: first});
	const seeder = await libtorrentPeer(space, file, content.dir, undefined, {dht: first});
	await seeder.complete();
	const way = ['--dht-bootstrap', first, '--seed-time', '10m'];
	const ours = await get(space, [torrent.magnet, '-d', space.folder('ours'), ...way]);
	await ours.event('complete', 100_000);
	assertSame(space.path('ours', content.name), content.root);
	await seeder.program.stop();
	const leecher = await libtorrentPeer(space, torrent.magnet, space.folder('theirs'), undefined, {
		dht: first,
	});
	await leecher.complete(100_000);
	await becomesSame(space.path('theirs', content.name), content.root);
});

test('who met nodes of the DHT once needs no way into it the next time, for get as for info --resolve', {
	skip: noLibtorrent(),
}, async t => {
	const {space, content, torrent, file} = stage(t);
	const [first, second] = [await libtorrentNode(space), space.path('second')];
	for (let more = 0; more < 3; more++) await libtorrentNode(space, {dht: first});
	const seeder = await libtorrentPeer(space, file, content.dir, undefined, {dht: first});
	await seeder.complete();
	// Only this one is told the way.
	const one = await get(space, [torrent.magnet, '-d', space.folder('one'), '--dht-bootstrap', first]);
	await one.done(100_000);
	const two = await get(space, [torrent.magnet, '-d', second, '--dht-bootstrap', 'none']);
	await two.done(100_000);
	assertSame(join(second, content.name), content.root);
	const resolve = ['info', '--resolve', '--bind', '127.0.0.1', '--dht-bootstrap', 'none', '--dht'];
	const three = startTortui(space, [...resolve, torrent.magnet]);
	assert.deepEqual([(await three.end(60_000)).code, three.stderr], [0, '']);
	// One that keeps them elsewhere knows nobody.
	const argv = [...resolve, torrent.magnet, '--state-dir', space.path('other'), '--timeout', '2s'];
	const four = startTortui(space, argv);
	assert.equal((await four.end(60_000)).code, 1);
	assert.ok(!existsSync(space.path('other', 'get')));
});

test('a magnet link of which only a tracker is known goes from us to aria2c, and to us', {
	skip: missing('aria2c', 'opentracker'),
}, async t => {
	const {space, content, torrent, pair} = stage(t);
	const tracker = await opentracker(space, torrent);
	const link = `${torrent.magnet}&tr=${encodeURIComponent(tracker.http)}`;
	const seeder = await seed(space, [pair, '--tracker', tracker.http]);
	await tracker.knows(torrent, {seeders: 1});
	const theirs = await aria2c(space, {torrent: link, dir: space.folder('theirs')});
	await theirs.complete();
	await becomesSame(space.path('theirs', content.name), content.root);
	// From aria2c alone.
	await seeder.program.stop();
	const ours = await get(space, [link, '-d', space.folder('ours')]);
	await ours.done();
	assertSame(space.path('ours', content.name), content.root);
});

// Transmission dials no loopback address, and closes all connections once it has the metadata: it is dialled twice.
test('transmission-daemon downloads from us by a magnet link', {
	skip: missing('transmission-daemon'),
}, async t => {
	const {space, content, torrent, pair} = stage(t);
	const leecher = await transmissionDaemon(space, {torrent: torrent.magnet, dir: space.folder('theirs')});
	await seed(space, [pair, '--peer', leecher.address]);
	await leecher.complete();
	await becomesSame(space.path('theirs', content.name), content.root);
});

test('what liars and the slow say of a magnet link does not keep it from an honest peer', async t => {
	// Three blocks of metadata.
	const space = new Workspace(t);
	const content = writeFile(space.folder('whole'), 'one.bin', 32 * mebibyte);
	const torrent = makeTorrent(content, 16 * kibibyte, true);
	assert.ok(torrent.info.length > 32_768);
	const ours = await seed(space, [`${torrent.write(space.path('one.torrent'))}=${content.root}`]);
	const {infoHash, info} = torrent;
	const wrong = Buffer.alloc(info.length, 'x');
	const peers = [
		await metadataPeer(space, infoHash, wrong),
		await metadataPeer(space, infoHash, info, {size: 9_000_000}),
		await metadataPeer(space, infoHash, info, {size: 10}),
		await metadataPeer(space, infoHash, info, {answer: () => undefined}),
		await metadataPeer(space, infoHash, info, {answer: () => 'reject'}),
	];
	const named = [...peers, ours].flatMap(({address}) => ['--peer', address]);
	const dir = space.folder('ours');
	const leecher = await get(space, [torrent.magnet, '-d', dir, ...named]);
	await leecher.event('metadata', 90_000);
	await leecher.done();
	assertSame(join(dir, content.name), content.root);
});

test('of a swarm whose metadata is poisoned it is said so, and nothing is on the disk', async t => {
	const {space, torrent} = stage(t);
	const liar = await metadataPeer(space, torrent.infoHash, Buffer.alloc(torrent.info.length, 'x'));
	const dir = space.folder('ours');
	const argv = [torrent.magnet, '-d', dir, '--peer', liar.address, '--timeout', '4s'];
	const ours = await get(space, argv);
	const {code} = await ours.program.end(30_000);
	assert.equal(code, 1);
	assert.match(ours.program.stderr, /the file list some peers gave was wrong: nobody else has it yet/);
	assert.deepEqual(readdirSync(dir), []);
	assert.deepEqual([...new Set(liar.asked)], [0]);
});

test('info --resolve prints of a link what info prints of its .torrent, and leaves nothing behind', async t => {
	const {space, torrent, file, pair} = stage(t);
	const ours = await seed(space, [pair]);
	const tmp = space.folder('tmp');
	const info = async (...argv: string[]) => {
		const program = startTortui(space, ['info', '--json', ...argv], {env: {TMPDIR: tmp}});
		const {code} = await program.end(30_000);
		return {code, stdout: program.stdout, stderr: program.stderr};
	};
	const whole = await info(file);
	const resolved = await info('--resolve', torrent.magnet, '--no-dht', '--peer', ours.address);
	assert.deepEqual(resolved, {code: 0, stdout: whole.stdout, stderr: ''});
	assert.deepEqual(readdirSync(tmp), []);
	const nobody = await info('--resolve', torrent.magnet, '--no-dht', '--timeout', '1s');
	assert.deepEqual([nobody.code, nobody.stdout], [1, '']);
	assert.match(nobody.stderr, /^tortui: no peers and no tracker .* \(given up after 1 s\)\n$/);
	assert.deepEqual(readdirSync(tmp), []);
});

test('rules for files wait for a link to tell them; those that do not fit are one line, and status 1', async t => {
	const {space, content, torrent, pair} = stage(t);
	const ours = await seed(space, [pair]);
	const few = await get(space, [
		torrent.magnet,
		'-d',
		space.folder('few'),
		'--peer',
		ours.address,
		'--select',
		'2',
	]);
	const {length} = await few.event('complete');
	await few.done();
	assert.equal(length, content.length);
	const wanted = content.files[1]!.path;
	assert.deepEqual(
		readFileSync(space.path('few', content.name, ...wanted)),
		readFileSync(join(content.root, ...wanted)),
	);
	assert.ok(!existsSync(space.path('few', content.name, ...content.files.at(-1)!.path)));
	const none = await get(
		space,
		[torrent.magnet, '-d', space.folder('none'), '--peer', ours.address, '--select', '5000'],
		{env: {TORTUI_HOME: space.path('other')}},
	);
	const {code} = await none.program.end(30_000);
	assert.equal(code, 1);
	assert.match(none.program.stderr, /^tortui: [^\n]*selection "5000": [^\n]*\n$/);
	assert.deepEqual(readdirSync(space.path('none')), []);
});
