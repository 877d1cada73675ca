import assert from 'node:assert/strict';
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {test} from 'node:test';
import {hashFunctions} from '../../../source/io/machine/hash-functions.js';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.js';
import {bytesFrom, writeFile, writeFolder} from '../../helpers/torrents.ts';
import {seed, startTortui, type TortuiEvent, type Transfer} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {run} from '../printed.ts';

/** What `--json` tells first of a torrent that was made. */
interface Created extends Omit<TortuiEvent, 'event'> {
	readonly event: 'created';
	readonly torrent: string;
	readonly magnet: string;
}

function created(seeding: Transfer): Created {
	const found = (seeding.events as ReadonlyArray<TortuiEvent | Created>).find(
		(event): event is Created => event.event === 'created',
	);
	assert.ok(found);
	return found;
}

const read = (path: string) => parseMetainfo(new Uint8Array(readFileSync(path)), hashFunctions);

async function end(seeding: Transfer): Promise<void> {
	await seeding.program.stop('SIGINT', 10_000);
}

test('what is seeded is written beside the state, to be given to others, and no second time', async t => {
	const space = new Workspace(t);
	const {root} = writeFile(space.dir, 'film.mkv', 100_000);
	const first = await seed(space, [root, '-t', 'http://127.0.0.1:1/announce', '--no-trackers']);
	const {torrent, infoHash, magnet} = created(first);
	assert.equal(torrent, space.path('state', 'torrents', 'film.mkv.torrent'));
	const made = read(torrent);
	assert.deepEqual([made.infoHash, made.version], [infoHash, '1']);
	assert.deepEqual(made.trackers, [['http://127.0.0.1:1/announce']]);
	assert.match(magnet, /^magnet:/);
	await end(first);
	const second = await seed(space, [root]);
	assert.equal(created(second).torrent, torrent);
	await end(second);
	assert.deepEqual(readdirSync(space.path('state', 'torrents')), ['film.mkv.torrent']);
	// Another torrent of that name does not take its place.
	mkdirSync(space.path('other'));
	const other = await seed(space, [writeFile(space.path('other'), 'film.mkv', 50_000).root]);
	const {torrent: theirs, infoHash: id} = created(other);
	assert.equal(basename(theirs), `film.mkv.${id.slice(0, 8)}.torrent`);
	assert.deepEqual([read(theirs).infoHash, read(torrent).infoHash], [id, infoHash]);
	await end(other);
});

test('what it tells of a torrent that it made moves no cursor and hides nothing', async t => {
	const space = new Workspace(t);
	const name = 'a\u202Egpj\u009B2J\u007F';
	const {root} = writeFile(space.dir, name, 100_000);
	const seeding = await seed(space, [root, '-o', space.path('\u202Ex.torrent'), '--no-trackers']);
	assert.equal(basename(created(seeding).torrent), '\u202Ex.torrent');
	await end(seeding);
	assert.doesNotMatch(seeding.program.stdout, /[\u007F-\u009F\u202E]/);
	const plain = startTortui(space, ['seed', root, '-o', space.path('\u202Ey.torrent'), '--no-trackers']);
	await plain.output(/torrent file: .*y\.torrent/, 20_000);
	assert.doesNotMatch(plain.stdout, /[\u007F-\u009F\u202E]/);
	await plain.stop('SIGINT', 10_000);
});

test('every option of create is one of seed', async t => {
	const space = new Workspace(t);
	const root = space.folder('set');
	writeFileSync(join(root, 'a'), bytesFrom('a', 70_000));
	writeFileSync(join(root, '.b'), bytesFrom('b', 70_000));
	writeFileSync(join(root, 'c.tmp'), 'c');
	const output = space.path('given.torrent');
	const options = ['-l', '32K', '--hybrid', '--private', '--source', 'S', '--comment', 'C', '--no-date'];
	options.push('-w', 'http://127.0.0.1:1/', '-t', 'http://127.0.0.1:1/announce,udp://127.0.0.1:1');
	options.push('--include-hidden', '--exclude', '*.tmp');
	const seeding = await seed(space, [root, '-o', output, '--no-trackers', ...options]);
	assert.equal(created(seeding).torrent, output);
	await end(seeding);
	const made = read(output);
	assert.deepEqual(
		[made.version, made.pieceLength, made.private, made.source, made.comment, made.creationDate],
		['hybrid', 32_768, true, 'S', 'C', undefined],
	);
	assert.deepEqual(made.trackers, [['http://127.0.0.1:1/announce', 'udp://127.0.0.1:1']]);
	assert.deepEqual(made.webSeeds, ['http://127.0.0.1:1/']);
	assert.deepEqual(
		made.files.filter(({pad}) => !pad).map(({path}) => path.join('/')),
		['set/.b', 'set/a'],
	);
});

test('on a terminal or in a file the links come first, then where the torrents are', async t => {
	const space = new Workspace(t);
	const {root} = writeFile(space.dir, 'one', 20_000);
	const args = [
		'seed',
		root,
		'--seed-time',
		'0',
		'--bind',
		'127.0.0.1',
		'--port',
		'0',
		'--no-dht',
		'--no-lsd',
	];
	const program = startTortui(space, args);
	const {code} = await program.end(30_000);
	assert.equal(code, 0);
	const [link = '', line] = program.stdout.split('\n');
	assert.match(link, /^magnet:\?/);
	assert.equal(line, `torrent file: ${space.path('state', 'torrents', 'one.torrent')}`);
	assert.equal(program.stderr, '');
});

test('a file in the way is refused before anything is hashed', async t => {
	const space = new Workspace(t);
	const {root} = writeFile(space.dir, 'one', 20_000);
	const env = {TORTUI_HOME: space.path('state')};
	writeFileSync(space.path('mine'), 'mine');
	const refused = await run(['seed', root, '-o', space.path('mine')], {env});
	assert.equal(refused.status, 1);
	assert.match(
		refused.error,
		/mine is there already: choose another name with -o, or replace it with --force/,
	);
	assert.equal(readFileSync(space.path('mine'), 'utf8'), 'mine');
	assert.match((await run(['seed', root, root, '-o', 'x'], {env})).error, /-o names one file/);
	assert.match((await run(['seed', root, '-o', '-'], {env})).error, /name a file with -o/);
});

test('a torrent is seeded from data that has the name it was made with, or the one earlier versions gave', async t => {
	const space = new Workspace(t);
	const written = 'Serie \u200c1\\2.mkv';
	writeFileSync(space.path(written), bytesFrom('one', 50_000));
	const torrent = space.path('x.torrent');
	assert.equal((await run(['create', space.path(written), '-o', torrent])).status, 0);
	for (const name of [written, 'Serie 12.mkv', 'Serie \u200c12.mkv']) {
		rmSync(space.path('data'), {recursive: true, force: true});
		writeFileSync(join(space.folder('data'), name), bytesFrom('one', 50_000));
		const seeding = await seed(space, [`${torrent}=${space.path('data', name)}`]);
		await end(seeding);
		assert.deepEqual(readdirSync(space.path('data')), [name]);
	}
});

test('what is no more as the torrent has it is told in a line that says what can be done', async t => {
	const space = new Workspace(t);
	const {root} = writeFolder(space.dir, 'Album', [
		['a', 100_000],
		['b', 50_000],
	]);
	const torrent = space.path('x.torrent');
	assert.equal((await run(['create', root, '-o', torrent])).status, 0);
	const refused = async (argument: string) => {
		const own = ['--bind', '127.0.0.1', '--port', '0', '--seed-time', '5m'];
		const program = startTortui(space, ['seed', argument, ...own]);
		assert.equal((await program.end(30_000)).code, 1);
		assert.equal(program.stderr.trim().split('\n').length, 1, program.stderr);
		return program.stderr;
	};
	const before = readFileSync(join(root, 'a'));
	for (const [changed, line] of [
		[
			Buffer.concat([before.subarray(0, 90_000), bytesFrom('x', 10_000)]),
			/\(--repair does that\): \S+\/a: 2 of 7/,
		],
		[
			bytesFrom('other', 100_000),
			/(?:this torrent's|another program): \S+\/a.*: --repair .* seed PATH shares/,
		],
	] as const) {
		writeFileSync(join(root, 'a'), changed);
		assert.match(await refused(`${torrent}=${root}`), line);
	}
	assert.deepEqual(readFileSync(join(root, 'a')), bytesFrom('other', 100_000));
	writeFileSync(join(root, 'a'), before);
	rmSync(join(root, 'b'));
	assert.match(
		await refused(`${torrent}=${root}`),
		/not written over \(--repair does that\): \S+\/b: missing/,
	);
	assert.deepEqual(readdirSync(root), ['a']);
	renameSync(root, space.path('Other'));
	assert.match(
		await refused(`${torrent}=${space.path('Other')}`),
		/is not named as the torrent's data: rename it to "Album"/,
	);
});

test('a folder that is named twice, in whatever way, is made a torrent of once', async t => {
	const space = new Workspace(t);
	const {root} = writeFolder(space.dir, 'Album', [['a', 100_000]]);
	const own = ['--bind', '127.0.0.1', '--port', '0', '--seed-time', '0'];
	const program = startTortui(space, ['seed', root, `${root}/`, `${root}/../Album`, ...own]);
	assert.equal((await program.end(30_000)).code, 0);
	assert.equal(program.stdout.match(/^magnet:/gm)?.length, 1, program.stdout);
});
