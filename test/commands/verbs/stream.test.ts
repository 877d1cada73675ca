import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import type {TestContext} from 'node:test';
import test from 'node:test';
import {ask} from '../../bridge/http/doors.ts';
import {until} from '../../helpers/deadline.ts';
import {openDrivenEngine} from '../../helpers/driven-engine.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const size = 600_000;

/** A seeder of a film, music and an image, and an engine that has none of it. */
async function stage(t: TestContext, maxUpload?: number) {
	const space = new Workspace(t);
	const torrent = testTorrent(
		space,
		'set',
		[
			['huge.iso', 2 * size],
			['film.mkv', size],
			['music/1.flac', 90_000],
			['music/2.flac', 80_000],
		],
		65_536,
		[],
		true,
	);
	const seeder = await openTestSession(space, 'seeder', {maxUpload});
	const id = await seedTorrent(seeder, torrent);
	const engine = await openDrivenEngine(space);
	const peer = `127.0.0.1:${seeder.port}`;
	const type = async (...argv: string[]) => {
		const {status, out, error} = await engine.type('stream', ...argv);
		return {status, out: out.trim(), error};
	};
	const bytes = (...path: string[]) => readFileSync(space.path('content', 'set', ...path));
	return {space, id, engine, peer, type, bytes, torrent: space.path('set.torrent')};
}

function get(url: string, headers: Record<string, string> = {}) {
	const {port, pathname} = new URL(url);
	return ask(Number(port), pathname, {headers});
}

test('a torrent that is not there yet is added, and its film is read while it downloads', async t => {
	const {id, engine, peer, type, bytes, torrent, space} = await stage(t, 1_000_000);
	const {status, out, error} = await type(torrent, '-d', space.folder('here'), '--peer', peer, '--print');
	assert.deepEqual([status, error], [0, '']);
	assert.match(out, /^http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}\/film\.mkv$/);
	const end = await get(out, {range: 'bytes=-1000'});
	assert.deepEqual(end.body, bytes('film.mkv').subarray(-1000));
	const view = await engine.view(id);
	assert.ok(view.completed < view.wanted, 'it is downloading still');
	const [whole, part] = await Promise.all([get(out), get(out, {range: 'bytes=200000-400000'})]);
	assert.ok(whole.body.equals(bytes('film.mkv')));
	assert.ok(part.body.equals(bytes('film.mkv').subarray(200_000, 400_001)));
	// It stays, and goes on.
	await engine.sees(id, 'the rest', ({state}) => state === 'seeding');
	// By its name, a part of it, or its hash; whole it is read at once.
	for (const word of ['set', id.slice(0, 8), torrent]) {
		const again = await type(word, '--print');
		assert.equal(again.status, 0);
		assert.ok((await get(again.out)).body.equals(bytes('film.mkv')));
	}
});

test('files are chosen by number, name and glob; several are a playlist; a script is told all of it', async t => {
	const {id, peer, type, bytes, torrent, space} = await stage(t);
	const first = await type(torrent, '3', '-d', space.folder('here'), '--peer', peer, '--print');
	assert.match(first.out, /1\.flac$/);
	assert.ok((await get(first.out)).body.equals(bytes('music', '1.flac')));
	const list = await type('set', '*.flac', '--print');
	assert.match(list.out, /playlist\.m3u8$/);
	const urls = (await get(list.out)).body.toString().match(/^http.*$/gm)!;
	assert.deepEqual(
		await Promise.all(urls.map(async url => (await get(url)).body.equals(bytes('music', url.slice(-6))))),
		[true, true],
	);
	const {out} = await type('set', '2.flac', 'huge.iso', '--json');
	const told = JSON.parse(out);
	assert.deepEqual([told.infoHash, told.files.length, told.notes], [id, 2, []]);
	assert.deepEqual(
		told.files.map(({index, length}: {index: number; length: number}) => [index, length]),
		[
			[0, 2 * size],
			[3, 80_000],
		],
	);
	assert.ok((await get(told.files[1].url)).body.equals(bytes('music', '2.flac')));
});

/** A player that reads all it is given, notes how much that was, and ends with this status. */
function readingPlayer(space: Workspace, status = 0): readonly string[] {
	const script = space.path('player.mjs');
	writeFileSync(
		script,
		`import {writeFileSync} from 'node:fs';
		const urls = process.argv.slice(3);
		const lengths = [];
		for (const url of urls) lengths.push((await (await fetch(url)).arrayBuffer()).byteLength);
		writeFileSync(${JSON.stringify(space.path('played.json'))}, JSON.stringify({urls, lengths}));
		process.exit(Number(process.argv[2]));`,
	);
	return ['--player', `"${process.execPath}" "${script}" ${status}`];
}

const played = (space: Workspace) => JSON.parse(readFileSync(space.path('played.json'), 'utf8'));

test('a file that is skipped is wanted while it is played, which is said, and skipped again then', async t => {
	const {id, engine, peer, type, bytes, torrent, space} = await stage(t);
	const select = ['--select', '4', '-d', space.folder('here'), '--peer', peer];
	const {error} = await type(torrent, 'film.mkv', ...select, ...readingPlayer(space));
	assert.match(error, /what is skipped is downloaded as far as it is played/);
	assert.deepEqual(played(space).lengths, [size]);
	const view = await engine.sees(id, 'skipped again', ({filesWanted}) => filesWanted === 1);
	assert.ok(view.piecesHave >= Math.floor(size / 65_536));
	// What is there is played again without a word.
	const again = await type('set', 'film.mkv', '--print');
	assert.equal(again.error, '');
	assert.ok((await get(again.out)).body.equals(bytes('film.mkv')));
	assert.equal((await engine.view(id)).filesWanted, 1);
});

test('a paused torrent runs again', async t => {
	const {id, engine, peer, type, bytes, torrent, space} = await stage(t);
	await engine.type('add', torrent, '--paused', '--peer', peer, '-d', space.folder('here'));
	const {out, error} = await type('set', '--print');
	assert.match(error, /it was paused, and runs again/);
	assert.ok((await get(out)).body.equals(bytes('film.mkv')));
	await engine.sees(id, 'seeding', ({state}) => state === 'seeding');
});

test('a player is given the URLs and ends the stream; what it comes to is the status', async t => {
	const {engine, peer, type, torrent, space} = await stage(t);
	const add = ['-d', space.folder('here'), '--peer', peer];
	assert.deepEqual(await type(torrent, '*.flac', ...add, ...readingPlayer(space)), {
		status: 0,
		out: '',
		error: '',
	});
	const {urls, lengths} = played(space);
	assert.deepEqual(lengths, [90_000, 80_000]);
	assert.equal((await get(urls[0])).status, 404, 'the stream is closed');
	const failed = await type('set', ...readingPlayer(space, 3));
	assert.deepEqual([failed.status, /ended with status 3/.test(failed.error)], [1, true]);
	const missing = await type('set', '--player', 'no-such-player --x');
	assert.deepEqual(
		[missing.status, /no-such-player is not here: name another/.test(missing.error)],
		[1, true],
	);
	await until(
		'both are closed',
		5000,
		() => engine.heard.filter(({type}) => type === 'stream.close').length === 3,
	);
});

test('a link is played when a peer has said what it holds', async t => {
	const {id, peer, type, bytes, space} = await stage(t);
	const {out, error} = await type(
		`magnet:?xt=urn:btih:${id}`,
		'-d',
		space.folder('here'),
		'--peer',
		peer,
		'--print',
	);
	assert.match(error, /^(asking peers what it holds\n)?$/);
	assert.ok((await get(out)).body.equals(bytes('film.mkv')));
});

test('what is not there is said in one line', async t => {
	const {type, torrent, peer, space} = await stage(t);
	const missing = await type('nothing', '--print');
	assert.deepEqual([missing.status, missing.error.split('\n').length], [1, 1]);
	assert.match(missing.error, /no torrent "nothing"/);
	await type(torrent, '-d', space.folder('here'), '--peer', peer, '--print');
	assert.match((await type('set', '*.avi', '--print')).error, /matches none of the 4 files/);
	assert.equal((await type('set', '--player', '"', '--print')).status, 2);
	assert.equal((await type(space.path('nothing.torrent'), '--print')).status, 1);
});
