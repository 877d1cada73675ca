import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {after, before, test} from 'node:test';
import {configPath, readConfig} from '../../../source/commands/arguments/config-file.ts';
import {findTorrents} from '../../../source/commands/arguments/find-torrents.ts';
import {
	addCommand,
	readForEngine,
	readTorrentSource,
	sourceId,
} from '../../../source/commands/transfer/torrent-source.ts';
import {readTorrentLink} from '../../../source/io/files/read-torrent.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';
import {torrentView} from '../torrent-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-source-'));
const torrent = Buffer.from(
	`d4:infod6:lengthi3e4:name1:a12:piece lengthi16384e6:pieces20:${'x'.repeat(20)}ee`,
);
const hash = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a';
const server = createServer((request, response) => {
	if (request.url === '/a.torrent') response.end(torrent);
	else if (request.url === '/html') response.end('<html>');
	else if (request.url === '/moved') response.writeHead(302, {location: '/a.torrent'}).end();
	else if (request.url === '/round') response.writeHead(302, {location: '/round'}).end();
	else if (request.url === '/large') response.end(Buffer.alloc(10_000_001, 'd'));
	else response.writeHead(404).end();
});
let base = '';
before(async () => {
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
	server.closeAllConnections();
	server.close();
	rmSync(folder, {recursive: true});
});

function context(input: Buffer = Buffer.alloc(0)) {
	return {stdin: Readable.from([input]) as unknown as NodeJS.ReadStream, version: '1'};
}

async function refusal(word: string, input?: Buffer): Promise<string> {
	try {
		await readTorrentSource(word, context(input));
	} catch (error) {
		return `${(error as {exitStatus?: number}).exitStatus} ${(error as Error).message}`;
	}
	return 'accepted';
}

test('a torrent is read from a file, standard input, a URL and through a redirect', async () => {
	const path = join(folder, 'a.torrent');
	writeFileSync(path, torrent);
	for (const word of [path, '-', `${base}/a.torrent`, `${base}/moved`]) {
		const source = await readTorrentSource(word, context(torrent));
		assert(source.kind === 'metainfo', word);
		assert.deepEqual(Buffer.from(source.bytes), torrent);
		assert.equal(source.metainfo.name, 'a');
		assert.equal(addCommand(source, {}).type, 'torrent.add');
	}
});

test('links and bare hashes stay links', async () => {
	for (const word of [`magnet:?xt=urn:btih:${hash}&dn=x`, hash, hash.toUpperCase()]) {
		const source = await readTorrentSource(word, context());
		assert.equal(source.kind, 'link');
		assert.equal(sourceId(source), hash);
		assert.deepEqual(addCommand(source, {dir: '/d'}), {
			type: 'torrent.addLink',
			link: word,
			options: {dir: '/d'},
		});
	}
});

test('what is no torrent is refused with exit status 3, what cannot be read with 1', async () => {
	const path = join(folder, 'text.torrent');
	writeFileSync(path, 'hello');
	assert.equal(await refusal(path), `3 ${path} is not a valid torrent: it does not begin as a torrent does`);
	assert.equal(
		await refusal('-', Buffer.from('i1e')),
		'3 standard input is not a valid torrent: it does not begin as a torrent does',
	);
	assert.equal(
		await refusal('-', Buffer.alloc(10_000_001)),
		'3 standard input is not a valid torrent: larger than 10 MB',
	);
	assert.match(await refusal('magnet:?dn=x'), /^3 the magnet link names no torrent/);
	assert.match(await refusal(`${base}/html`), /^3 .*\/html is not a valid torrent/);
	assert.equal(await refusal('ftp://host/x'), '3 ftp://host/x is neither an http(s) URL nor a magnet link');
	assert.match(await refusal(join(folder, 'none.torrent')), /^1 no such file: /);
	assert.match(await refusal(folder), /^1 .* is a folder, not a \.torrent file$/);
	assert.match(await refusal(`${base}/404`), /^1 cannot fetch .*: the server answers 404$/);
	assert.match(await refusal(`${base}/round`), /^1 cannot fetch .*: it redirects more than/);
	assert.match(await refusal(`${base}/large`), /^1 cannot fetch /);
	assert.match(await refusal('http://127.0.0.1:1/x'), /^1 cannot fetch .*: connection refused$/);
});

test('a torrent of the engine is found by hash, beginning of it, or name', async () => {
	const engine = new EmptyEngine();
	const torrents = [
		torrentView({id: `abcd${'0'.repeat(36)}`, name: 'Debian 13'}),
		torrentView({id: `abce${'0'.repeat(36)}`, name: 'Debian 12'}),
		torrentView({id: `ffff${'0'.repeat(36)}`, name: 'Ubuntu'}),
	];
	engine.send = async () => ({torrents});
	const names = async (...words: string[]) => (await findTorrents(engine, words)).map(({name}) => name);
	assert.deepEqual(await names('abcd'), ['Debian 13']);
	assert.deepEqual(await names('ubun', 'Debian 12', 'ffff'), ['Ubuntu', 'Debian 12']);
	assert.deepEqual(await names('all'), ['Debian 13', 'Debian 12', 'Ubuntu']);
	await assert.rejects(names('debian'), /"debian" fits 2 torrents/);
	await assert.rejects(names('Ubnutu'), /no torrent "Ubnutu"; did you mean "Ubuntu"\?/);
});

test('a hybrid is meant by either of its hashes, whichever is its id', async () => {
	const engine = new EmptyEngine();
	const [v1, v2] = ['ab'.repeat(20), 'cd'.repeat(32)];
	for (const view of [
		{id: v1, infoHashV2: v2},
		{id: v2, infoHash: v1, infoHashV2: v2},
	]) {
		const torrents = [
			torrentView({...view, name: 'hybrid'}),
			torrentView({id: 'ef'.repeat(20), name: 'other'}),
		];
		engine.send = async () => ({torrents});
		for (const word of [v1, v2, v2.slice(0, 40), v1.slice(0, 4), v2.slice(0, 6).toUpperCase()])
			assert.deepEqual(
				(await findTorrents(engine, [word])).map(({name}) => name),
				['hybrid'],
			);
	}
});

test('the config file is read, settings that are unknown or wrong are refused', () => {
	const env = {XDG_CONFIG_HOME: join(folder, 'config')};
	const path = configPath(env);
	const read = (text: string) => {
		rmSync(path, {force: true});
		writeFileSync(path, text);
		const warnings: string[] = [];
		const config = readConfig(env, warning => warnings.push(warning));
		return {config: Object.fromEntries([...config].map(([key, {value}]) => [key, value])), warnings};
	};
	assert.equal(path, join(folder, 'config/tortui/config.json'));
	assert.equal(readConfig(env, () => {}).size, 0);
	mkdirSync(join(folder, 'config/tortui'), {recursive: true});
	assert.deepEqual(read('{"max-upload": "500K", "port": 7000, "no-dht": true, "bind": ["a"], "keys": {}}'), {
		config: {maxUpload: '500K', port: '7000', dht: false, bind: ['a']},
		warnings: [],
	});
	for (const [text, message] of [
		['{"port": }', /is not valid JSON/],
		['[]', /must hold one JSON object/],
		['{"max-uplaod": 1}', /json:1: unknown setting "max-uplaod"; did you mean max-upload\?/],
		['{"dht": "no"}', /^UserError: .*:1: dht must be true or false/],
		['{"port": [1]}', /must be a text or number/],
	] as const) {
		assert.throws(() => read(text), message);
	}
});

test('a password in a URL is told by nobody who could not fetch it', async () => {
	const said = await refusal('http://me:secret@127.0.0.1:1/x?y=1');
	assert.match(said, /cannot fetch http:\/\/127\.0\.0\.1:1\/x\?y=1: /);
	const http = {get: () => Promise.reject(new Error('no route'))};
	await assert.rejects(readTorrentLink('https://me:secret@host.example/x', http), {
		message: 'cannot fetch https://host.example/x: no route',
	});
});

test('what of a link is ignored is warned of; what is nearly an info-hash is told so, unless there is such a file', async () => {
	const said: string[] = [];
	const link = `magnet:?xt=urn:btih:${hash}&tr=wss://w.example/&so=x`;
	const source = await readTorrentSource(link, {...context(), warn: text => said.push(text)});
	assert.deepEqual([source.kind, said.length], ['link', 2]);
	for (const digits of [38, 39, 41, 63])
		assert.match(
			await refusal('ab'.repeat(32).slice(0, digits)),
			new RegExp(`^3 an info-hash .*has (?:40|64) hex digits, this one has ${digits}: copy all of it$`),
		);
	assert.equal(await refusal('deadbeef'), '1 no such file: deadbeef');
	const path = join(folder, 'ab'.repeat(19));
	writeFileSync(path, torrent);
	assert.equal((await readTorrentSource(path, context())).kind, 'metainfo');
});

test('a URL is for the engine to fetch when that goes by a way of its own', async () => {
	const url = `${base}/a.torrent`;
	for (const about of [{proxy: 'socks5://h:1'}, {interface: 'tun0'}, {bind: ['192.0.2.1']}]) {
		const source = await readForEngine(url, about, context());
		assert.deepEqual(addCommand(source, {}), {type: 'torrent.addLink', link: url, options: {}});
	}
	for (const about of [{}, {proxy: null, interface: null, bind: []}])
		assert.equal((await readForEngine(url, about, context())).kind, 'metainfo');
});

test('a URL is fetched through the proxy that the config file names', async () => {
	const env = {XDG_CONFIG_HOME: join(folder, 'proxied')};
	mkdirSync(join(folder, 'proxied', 'tortui'), {recursive: true});
	writeFileSync(configPath(env), '{"proxy": "socks5://127.0.0.1:1"}');
	await assert.rejects(
		readTorrentSource(`${base}/a.torrent`, {...context(), env}),
		/no way through the proxy: connection refused/,
	);
});
