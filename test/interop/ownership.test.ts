import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type TestContext} from 'node:test';
import {until} from '../helpers/deadline.ts';
import {bytesFrom, type Content, makeTorrent, writeFile, writeFolder} from '../helpers/torrents.ts';
import {get, seed, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const pieceLength = 32_768;

async function seeded(t: TestContext) {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('content'), 'owned', [
		['a.bin', 100_000],
		['b.bin', 300_000],
	]);
	const torrent = makeTorrent(content, pieceLength).write(space.path('owned.torrent'));
	const seeder = await seed(space, [`${torrent}=${content.root}`]);
	return {space, content, torrent, peer: ['--peer', seeder.address]};
}

function right(content: Content, dir: string): boolean {
	return content.files.every(({path}) =>
		readFileSync(join(dir, content.name, ...path)).equals(readFileSync(join(content.root, ...path))),
	);
}

test('get does not touch a file of yours that is in the way: one line, status 1; --overwrite replaces it', async t => {
	const {space, content, torrent, peer} = await seeded(t);
	const dir = space.folder('downloads');
	const path = join(dir, 'owned/b.bin');
	mkdirSync(dirname(path));
	writeFileSync(path, 'precious');
	const refused = await get(space, [torrent, '-d', dir, ...peer]);
	assert.equal((await refused.program.end(30_000)).code, 1);
	assert.match(
		refused.program.stderr,
		/^tortui: owned: already there and not this torrent's: \S+\/b\.bin \(8 B, to be 293 K\): move it away, or --overwrite\n$/,
	);
	assert.equal(readFileSync(path, 'utf8'), 'precious');
	const allowed = await get(space, [torrent, '-d', dir, ...peer, '--overwrite']);
	await allowed.done();
	assert.ok(right(content, dir));
});

test('get leaves as it is what was changed, or is gone, since it was complete, however often; --overwrite fetches it', async t => {
	const {space, content, torrent, peer} = await seeded(t);
	const dir = space.folder('downloads');
	await (await get(space, [torrent, '-d', dir, ...peer])).done();
	const path = join(dir, 'owned/b.bin');
	const refuses = async (why: RegExp): Promise<void> => {
		for (let time = 0; time < 2; time++) {
			const refused = await get(space, [torrent, '-d', dir, ...peer]);
			assert.equal((await refused.program.end(30_000)).code, 1);
			assert.match(refused.program.stderr, why);
		}
		const allowed = await get(space, [torrent, '-d', dir, ...peer, '--overwrite']);
		await allowed.done();
		assert.ok(right(content, dir));
	};
	const edited = readFileSync(path);
	edited.write('EDITED', 150_000);
	// What is changed within a few milliseconds of the last byte looks as if tortui had done it.
	const {mtimeMs} = statSync(path);
	await until('time to pass', 5000, () => Date.now() > mtimeMs + 100, 5);
	writeFileSync(path, edited);
	await refuses(
		/^tortui: owned: changed by another program: \S+\/b\.bin: .*: --overwrite fetches them again\n$/,
	);
	rmSync(path);
	await refuses(/^tortui: owned: missing: \S+\/b\.bin: bring it back, or --overwrite fetches it again\n$/);
});

test('get of two torrents with the same path has status 1 and the first whole', async t => {
	const space = new Workspace(t);
	const one = writeFile(space.folder('one'), 'same.bin', 200_000);
	const first = makeTorrent(one, pieceLength).write(space.path('first.torrent'));
	const other = {...one, dir: space.folder('two'), root: join(space.folder('two'), 'same.bin')};
	writeFileSync(other.root, bytesFrom('another', 200_000));
	const second = makeTorrent(other, pieceLength).write(space.path('second.torrent'));
	const seeder = await seed(space, [`${first}=${one.root}`]);
	const dir = space.folder('downloads');
	const both = await get(space, [first, second, '-d', dir, '--peer', seeder.address]);
	assert.equal((await both.program.end(30_000)).code, 1);
	assert.match(both.program.stderr, /same\.bin: «same\.bin» has this file already: /);
	assert.ok(readFileSync(join(dir, 'same.bin')).equals(readFileSync(one.root)));
});

test('seed of data that is not the torrent’s says file by file what differs, with status 1, and writes nothing', async t => {
	const {space, content, torrent, peer} = await seeded(t);
	const dir = space.folder('mine');
	const path = join(dir, 'owned/b.bin');
	mkdirSync(dirname(path));
	const edited = readFileSync(join(content.root, 'b.bin'));
	edited.write('EDITED', 150_000);
	writeFileSync(path, edited);
	const program = startTortui(space, [
		'seed',
		`${torrent}=${join(dir, 'owned')}`,
		...peer,
		'--port',
		'0',
		'--bind',
		'127.0.0.1',
	]);
	assert.equal((await program.end(30_000)).code, 1);
	assert.match(program.stderr, /owned\/a\.bin: missing; \S+owned\/b\.bin: /);
	assert.ok(readFileSync(path).equals(edited));
	assert.ok(!existsSync(join(dir, 'owned/a.bin')));
	const repair = ['--repair', '--seed-time', '0', '--port', '0', '--bind', '127.0.0.1'];
	const repaired = startTortui(space, ['seed', `${torrent}=${join(dir, 'owned')}`, ...peer, ...repair]);
	assert.equal((await repaired.end(30_000)).code, 0);
	assert.ok(right(content, dir));
});

test('a get that is killed goes on with the file it had made, of which not one piece was whole', async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('content'), 'slow.bin', 2_000_000);
	const torrent = makeTorrent(content, 1_048_576).write(space.path('slow.torrent'));
	const seeder = await seed(space, [`${torrent}=${content.root}`, '--max-upload', '100K']);
	const dir = space.folder('downloads');
	const args = [torrent, '-d', dir, '--peer', seeder.address];
	// Stopped in an orderly way it has written blocks of a piece that is not whole.
	const first = await get(space, args);
	await first.event(({downloaded}) => downloaded > 50_000);
	await first.program.stop('SIGINT', 20_000);
	assert.ok(existsSync(join(dir, 'slow.bin')));
	// What was known of it is lost, but not who made it.
	rmSync(join(space.path('state'), 'get/resume'), {recursive: true, force: true});
	await seeder.program.stop('SIGINT', 20_000);
	const fast = await seed(space, [`${torrent}=${content.root}`]);
	const second = await get(space, [torrent, '-d', dir, '--peer', fast.address]);
	await second.done();
	assert.ok(readFileSync(join(dir, 'slow.bin')).equals(readFileSync(content.root)));
});
