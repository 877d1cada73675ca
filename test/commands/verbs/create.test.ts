import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {toHex} from '../../../source/base/hex.js';
import {decodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {bytesFrom} from '../../helpers/torrents.ts';
import {run} from '../printed.ts';

const dir = mkdtempSync(join(tmpdir(), 'tortui-create-'));
after(() => rmSync(dir, {recursive: true}));
mkdirSync(join(dir, 'set', 'sub'), {recursive: true});
writeFileSync(join(dir, 'set', 'a.bin'), bytesFrom('a', 70_000));
writeFileSync(join(dir, 'set', 'sub', 'b.bin'), bytesFrom('b', 30_000));
writeFileSync(join(dir, 'set', '.hidden'), 'x');
const source = join(dir, 'set');
const info = async (path: string) => JSON.parse((await run(['info', path, '--json'])).out);

test('writes the torrent, prints its magnet link and leaves nothing else behind', async () => {
	const output = join(dir, 'out', 'x.torrent');
	mkdirSync(join(dir, 'out'));
	const {status, out, error} = await run(['create', source, '-o', output]);
	const torrent = await info(output);
	assert.deepEqual([status, out, error], [0, `${torrent.magnet}\n`, '']);
	assert.deepEqual([torrent.version, torrent.createdBy], ['1', 'tortui/1.2.3']);
	assert.ok(Math.abs(torrent.creationDate - Date.now() / 1000) < 60);
	assert.deepEqual(readdirSync(join(dir, 'out')), ['x.torrent']);
});

test('every option arrives in the torrent', async () => {
	const output = join(dir, 'all.torrent');
	const argv = ['-t', 'http://a.example/announce,udp://b.example:1', '--tracker', 'http://c.example/'];
	argv.push('-w', 'http://s.example/', '-l', '32K', '--v1', '--private', '--source', 'S', '--comment', 'C');
	argv.push('--no-date', '--include-hidden', '--exclude', 'sub', '-o', output);
	assert.equal((await run(['create', source, ...argv])).status, 0);
	const {
		trackers,
		webSeeds,
		pieceLength,
		version,
		private: isPrivate,
		comment,
		creationDate,
		files,
		...rest
	} = await info(output);
	assert.deepEqual(trackers, [['http://a.example/announce', 'udp://b.example:1'], ['http://c.example/']]);
	assert.deepEqual([webSeeds, pieceLength, version, isPrivate], [['http://s.example/'], 32_768, '1', true]);
	assert.deepEqual([rest.source, comment, creationDate], ['S', 'C', null]);
	assert.deepEqual(
		files.map((file: {path: string[]}) => file.path.join('/')),
		['set/.hidden', 'set/a.bin'],
	);
});

test('what is similar is named by a file, a link or a hash', async () => {
	const [v1, v2] = [join(dir, 'similar-1.torrent'), join(dir, 'similar-2.torrent')];
	await run(['create', source, '-o', v1]);
	await run(['create', source, '--v2', '-o', v2]);
	const hash = '0123456789abcdef'.repeat(3).slice(8);
	const output = join(dir, 'similar.torrent');
	const argv = [
		'--similar',
		v1,
		'--similar',
		v2,
		'--similar',
		`magnet:?xt=urn:btih:${hash}`,
		'--similar',
		hash,
	];
	assert.equal((await run(['create', source, ...argv, '--collection', 'set', '-o', output])).status, 0);
	const made = decodeBencode(readFileSync(output)).get('info')!;
	assert.deepEqual(
		[...made.get('similar')!.items()].map(item => toHex(item.bytes()!)),
		[(await info(v1)).infoHash, (await info(v2)).infoHashV2.slice(0, 40), hash, hash],
	);
	assert.equal([...made.get('collections')!.items()][0]?.text(), 'set');
});

test('executables and links are left out of what is said, and --target-pieces is heard', async () => {
	const folder = join(dir, 'programs');
	mkdirSync(folder);
	writeFileSync(join(folder, 'run'), bytesFrom('run', 50_000), {mode: 0o755});
	symlinkSync('run', join(folder, 'link'));
	const output = join(dir, 'programs.torrent');
	const argv = ['--no-executable', '--follow-links', '--target-pieces', '2', '-o', output];
	assert.equal((await run(['create', folder, ...argv])).status, 0);
	assert.doesNotMatch(readFileSync(output, 'latin1'), /4:attr|symlink/);
	assert.equal((await info(output)).pieceLength, 65_536);
});

test('a private torrent without a tracker is made, and what it lacks is told', async () => {
	const lonely = await run(['create', source, '--private', '-o', join(dir, 'lonely.torrent')]);
	assert.equal(lonely.status, 0);
	assert.match(lonely.error, /private and names no tracker: nobody will find anybody/);
});

test('the same content gives the same bytes without a date', async () => {
	const outputs = ['one.torrent', 'two.torrent'].map(name => join(dir, name));
	for (const output of outputs) await run(['create', source, '--no-date', '-o', output]);
	assert.deepEqual(readFileSync(outputs[0]!), readFileSync(outputs[1]!));
});

test('--json tells in one object what was made, and what was left out of it', async () => {
	const odd = join(dir, 'left out');
	mkdirSync(odd);
	writeFileSync(join(odd, 'a'), 'a');
	spawnSync('mkfifo', [join(odd, 'pipe')]);
	const output = join(dir, 'json.torrent');
	const {out, error} = await run(['create', odd, '--hybrid', '--json', '-o', output]);
	const {infoHash, infoHashV2, magnet} = await info(output);
	const torrent = {name: 'left out', version: 'hybrid', length: 1, pieceLength: 16_384, pieces: 1};
	const skipped = [`${odd}/pipe is a pipe: left out`];
	assert.deepEqual(JSON.parse(out), {torrent: output, infoHash, infoHashV2, ...torrent, magnet, skipped});
	assert.equal(error, '');
	assert.match((await run(['create', odd, '--json', '-o', '-'])).error, /not with --json/);
});

test('a terminal sees progress on the error stream, and it is gone at the end', async () => {
	writeFileSync(join(dir, 'big.bin'), bytesFrom('big', 9_000_000));
	const {out, error} = await run(['create', join(dir, 'big.bin'), '-o', join(dir, 'big.torrent')], {
		columns: 80,
	});
	assert.match(out, /^magnet:\?\S+\n$/);
	assert.match(error, /^\r\[[#.]{24}\] .* of 8\.58 M /s);
	assert.ok(error.endsWith('\r\u001B[K'));
});

test('a file that is there stays as it is; --force replaces it', async () => {
	const output = join(dir, 'mine.torrent');
	writeFileSync(output, 'mine');
	const refused = await run(['create', source, '-o', output]);
	assert.deepEqual([refused.status, refused.out], [1, '']);
	assert.match(
		refused.error,
		/mine\.torrent is there already: choose another name with -o, or replace it with --force/,
	);
	assert.equal(readFileSync(output, 'utf8'), 'mine');
	assert.equal((await run(['create', source, '-o', output, '--force'])).status, 0);
	assert.equal((await info(output)).name, 'set');
});

test('-o - writes the torrent, and nothing else, to standard output', async () => {
	const output = join(dir, 'same.torrent');
	await run(['create', source, '--no-date', '-o', output]);
	const {status, out, error} = await run(['create', source, '--no-date', '-o', '-'], {encoding: 'latin1'});
	assert.deepEqual([status, error], [0, '']);
	assert.deepEqual(Buffer.from(out, 'latin1'), readFileSync(output));
	assert.equal(existsSync('-'), false);
	assert.match((await run(['create', source, '-o', '-'], {columns: 80})).error, /nothing for a terminal/);
});

test('a device is written to and stays one', async context => {
	const device = join(dir, 'device');
	const made = spawnSync('mknod', [device, 'c', '1', '3']);
	if (made.status !== 0) return context.skip('this user may not make a device');
	const {status, out, error} = await run(['create', source, '-o', device]);
	assert.deepEqual([status, error], [0, '']);
	assert.match(out, /^magnet:/);
	assert.ok(lstatSync(device).isCharacterDevice());
});

test('v1 is what is made unless told, and the help says why', async () => {
	for (const [flag, version] of [
		['--v2', '2'],
		['--hybrid', 'hybrid'],
	] as const) {
		const output = join(dir, `${version}.torrent`);
		assert.equal((await run(['create', source, flag, '-o', output])).status, 0);
		assert.equal((await info(output)).version, version);
	}
	for (const command of ['create', 'seed'])
		assert.match(
			(await run([command, '--help'])).out.replace(/\s+/g, ' '),
			/A v1 torrent is made unless told: .* refuse hybrid/,
		);
});

test('what is left out is told, a line each', async () => {
	const odd = join(dir, 'odd');
	mkdirSync(odd);
	writeFileSync(join(odd, 'a'), 'a');
	spawnSync('mkfifo', [join(odd, 'new\nline')]);
	const {status, error} = await run(['create', odd, '-o', join(dir, 'odd.torrent')]);
	assert.deepEqual([status, error], [0, `${odd}/new\\nline is a pipe: left out\n`]);
});

test('the torrent of a name as long as a disk takes has one that fits', async () => {
	const name = 'n'.repeat(255);
	writeFileSync(join(dir, name), 'data');
	const before = process.cwd();
	process.chdir(join(dir, 'out'));
	try {
		assert.equal((await run(['create', join(dir, name)])).status, 0);
	} finally {
		process.chdir(before);
	}
	assert.equal((await info(join(dir, 'out', `${'n'.repeat(247)}.torrent`))).name, name);
});

const wrong: ReadonlyArray<
	readonly [what: string, argv: readonly string[], status: number, message: RegExp]
> = [
	['no path', [], 2, /missing/],
	['a path that is not there', [join(dir, 'nothing')], 1, /no such file or folder/],
	['two versions', [source, '--v1', '--v2'], 2, /exclude each other/],
	['a tracker that is no URL', [source, '-t', 'tracker'], 2, /tracker URL/],
	['one bad tracker in a tier', [source, '-t', 'http://a.example/,x'], 2, /tracker URL/],
	['a web seed that is no URL', [source, '-w', 'ftp://x/'], 2, /not an http\(s\) URL/],
	['a piece length that is no power of two', [source, '-l', '48K'], 2, /not a power of two/],
	['a piece length and a number of pieces', [source, '-l', '32K', '--target-pieces', '9'], 2, /exclude each/],
	[
		'similar to what is no torrent',
		[source, '--similar', join(dir, 'set', 'a.bin')],
		3,
		/not a valid torrent/,
	],
	[
		'a file over what it is made of',
		[join(dir, 'set/a.bin'), '-o', join(dir, 'set/a.bin'), '--force'],
		2,
		/another place/,
	],
	['an option that does not exist', [source, '--privat'], 2, /did you mean --private/],
	[
		'a folder that is not there',
		[source, '-o', join(dir, 'nowhere', 'x.torrent')],
		1,
		/folder does not exist/,
	],
];

for (const [what, argv, status, message] of wrong) {
	test(`refuses ${what} with exit status ${status}`, async () => {
		const printed = await run(['create', ...argv]);
		assert.equal(printed.status, status);
		assert.match(printed.error, message);
		assert.equal(printed.error.trim().split('\n').length, 1);
		assert.equal(existsSync('set.torrent'), false);
	});
}

test('transmission-show reads a v1 torrent and finds the same hash', async context => {
	const output = join(dir, 'other.torrent');
	await run(['create', source, '--v1', '-o', output, '-t', 'http://t.example/announce']);
	const shown = spawnSync('transmission-show', [output], {encoding: 'utf8'});
	if (shown.error) return context.skip('transmission-show is not installed');
	const {infoHash} = await info(output);
	assert.match(shown.stdout, new RegExp(infoHash));
	assert.match(shown.stdout, /set\/sub\/b\.bin/);
});
