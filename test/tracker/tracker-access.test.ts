import assert from 'node:assert/strict';
import {copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {hashFunctions} from '../../source/io/machine/hash-functions.js';
import {machineRandom} from '../../source/io/machine/random.js';
import {encodeBencode} from '../../source/protocol/bencode/bencode.js';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.js';
import {announceUrl} from '../../source/protocol/tracker/http.js';
import {Passkeys} from '../../source/tracker/passkeys.js';
import {TorrentFolder} from '../../source/tracker/torrent-folder.js';
import {TrackerServer, type TrackerServerOptions} from '../../source/tracker/tracker-server.js';
import {TrackerService, type TrackerStats} from '../../source/tracker/tracker-service.js';
import {TrackerUdpServer} from '../../source/tracker/udp/udp-listener.js';
import {until} from '../helpers/deadline.ts';
import {HandClock} from '../helpers/hand-clock.ts';
import {announceOf, announceTo, queryOf, UdpAsker} from '../helpers/tracker-asker.ts';
import {udpTrackerClient} from '../helpers/udp-trackers.ts';
import {Workspace} from '../helpers/workspace.ts';

const hash = (byte: number): Uint8Array => new Uint8Array(20).fill(byte);

/** A .torrent of one file of one piece, and its info-hash. */
function torrentFile(name: string): {bytes: Uint8Array; infoHash: Uint8Array} {
	const bytes = encodeBencode({info: {length: 5, name, 'piece length': 16_384, pieces: hash(1)}});
	return {bytes, infoHash: Buffer.from(parseMetainfo(bytes, hashFunctions).infoHash!, 'hex')};
}

async function start(t: TestContext, options: Partial<TrackerServerOptions>) {
	const clock = new HandClock();
	const said: string[] = [];
	const server = new TrackerServer({
		port: 0,
		bind: '127.0.0.1',
		clock,
		random: machineRandom,
		log: (level, text) => said.push(`${level}: ${text}`),
		...options,
	});
	t.after(() => server.close());
	const {port} = await server.start();
	const ask = async (path: string, query: string): Promise<string> => {
		const answer = await announceTo(`http://127.0.0.1:${port}${path}?${query}`);
		return answer.kind === 'failure' ? answer.reason : answer.kind;
	};
	return {clock, server, port, said, ask, base: `http://127.0.0.1:${port}`};
}

test('only torrents in the folder are served, from when they come to when they go', async t => {
	const space = new Workspace(t);
	const only = space.folder('only');
	const [one, two] = [torrentFile('one'), torrentFile('two')];
	writeFileSync(`${only}/one.torrent`, one.bytes);
	writeFileSync(`${only}/readme.txt`, 'not looked at');
	writeFileSync(`${only}/broken.torrent`, 'garbage');
	const {ask, server, said, clock} = await start(t, {only});
	const [first, second] = [queryOf(announceOf(one.infoHash)), queryOf(announceOf(two.infoHash))];
	assert.equal(await ask('/announce', first), 'peers');
	assert.equal(await ask('/announce', second), 'this tracker does not serve this torrent');
	assert.equal(said.length, 1);
	assert.match(said[0]!, /^warn: broken\.torrent in .* is not served: /);
	// The system tells of names that come and go; what it misses a slow look finds.
	writeFileSync(space.path('two'), two.bytes);
	renameSync(space.path('two'), `${only}/two.torrent`);
	await until('the second to be served', 10_000, async () => {
		await clock.pass(1000);
		return (await ask('/announce', second)) === 'peers';
	});
	assert.equal(server.service.size.torrents, 2);
	rmSync(`${only}/one.torrent`);
	await until('the first to be forgotten', 10_000, async () => {
		await clock.pass(1000);
		return server.service.size.torrents === 1;
	});
	assert.equal(await ask('/announce', first), 'this tracker does not serve this torrent');
	assert.equal(said.length, 1, 'what is wrong with a file is said once');
});

test('a file that is replaced is read anew, and a folder that goes away leaves what it held', async t => {
	const space = new Workspace(t);
	const dir = space.folder('only');
	const [one, two] = [torrentFile('one'), torrentFile('two!')];
	writeFileSync(`${dir}/a.torrent`, one.bytes);
	const said: string[] = [];
	const folder = new TorrentFolder(dir, new HandClock(), {
		hybrid() {},
		changed() {},
		warn: text => said.push(text),
	});
	t.after(() => folder.close());
	await folder.start();
	const has = (infoHash: Uint8Array) => folder.has(Buffer.from(infoHash).toString('hex'));
	assert.deepEqual([has(one.infoHash), has(two.infoHash)], [true, false]);
	writeFileSync(`${dir}/a.torrent`, two.bytes);
	await folder.look();
	assert.deepEqual([has(one.infoHash), has(two.infoHash)], [false, true]);
	rmSync(dir, {recursive: true});
	await folder.look();
	await folder.look();
	assert.equal(has(two.infoHash), true);
	assert.equal(said.length, 1);
	mkdirSync(dir);
	await folder.look();
	assert.equal(folder.size, 0);
});

test('a folder that is not there is one clear error', async t => {
	const space = new Workspace(t);
	await assert.rejects(start(t, {only: space.path('none')}), {
		code: 'no-folder',
		message: `--only: no such folder: ${space.path('none')}`,
	});
});

test('of a hybrid both hashes are served, and who announces both counts once in the figures', async t => {
	const space = new Workspace(t);
	const only = space.folder('only');
	copyFileSync(new URL('../fixtures/libtorrent-hybrid.torrent', import.meta.url), `${only}/hybrid.torrent`);
	const {ask, base, server} = await start(t, {only});
	const info = parseMetainfo(new Uint8Array(readFileSync(`${only}/hybrid.torrent`)), hashFunctions);
	const v1 = Buffer.from(info.infoHash!, 'hex');
	const v2 = Buffer.from(info.infoHashV2!, 'hex').subarray(0, 20);
	for (const [infoHash, id, port] of [
		[v1, 'both', 7001],
		[v2, 'both', 7001],
		[v1, 'old', 7002],
		[v2, 'new', 7003],
	] as const) {
		assert.equal(await ask('/announce', queryOf(announceOf(infoHash, {id, port}))), 'peers');
	}
	const stats = (await (await fetch(`${base}/stats`)).json()) as TrackerStats;
	assert.deepEqual([stats.torrents, stats.peers], [1, 3]);
	assert.deepEqual([stats.announced.torrents, stats.announced.peers], [2, 4]);
	assert.deepEqual(server.service.size, {torrents: 2, peers: 4});
});

test('a private tracker serves who has a passkey, in the path or the query, and tells others why not', async t => {
	const space = new Workspace(t);
	const passkeys = space.path('keys');
	writeFileSync(passkeys, '# ours\nabcdefgh12345678  alice\n\n  ZYX_-987654321\r\n');
	const {ask, base, server, said} = await start(t, {passkeys});
	const query = queryOf(announceOf(hash(1)));
	for (const path of ['/abcdefgh12345678/announce', '/announce/abcdefgh12345678', '/ZYX_-987654321/announce'])
		assert.equal(await ask(path, query), 'peers', path);
	assert.equal(await ask('/announce', `${query}&passkey=abcdefgh12345678`), 'peers');
	assert.match(await ask('/announce', query), /private: the announce URL has no passkey/);
	assert.match(await ask('/abcdefgh1234567x/announce', query), /does not know the passkey/);
	assert.match(await ask('/scrape', query), /private/);
	assert.equal((await fetch(`${base}/torrents`)).status, 403);
	assert.equal((await fetch(`${base}/abcdefgh12345678/torrents`)).status, 200);
	assert.match(await ask('/constructor/announce', query), /does not know the passkey/);
	assert.deepEqual(server.service.counts.refused, {'no-passkey': 3, 'unknown-passkey': 2});
	// The file is read anew when somebody says so.
	writeFileSync(passkeys, 'newkey-newkey\n');
	assert.deepEqual(await server.reload(), []);
	assert.equal(await ask('/newkey-newkey/announce', query), 'peers');
	assert.match(await ask('/abcdefgh12345678/announce', query), /does not know the passkey/);
	writeFileSync(passkeys, 'newkey-newkey\nshort\n');
	assert.deepEqual(await server.reload(), [`${passkeys}:2: a passkey has 8 to 128 letters, digits, - or _`]);
	assert.equal(await ask('/newkey-newkey/announce', query), 'peers');
	assert.doesNotMatch(said.join('\n'), /newkey/);
});

test('over UDP the passkey comes as BEP 41 says, and who announced with one may scrape', async t => {
	const space = new Workspace(t);
	writeFileSync(space.path('keys'), 'abcdefgh12345678\n');
	const passkeys = new Passkeys(space.path('keys'));
	await passkeys.load();
	const clock = new HandClock();
	const service = new TrackerService({clock, random: machineRandom, access: {passkeys}});
	const udp = new UdpAsker(new TrackerUdpServer(service, clock), '192.0.2.1');
	const reason = (answer: ReturnType<UdpAsker['announce']>): string =>
		answer?.kind === 'error' ? answer.message : (answer?.kind ?? 'silence');
	const request = announceOf(hash(1));
	assert.match(reason(udp.announce(request)), /no passkey/);
	assert.match(reason(udp.announce(request, '/announce?passkey=wrongwrong')), /does not know/);
	assert.match(reason(udp.scrape([hash(1)])), /no passkey/);
	assert.equal(reason(udp.announce(request, '/abcdefgh12345678/announce')), 'announce');
	assert.equal(reason(udp.announce(request, '/announce?a=b&passkey=abcdefgh12345678')), 'announce');
	// More than one option of 255 bytes makes a long one.
	assert.equal(
		reason(udp.announce(request, `/announce?x=${'y'.repeat(400)}&passkey=abcdefgh12345678`)),
		'announce',
	);
	assert.equal(reason(udp.scrape([hash(1)])), 'scrape');
});

test('our own client shows its passkey over HTTP and UDP, in the path or the query', async t => {
	const space = new Workspace(t);
	writeFileSync(space.path('keys'), 'abcdefgh12345678\n');
	const {port, clock, server} = await start(t, {passkeys: space.path('keys')});
	const udp = udpTrackerClient(clock, machineRandom);
	t.after(() => udp.close());
	const ask = async (path: string): Promise<string> => {
		const answer = await udp.announce(`udp://127.0.0.1:${port}${path}`, announceOf(hash(1)));
		return answer.kind === 'failure' ? answer.reason : answer.kind;
	};
	assert.equal(await ask('/abcdefgh12345678/announce'), 'peers');
	assert.equal(await ask('/announce?passkey=abcdefgh12345678'), 'peers');
	assert.match(await ask('/announce'), /private/);
	const url = announceUrl(`http://127.0.0.1:${port}/announce/abcdefgh12345678`, announceOf(hash(1)));
	assert.equal((await announceTo(url)).kind, 'peers');
	assert.deepEqual(server.service.size, {torrents: 1, peers: 1});
});

test('a folder full of junk is told in ten lines and one', async t => {
	const space = new Workspace(t);
	const only = space.folder('only');
	for (let n = 0; n < 50; n++) writeFileSync(`${only}/${n}.torrent`, 'junk');
	const {said} = await start(t, {only});
	assert.equal(said.length, 11);
	assert.match(said.at(-1)!, /^warn: 40 more files in .* are not served$/);
});
