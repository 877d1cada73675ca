import assert from 'node:assert/strict';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {decodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {bytesFrom} from '../../helpers/torrents.ts';
import {run} from '../printed.ts';

/** A folder with two torrents in it, `a` and `b`, each with a tracker. */
async function withTorrents(context: TestContext): Promise<string> {
	const dir = mkdtempSync(join(tmpdir(), 'tortui-edit-'));
	context.after(() => rmSync(dir, {recursive: true, force: true}));
	for (const name of ['a', 'b']) {
		writeFileSync(join(dir, name), bytesFrom(name, 20_000));
		const argv = ['-t', `http://old.example/announce?key=${name}=`, '--comment', 'old', '--hybrid'];
		await run(['create', join(dir, name), ...argv, '-o', join(dir, `${name}.torrent`)]);
	}
	return dir;
}

const info = async (path: string) => JSON.parse((await run(['info', path, '--json'])).out);

test('a tracker that moved is another one in a folder of torrents, and their hashes stay', async context => {
	const dir = await withTorrents(context);
	writeFileSync(join(dir, 'note.txt'), 'not a torrent');
	const before = await info(join(dir, 'a.torrent'));
	const {status, out, error} = await run(['edit', dir, '--replace-tracker', 'old.example=new.example']);
	assert.deepEqual(
		[status, out, error],
		[0, `${dir}/a.torrent: 1 tracker replaced\n${dir}/b.torrent: 1 tracker replaced\n`, ''],
	);
	const after = await info(join(dir, 'a.torrent'));
	assert.deepEqual(after.trackers, [['http://new.example/announce?key=a=']]);
	assert.deepEqual([after.infoHash, after.infoHashV2], [before.infoHash, before.infoHashV2]);
	assert.deepEqual((await info(join(dir, 'b.torrent'))).trackers, [['http://new.example/announce?key=b=']]);
	assert.deepEqual(readdirSync(dir).sort(), ['a', 'a.torrent', 'b', 'b.torrent', 'note.txt']);
});

test('a whole URL with = in it gives way to another; trackers, web seeds and comment are set anew', async context => {
	const dir = await withTorrents(context);
	const path = join(dir, 'a.torrent');
	await run(['edit', path, '--replace-tracker', 'http://old.example/announce?key=a==https://n.example/?k=2']);
	assert.deepEqual((await info(path)).trackers, [['https://n.example/?k=2']]);
	const anew = ['--remove-tracker', '*', '-t', 'http://x/,udp://y:1', '-t', 'http://z/'];
	await run(['edit', path, ...anew, '-w', 'http://w/', '--comment', 'new']);
	const {trackers, webSeeds, comment} = await info(path);
	assert.deepEqual(
		[trackers, webSeeds, comment],
		[[['http://x/', 'udp://y:1'], ['http://z/']], ['http://w/'], 'new'],
	);
	await run(['edit', path, '--remove-web-seed', 'http://w*', '--remove-comment']);
	const {webSeeds: none, comment: gone} = await info(path);
	assert.deepEqual([none, gone], [[], null]);
});

test('--json tells each file; --dry-run writes none', async context => {
	const dir = await withTorrents(context);
	const paths = [join(dir, 'a.torrent'), join(dir, 'b.torrent')];
	const before = paths.map(path => readFileSync(path));
	const dry = await run(['edit', ...paths, '--remove-tracker', '*key=b*', '--dry-run', '--json']);
	const lines = dry.out
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line));
	assert.deepEqual(
		lines.map(({file, changed, written, trackers}) => [file, changed, written, trackers.length]),
		[
			[paths[0], false, null, 1],
			[paths[1], true, null, 0],
		],
	);
	assert.deepEqual(
		paths.map(path => readFileSync(path)),
		before,
	);
	const done = JSON.parse((await run(['edit', paths[1]!, '--remove-tracker', '*key=b*', '--json'])).out);
	assert.equal(done.written, paths[1]);
	const {infoHash, infoHashV2} = await info(paths[1]!);
	assert.deepEqual([done.infoHash, done.infoHashV2, done.comment], [infoHash, infoHashV2, 'old']);
});

test('in place the file keeps its mode, and a link stays a link; what changes nothing writes nothing', async context => {
	const dir = await withTorrents(context);
	const path = join(dir, 'a.torrent');
	chmodSync(path, 0o640);
	const link = join(dir, 'link.torrent');
	symlinkSync('a.torrent', link);
	assert.equal((await run(['edit', link, '-t', 'http://n/'])).status, 0);
	assert.equal(readlinkSync(link), 'a.torrent');
	assert.equal(statSync(path).mode & 0o777, 0o640);
	assert.equal((await info(path)).trackers.length, 2);
	const {ino} = statSync(path);
	assert.match((await run(['edit', path, '-t', 'http://n/'])).out, /: nothing to change\n$/);
	assert.equal(statSync(path).ino, ino);
});

test('-o writes another file, over nothing that is there; - is standard output', async context => {
	const dir = await withTorrents(context);
	const [path, other] = [join(dir, 'a.torrent'), join(dir, 'other.torrent')];
	const before = readFileSync(path);
	assert.equal((await run(['edit', path, '-t', 'http://n/', '-o', other])).status, 0);
	assert.deepEqual(readFileSync(path), before);
	assert.equal((await info(other)).trackers.length, 2);
	const refused = await run(['edit', path, '-t', 'http://m/', '-o', other]);
	assert.deepEqual([refused.status, (await info(other)).trackers.length], [1, 2]);
	assert.match(refused.error, /is there already/);
	const forced = await run(['edit', path, '-t', 'http://m/', '-t', 'http://l/', '-o', other, '--force']);
	assert.deepEqual([forced.status, (await info(other)).trackers.length], [0, 3]);
	const piped = await run(['edit', '-', '-t', 'http://n/', '-o', '-'], {stdin: before, encoding: 'latin1'});
	const tiers = decodeBencode(Buffer.from(piped.out, 'latin1')).get('announce-list')!;
	assert.deepEqual([piped.status, tiers.size], [0, 2]);
	assert.equal(existsSync(join(dir, '-')), false);
});

test('one that cannot be changed holds up no other', async context => {
	const dir = await withTorrents(context);
	const paths = [join(dir, 'a'), join(dir, 'none.torrent'), join(dir, 'b.torrent')];
	const {status, out, error} = await run(['edit', ...paths, '-t', 'http://n/']);
	assert.equal(status, 1);
	assert.equal(out, `${paths[2]}: 1 tracker added\n`);
	assert.deepEqual(error.split('\n'), [
		`${paths[0]} is not a valid torrent: it does not begin as a torrent does`,
		`no such file: ${paths[1]}`,
	]);
});

test('what belongs to the info-hash is refused, and so is what makes no sense', async context => {
	const dir = await withTorrents(context);
	const path = join(dir, 'a.torrent');
	mkdirSync(join(dir, 'empty'));
	const before = readFileSync(path);
	const cases: ReadonlyArray<readonly [argv: readonly string[], status: number, message: RegExp]> = [
		[['--private'], 2, /private is part of the info-hash/],
		[['--source', 'X', '-t', 'http://n/'], 2, /its source is part of the info-hash/],
		[['--name', 'X'], 2, /its name is part of/],
		[['-l', '16K'], 2, /unknown option|-l/],
		[['--piece-length', '16K'], 2, /its piece length is part of/],
		[[], 2, /nothing to change/],
		[['-t', 'nonsense'], 2, /not a tracker URL/],
		[['--replace-tracker', 'http'], 2, /not OLD=NEW/],
		[['--replace-tracker', 'a=b=c'], 2, /not OLD=NEW/],
		[['--replace-tracker', 'http=gopher'], 2, /would be no URL of a tracker/],
		[['--comment', 'x', '--remove-comment'], 2, /exclude each other/],
		[['-t', 'http://n/', join(dir, 'b.torrent'), '-o', join(dir, 'o')], 2, /-o names one file/],
		[['-t', 'http://n/', join(dir, 'empty')], 1, /holds no \.torrent/],
		[['-t', 'http://n/', '-o', '-', '--json'], 2, /standard output is the \.torrent/],
	];
	for (const [argv, status, message] of cases) {
		const printed = await run(['edit', path, ...argv]);
		assert.equal(printed.status, status, argv.join(' '));
		assert.match(printed.error, message);
		assert.equal(printed.error.trim().split('\n').length, 1);
	}
	assert.match((await run(['edit', '-', '-t', 'http://n/'], {stdin: before})).error, /name a file with -o/);
	assert.deepEqual(readFileSync(path), before);
});
