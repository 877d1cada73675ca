import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createServer, type RequestListener} from 'node:http';
import {type AddressInfo, createServer as createTcpServer, type Server, type Socket} from 'node:net';
import {type TestContext, test} from 'node:test';
import {assertSame} from '../../../helpers/compare.ts';
import {openTestSession, type TestTorrent, testTorrent} from '../../../helpers/sessions.ts';
import {Workspace} from '../../../helpers/workspace.ts';

const entries = [
	['a b & c.bin', 200_001],
	['ü/100 %.txt', 3],
	['ü/#?.dat', 70_000],
	['z.bin', 300_000],
] as const;

async function listen(t: TestContext, server: Server): Promise<string> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** The part of a file that is asked for. */
function partOf(
	torrent: TestTorrent,
	path: string,
	range = '',
): {from: number; part: Buffer; length: number} {
	const names = decodeURIComponent(new URL(path, 'http://x').pathname);
	const file = readFileSync(`${torrent.content.dir}${names}`);
	const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
	return {from: Number(from), part: file.subarray(Number(from), Number(to) + 1), length: file.length};
}

/** As a server should. */
function giving(torrent: TestTorrent, headers: Record<string, string> = {}): RequestListener {
	return ({url = '', headers: {range}}, response) => {
		const {from, part, length} = partOf(torrent, url, range);
		const at = `bytes ${from}-${from + part.length - 1}/${length}`;
		response.writeHead(206, {'Content-Range': at, ...headers}).end(part);
	};
}

/** A torrent whose files these servers have, downloaded. */
async function download(
	t: TestContext,
	make: (torrent: TestTorrent) => Promise<readonly string[]>,
): Promise<{readonly log: readonly string[]}> {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'The Torrent', entries, 32_768);
	const engine = await openTestSession(space, 'home');
	const id = await engine.add(torrent, {webSeeds: await make(torrent)});
	await engine.sees(id, 'all of it', ({state}) => state === 'seeding');
	assertSame(`${space.path('home-data')}/The Torrent`, torrent.content.root);
	return {log: engine.log};
}

test('files in folders, with names that are hard to write, are had of a server that sends them in chunks', async t => {
	const asked: string[] = [];
	const {log} = await download(t, async torrent => [
		await listen(
			t,
			createServer((request, response) => {
				asked.push(request.url ?? '');
				giving(torrent)(request, response);
			}),
		),
	]);
	assert.deepEqual(
		log.filter(line => line.startsWith('warn')),
		[],
	);
	assert.deepEqual(
		[...new Set(asked)].sort(),
		[
			'/The%20Torrent/%C3%BC/%23%3F.dat',
			'/The%20Torrent/%C3%BC/100%20%25.txt',
			'/The%20Torrent/a%20b%20%26%20c.bin',
			'/The%20Torrent/z.bin',
		].sort(),
	);
});

test('a server that sends each file elsewhere, and one there that keeps no connection, give all', async t => {
	await download(t, async torrent => {
		const other = await listen(t, createServer(giving(torrent, {Connection: 'close'})));
		return [
			await listen(
				t,
				createServer(({url = ''}, response) => {
					response.writeHead(302, {Location: new URL(url, other).href}).end('it is elsewhere');
				}),
			),
		];
	});
});

test('servers that lie, break off and talk nonsense do no harm beside one that does what it should', async t => {
	const {log} = await download(t, async torrent => {
		const wrong: RequestListener = ({url = '', headers: {range}}, response) => {
			const {from, part, length} = partOf(torrent, url, range);
			const at = `bytes ${from}-${from + part.length - 1}/${length}`;
			response.writeHead(206, {'Content-Range': at}).end(Buffer.alloc(part.length, 7));
		};
		const short: RequestListener = ({url = '', headers: {range}}, response) => {
			const {from, part, length} = partOf(torrent, url, range);
			const at = `bytes ${from}-${from + part.length - 1}/${length}`;
			response.writeHead(206, {'Content-Range': at, 'Content-Length': part.length});
			response.write(part.subarray(0, part.length >> 1), () => response.destroy());
		};
		const urls = [
			await listen(t, createServer(wrong)),
			await listen(t, createServer(short)),
			await listen(
				t,
				createTcpServer(socket => socket.write('HTTP/1.1 200 OK\r\nX: '.padEnd(100_000, 'x'))),
			),
			await listen(
				t,
				createServer((_, response) => response.writeHead(429, {'Retry-After': '600'}).end()),
			),
			await listen(t, createServer(giving(torrent))),
		];
		return urls;
	});
	assert.ok(
		log.some(line => /has wrong data/.test(line)),
		log.join('\n'),
	);
	assert.ok(
		log.some(line => /429 too many requests: asked again in 600 s/.test(line)),
		log.join('\n'),
	);
	assert.ok(
		log.some(line => /is not HTTP/.test(line)),
		log.join('\n'),
	);
});

test('what was left of a download goes on in the next session, and what was taken out stays out', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'again', [['x.bin', 3_000_000]], 32_768);
	const good = await listen(t, createServer(giving(torrent)));
	const first = await openTestSession(space, 'home', {maxDownload: 200_000});
	const id = await first.add(torrent, {webSeeds: [good, 'http://127.0.0.1:9/x/', 'http://127.0.0.1:9/y/']});
	await first.sees(id, 'a part', ({completed}) => completed > 100_000);
	await first.send({type: 'webSeed.remove', id, url: 'http://127.0.0.1:9/x/'});
	await assert.rejects(first.send({type: 'webSeed.add', id, url: 'ftp://x/'}), {code: 'bad-web-seed'});
	await first.session.stop();
	const second = await openTestSession(space, 'home');
	const view = await second.view(id);
	assert.deepEqual(view.webSeeds, [good, 'http://127.0.0.1:9/y/']);
	const {downloaded} = await second.sees(id, 'all of it', ({state}) => state === 'seeding');
	assert.ok(downloaded < 3_600_000, `${downloaded}`);
	assertSame(`${space.path('home-data')}/again`, torrent.content.root);
});
