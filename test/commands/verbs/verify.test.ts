import assert from 'node:assert/strict';
import {
	appendFileSync,
	chmodSync,
	closeSync,
	cpSync,
	existsSync,
	openSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {wrapInfo} from '../../../source/protocol/metainfo/wrap-info.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {makeTorrent, writeFolder} from '../../helpers/torrents.ts';
import {startTortui} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {run} from '../printed.ts';

const pieceLength = 32_768;

/** Four files that share their first and last pieces with their neighbours. */
function onDisk(space: Workspace) {
	const content = writeFolder(space.folder('content'), 'set', [
		['a.bin', 100_000],
		['b.bin', 100_000],
		['c.bin', 100_000],
		['d.bin', 100_000],
	]);
	const path = makeTorrent(content, pieceLength).write(space.path('set.torrent'), []);
	const file = (name: string) => join(content.root, name);
	const states = async () => {
		const {status, out} = await run(['verify', path, content.dir, '--json']);
		const {files} = JSON.parse(out) as {files: Array<{path: string[]; state: string}>};
		return [status, Object.fromEntries(files.map(each => [each.path.at(-1)![0], each.state]))];
	};
	const tell = () => run(['verify', path, content.dir]);
	const spoil = (name: string, at: number) => {
		const descriptor = openSync(file(name), 'r+');
		writeSync(descriptor, Buffer.from([1, 2, 3, 4, 5, 6, 7]), 0, 7, at);
		closeSync(descriptor);
	};
	return {file, states, tell, spoil};
}

test('of a file that shares a piece with a missing one nothing can be known; what is missing comes first', async t => {
	const disk = onDisk(new Workspace(t));
	rmSync(disk.file('c.bin'));
	assert.deepEqual(await disk.states(), [4, {a: 'ok', b: 'unknown', c: 'missing', d: 'unknown'}]);
	const {status, out} = await disk.tell();
	assert.equal(status, 4);
	assert.deepEqual(out.split('\n').slice(1), [
		'  missing          set/c.bin',
		'  cannot be known  set/b.bin',
		'  cannot be known  set/d.bin',
		'  (cannot be known: a piece is wrong that it shares with another file)',
		'',
	]);
});

test('a file with a wrong piece of its own is wrong, whoever is missing beside it', async t => {
	const disk = onDisk(new Workspace(t));
	rmSync(disk.file('c.bin'));
	disk.spoil('b.bin', 50_000);
	assert.deepEqual(await disk.states(), [4, {a: 'ok', b: 'wrong', c: 'missing', d: 'unknown'}]);
	const {out} = await disk.tell();
	assert.match(
		out,
		/missing +set\/c\.bin\n +wrong +set\/b\.bin {2}\(bytes 31072-63839, 96608-99999\)\n +cannot be known +set\/d\.bin/,
	);
});

test('a file that is too long is wrong though all its pieces fit, and so is one that is too short', async t => {
	const disk = onDisk(new Workspace(t));
	appendFileSync(disk.file('b.bin'), 'x');
	assert.deepEqual(await disk.states(), [4, {a: 'ok', b: 'wrong', c: 'ok', d: 'ok'}]);
	truncateSync(disk.file('d.bin'), 50_000);
	assert.deepEqual(await disk.states(), [4, {a: 'ok', b: 'wrong', c: 'ok', d: 'wrong'}]);
	truncateSync(disk.file('d.bin'), 0);
	assert.deepEqual(await disk.states(), [4, {a: 'ok', b: 'wrong', c: 'unknown', d: 'wrong'}]);
});

test('which of two files a wrong piece that they share is due to cannot be known', async t => {
	const disk = onDisk(new Workspace(t));
	disk.spoil('a.bin', 99_990);
	assert.deepEqual(await disk.states(), [4, {a: 'unknown', b: 'unknown', c: 'ok', d: 'ok'}]);
	writeFileSync(disk.file('b.bin'), Buffer.alloc(100_000));
	assert.deepEqual(await disk.states(), [4, {a: 'unknown', b: 'wrong', c: 'unknown', d: 'ok'}]);
});

for (const version of ['v1', 'v2', 'hybrid'] as const) {
	test(`what is wrong of a ${version} torrent is told byte for byte, as far as its pieces go`, async t => {
		const space = new Workspace(t);
		const content = writeFolder(space.folder('content'), 'set', [
			['a.bin', 100_000],
			['b.bin', 100_000],
		]);
		const torrent = space.path('set.torrent');
		const made = await run(['create', content.root, `--${version}`, '--piece-length', '16K', '-o', torrent]);
		assert.equal(made.status, 0, made.error);
		assert.equal((await run(['verify', torrent, content.dir])).status, 0);
		const bytes = readFileSync(join(content.root, 'b.bin'));
		for (const at of [20_000, 40_000, 99_999]) bytes[at]! ^= 1;
		writeFileSync(join(content.root, 'b.bin'), bytes);
		const {status, out} = await run(['verify', torrent, content.dir, '--json']);
		const {files, piecesRight, pieces} = JSON.parse(out) as {
			files: Array<{state: string; ranges?: unknown}>;
			piecesRight: number;
			pieces: number;
		};
		const [a, b] = files;
		assert.deepEqual([status, pieces - piecesRight, a?.state, b?.state], [4, 3, 'ok', 'wrong']);
		// In a v1 torrent the second file begins 1,696 bytes into a piece.
		const ends = version === 'v1' ? [14_688, 47_456, 96_608] : [16_384, 49_152, 98_304];
		assert.deepEqual(b?.ranges, [
			[ends[0], ends[1]],
			[ends[2], 100_000],
		]);
	});
}

test('where a v2 torrent lacks hashes nothing can be known, and the reason is told', async t => {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('content'), 'set', [
		['large.bin', 100_000],
		['small.bin', 5000],
	]);
	const torrent = space.path('set.torrent');
	assert.equal((await run(['create', content.root, '--v2', '-o', torrent])).status, 0);
	const {info} = parseMetainfo(readFileSync(torrent), hashFunctions);
	const bare = space.path('bare.torrent');
	writeFileSync(bare, wrapInfo(info, []));
	const {status, out} = await run(['verify', bare, content.dir]);
	assert.equal(status, 4);
	assert.match(
		out,
		/cannot be known {2}set\/large\.bin\n +\(cannot be known: the \.torrent lacks the hashes of it/,
	);
	assert.doesNotMatch(out, /small/);
	rmSync(join(content.root, 'small.bin'));
	assert.match((await run(['verify', bare, content.dir])).out, /missing +set\/small\.bin/);
});

/** Content that somebody seeds, and a copy of it with a wrong piece, a missing file and one that is too long. */
async function damaged(space: Workspace) {
	const torrent = testTorrent(space, 'set', [
		['a.bin', 300_000],
		['b.bin', 300_000],
		['c.bin', 300_000],
	]);
	const seeder = await openTestSession(space, 'seeder');
	await seedTorrent(seeder, torrent);
	const dir = space.folder('copy');
	cpSync(torrent.content.root, join(dir, 'set'), {recursive: true});
	const file = (name: string) => join(dir, 'set', name);
	const bytes = readFileSync(file('b.bin'));
	bytes[100_000]! ^= 1;
	writeFileSync(file('b.bin'), bytes);
	rmSync(file('c.bin'));
	writeFileSync(file('notes.txt'), 'mine');
	const words = [
		'verify',
		space.path('set.torrent'),
		dir,
		'--state-dir',
		space.path('home'),
		'--bind',
		'127.0.0.1',
		'--port',
		'0',
	];
	const peer = `127.0.0.1:${seeder.port}`;
	return {torrent, file, peer, verify: (...more: string[]) => run([...words, ...more]), words};
}

test('--fix fetches what is missing or wrong over what is there, and no more; then nothing is wrong', async t => {
	const {torrent, file, peer, verify} = await damaged(new Workspace(t));
	const {status, out} = await verify('--fix', '--peer', peer, '--json', '--stop-timeout', '30s');
	const [before, ...events] = out
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));
	const after = events.pop();
	assert.deepEqual([status, before.complete, after.complete], [0, false, true]);
	const {downloaded} = events.find(({event}) => event === 'complete');
	assert.ok(
		downloaded >= 300_000 && downloaded < 300_000 + 3 * pieceLength,
		`${downloaded} bytes were fetched`,
	);
	for (const name of ['a.bin', 'b.bin', 'c.bin'])
		assert.deepEqual(readFileSync(file(name)), readFileSync(join(torrent.content.root, name)), name);
	assert.equal(readFileSync(file('notes.txt'), 'utf8'), 'mine');
	assert.equal((await verify()).status, 0);
});

test('--fix without anybody to ask notes what is right, so that get fetches the rest alone', async t => {
	const space = new Workspace(t);
	const {verify, words, peer} = await damaged(space);
	const first = await verify('--fix');
	assert.equal(first.status, 4);
	const {status, out} = await run([
		'get',
		words[1]!,
		'-d',
		words[2]!,
		...words.slice(3),
		'--peer',
		peer,
		'--json',
		'--overwrite',
		'--stop-timeout',
		'30s',
	]);
	assert.equal(status, 0);
	const events = out
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));
	const {downloaded} = events.find(({event}) => event === 'complete');
	assert.ok(
		downloaded >= 300_000 && downloaded < 300_000 + 3 * pieceLength,
		`${downloaded} bytes were fetched`,
	);
	assert.equal((await verify('--fix')).status, 0);
});

test('a file that is too long stays wrong, and is not cut; peers without --fix are refused', async t => {
	const {file, verify, peer} = await damaged(new Workspace(t));
	appendFileSync(file('a.bin'), 'x');
	const {status, out} = await verify('--fix', '--peer', peer, '--stop-timeout', '30s');
	assert.equal(status, 4);
	assert.match(out, /wrong {2}set\/a\.bin {2}\(its size\)\n$/);
	assert.equal(statSync(file('a.bin')).size, 300_001);
	assert.equal((await verify('--peer', peer)).status, 2);
});

test('Ctrl-C ends what waits for peers, and what is right stays noted', async t => {
	const space = new Workspace(t);
	const {words} = await damaged(space);
	const program = startTortui(space, [...words, '--fix', '--peer', '127.0.0.1:1']);
	await until('it has looked', 20_000, () => program.stdout.includes('pieces are right'), 10);
	await until('it waits', 20_000, () => existsSync(space.path('home/get/resume')), 10);
	program.child.kill('SIGINT');
	assert.equal((await program.end(15_000)).code, 130);
});

test('a file that may not be read is told, and holds up no other', {
	skip: process.getuid?.() === 0 && 'whoever is root may read everything',
}, async t => {
	const disk = onDisk(new Workspace(t));
	chmodSync(disk.file('d.bin'), 0);
	assert.deepEqual(await disk.states(), [4, {a: 'ok', b: 'ok', c: 'unknown', d: 'unreadable'}]);
	assert.match((await disk.tell()).out, /cannot be read +set\/d\.bin\n/);
});
