import assert from 'node:assert/strict';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {selectFiles} from '../../../source/api/file-rules.ts';
import {readTorrentSource} from '../../../source/commands/transfer/torrent-source.ts';
import type {Metainfo} from '../../../source/protocol/metainfo/metainfo.ts';
import {type Bencodable, bencode} from '../../helpers/bencode.ts';
import {run} from '../printed.ts';

const dir = mkdtempSync(join(tmpdir(), 'tortui-info-'));
after(() => rmSync(dir, {recursive: true}));

const hybrid = fileURLToPath(new URL('../../fixtures/libtorrent-hybrid.torrent', import.meta.url));
const v1 = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a';

function write(name: string, info: {readonly [key: string]: Bencodable}, more = {}): string {
	const path = join(dir, name);
	writeFileSync(path, bencode({info, ...more}));
	return path;
}

const many = (count: number) => ({
	name: 'set',
	'piece length': 16_384,
	pieces: Buffer.alloc(Math.ceil((count * 1000) / 16_384) * 20),
	files: Array.from({length: count}, (_, n) => ({path: [`file ${n}`], length: 1000})),
});

test('--json tells everything by the names of the contract', async () => {
	const {status, out} = await run(['info', hybrid, '--json']);
	const torrent = JSON.parse(out);
	assert.equal(status, 0);
	assert.deepEqual(Object.keys(torrent), [
		'name',
		'infoHash',
		'infoHashV2',
		'version',
		'length',
		'pieceLength',
		'pieces',
		'private',
		'files',
		'trackers',
		'webSeeds',
		'nodes',
		'comment',
		'createdBy',
		'creationDate',
		'source',
		'magnet',
	]);
	assert.equal(torrent.infoHash, 'de7bbb3060d5744bcc431e2c7760ab958e77df35');
	const [{piecesRoot, ...first}, second] = torrent.files;
	assert.match(piecesRoot, /^[0-9a-f]{64}$/);
	assert.deepEqual(
		[first, second],
		[
			{path: ['set', 'a.bin'], length: 100_000, offset: 0, pad: false, hashes: true},
			{path: ['set', '.pad', '31072'], length: 31_072, offset: 100_000, pad: true},
		],
	);
	const link = torrent.files.find((file: {path: string[]}) => file.path[1] === 'link');
	assert.deepEqual(link.symlink, ['set', 'sub', 'x.bin']);
	assert.deepEqual(torrent.trackers, [['http://tracker.example/announce']]);
	assert.match(
		torrent.magnet,
		/^magnet:\?xt=urn:btih:de7bbb3060d5744bcc431e2c7760ab958e77df35&xt=urn:btmh:1220/,
	);
});

test('people get the facts and a table of the files, pad files left out', async () => {
	const {out} = await run(['info', hybrid], {columns: 80});
	assert.match(out, /^set\n/);
	assert.match(out, /Info-hash {5}de7bbb3060d5744bcc431e2c7760ab958e77df35\n/);
	assert.match(out, /Version {7}hybrid \(v1 and v2\)\n/);
	assert.match(out, /in 7 files\n/);
	assert.match(out, /│ 4 │ {6}0 │ set\/link -> set\/sub\/x\.bin/);
	assert.doesNotMatch(out, /\.pad/);
	const table = out.split('\n').filter(line => /^ {2}[┌│├└]/.test(line));
	assert.equal(table.length, 7 + 4);
	assert.equal(new Set(table.map(line => line.length)).size, 1);
});

test('reads standard input', async () => {
	const {out} = await run(['info', '-', '--json'], {stdin: readFileSync(hybrid)});
	assert.equal(JSON.parse(out).name, 'set');
});

test('reads magnet links and bare info-hashes', async () => {
	const link = `magnet:?xt=urn:btih:${v1}&dn=x&tr=http://t.example/announce&so=0,2-4`;
	const torrent = JSON.parse((await run(['info', link, '--json'])).out);
	assert.deepEqual(
		[torrent.name, torrent.infoHash, torrent.version, torrent.length, torrent.files, torrent.trackers],
		['x', v1, '1', null, [], [['http://t.example/announce']]],
	);
	assert.match((await run(['info', link])).out, /1, 3-5 of those that peers will tell/);
	assert.match((await run(['info', v1.toUpperCase()])).out, new RegExp(`magnet:\\?xt=urn:btih:${v1}\\n`));
});

test('a long list is cut with the number of the rest', async () => {
	const path = write('many.torrent', many(3000));
	const {out} = await run(['info', path]);
	assert.match(out, /1000 {2}0\.98 K {2}set\/file 999\n {2}… and 2,000 more \(--json lists all\)\n$/);
	assert.equal(JSON.parse((await run(['info', path, '--json'])).out).files.length, 3000);
});

test('names and comments cannot speak to the terminal', async () => {
	const info = {
		name: 'a\u001b]0;x\u0007',
		length: 1,
		'piece length': 16_384,
		pieces: Buffer.alloc(20),
		source: '\u001b[31m',
	};
	const path = write('escape.torrent', info, {comment: '\u001b[2J\u009b1m\nline', 'created by': '\u202ex'});
	const {out} = await run(['info', path], {columns: 80});
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
	assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('a name wider than the terminal is cut in the middle', async () => {
	const info = {
		name: `${'long '.repeat(40)}end.bin`,
		length: 1,
		'piece length': 16_384,
		pieces: Buffer.alloc(20),
	};
	const {out} = await run(['info', write('long.torrent', info)], {columns: 60});
	const row = out.split('\n').find(line => line.includes('│ 1 │'))!;
	assert.ok(row.length <= 60);
	assert.match(row, /end\.bin/);
});

const wrong: ReadonlyArray<
	readonly [what: string, argv: readonly string[], status: number, message: RegExp]
> = [
	['no argument', [], 2, /missing/],
	['two arguments', ['a', 'b'], 2, /too many/],
	['an unknown option', ['x.torrent', '--jsn'], 2, /unknown option --jsn; did you mean --json/],
	['a file that is not there', ['nothing.torrent'], 1, /no such file/],
	['a magnet link without a hash', ['magnet:?dn=x'], 3, /names no torrent/],
];

for (const [what, argv, status, message] of wrong) {
	test(`refuses ${what} with exit status ${status}`, async () => {
		const printed = await run(['info', ...argv]);
		assert.deepEqual([printed.status, printed.out], [status, '']);
		assert.match(printed.error, message);
	});
}

test('a damaged file gives exit status 3 and says what is wrong', async () => {
	const path = write('bad.torrent', {name: 'x', length: 1, 'piece length': 16_384, pieces: Buffer.alloc(19)});
	const {status, error} = await run(['info', path]);
	assert.equal(status, 3);
	assert.match(error, /bad\.torrent is not a valid torrent: its piece hashes are 19 bytes/);
});

test('files have the numbers that --select takes', async () => {
	const {out} = await run(['info', hybrid]);
	const numbers = [...out.matchAll(/^ *(?:│ *)?(\d+) /gm)].map(([, number]) => Number(number));
	assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6, 7]);
	const {metainfo} = (await readTorrentSource(hybrid, {stdin: process.stdin, version: '1'})) as {
		metainfo: Metainfo;
	};
	const visible = metainfo.files.filter(({pad}) => !pad);
	assert.equal(visible[selectFiles('6', visible).indexOf(true)]?.path.join('/'), 'set/sub/x.bin');
	assert.match(out, /│ 6 │ 64\.0 K │ set\/sub\/x\.bin/);
});

test('verify tells the same size as info, padding left out', async () => {
	const content = mkdtempSync(join(dir, 'content-'));
	const source = join(content, 'set');
	mkdirSync(source);
	for (const [name, length] of [
		['a', 40_000],
		['b', 30_000],
	] as const) {
		writeFileSync(join(source, name), Buffer.alloc(length, name));
	}
	const path = join(content, 'set.torrent');
	assert.equal((await run(['create', source, '-l', '32K', '-o', path])).status, 0);
	const [, told] = /Size +(\S+ \S+) \(70,000 bytes\)/.exec((await run(['info', path])).out) ?? [];
	assert.equal(told, '68.4 K');
	const {status, out} = await run(['verify', path, content]);
	assert.equal(status, 0);
	assert.match(out, /^set: all \d+ pieces \(68\.4 K\) are right\n$/);
});

test('--resolve goes by another port than the config file names: an engine that runs has that', async t => {
	const server = createServer().listen(0, '127.0.0.1');
	t.after(() => server.close());
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const home = join(dir, 'port');
	mkdirSync(join(home, 'tortui'), {recursive: true});
	const settings = {port, bind: ['127.0.0.1'], dht: false, lsd: false, 'state-dir': join(home, 'state')};
	writeFileSync(join(home, 'tortui', 'config.json'), JSON.stringify(settings));
	const env = {HOME: home, XDG_CONFIG_HOME: home};
	const {status, error} = await run(['info', '--resolve', '--timeout', '1', v1], {env});
	assert.match(error, /given up after 1 s/);
	assert.equal(status, 1);
	const typed = await run(['info', '--resolve', '--timeout', '1', '--port', `${port}`, v1], {env});
	assert.match(typed.error, /^port \d+ is taken/);
});

test('--resolve keeps to the blocklist of the config file, and says when there is none to be read', async t => {
	let came = 0;
	const peer = createServer(socket => {
		came++;
		socket.destroy();
	}).listen(0, '127.0.0.1');
	t.after(() => peer.close());
	await once(peer, 'listening');
	const address = `127.0.0.1:${(peer.address() as AddressInfo).port}`;
	const home = join(dir, 'list');
	mkdirSync(join(home, 'tortui'), {recursive: true});
	const blocklist = join(home, 'list');
	const settings = {bind: ['127.0.0.1'], dht: false, lsd: false, blocklist, 'state-dir': join(home, 'state')};
	writeFileSync(join(home, 'tortui', 'config.json'), JSON.stringify(settings));
	const env = {HOME: home, XDG_CONFIG_HOME: home};
	const words = ['info', '--resolve', '--timeout', '1', '--peer', address, v1];
	assert.match((await run(words, {env})).error, /^the blocklist \S+ cannot be read: there is no such file/);
	assert.ok(came > 0);
	came = 0;
	writeFileSync(blocklist, '127.0.0.1\n');
	assert.match((await run(words, {env})).error, /no peers and no tracker/);
	assert.equal(came, 0);
});
