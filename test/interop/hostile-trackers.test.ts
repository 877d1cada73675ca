import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {bencode} from '../helpers/bencode.ts';
import {aria2c} from '../helpers/clients.ts';
import {assertSame} from '../helpers/compare.ts';
import {until, within} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {missing} from '../helpers/processes.ts';
import {rawSeeder} from '../helpers/raw-peer.ts';
import {kibibyte, makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {get} from '../helpers/tortui.ts';
import {opentracker} from '../helpers/trackers.ts';
import {Workspace} from '../helpers/workspace.ts';

const memoryLimit = 400 * mebibyte;

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A tracker that does what `answer` does; resolves `met` once it was asked. */
async function httpTracker(space: Workspace, answer: Answer): Promise<{url: string; met: Promise<void>}> {
	let met = () => {};
	const asked = new Promise<void>(resolve => {
		met = resolve;
	});
	const server = createServer((request, response) => {
		response.on('error', () => {});
		answer(request, response);
		met();
	});
	const port = await freePort();
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	space.defer(() => {
		server.close();
		server.closeAllConnections();
	});
	return {url: `http://127.0.0.1:${port}/announce`, met: asked};
}

async function udpTracker(
	space: Workspace,
	answer: (packet: Buffer) => readonly Buffer[],
): Promise<{url: string; met: Promise<void>}> {
	let met = () => {};
	const asked = new Promise<void>(resolve => {
		met = resolve;
	});
	const socket = createSocket('udp4');
	socket.on('message', (packet, from) => {
		for (const reply of answer(packet)) socket.send(reply, from.port, from.address);
		met();
	});
	const port = await freePort();
	socket.bind(port, '127.0.0.1');
	await once(socket, 'listening');
	space.defer(() => socket.close());
	return {url: `udp://127.0.0.1:${port}/announce`, met: asked};
}

const html = '<!doctype html><html><body><h1>503 Service Unavailable</h1></body></html>';

/** Writes until nobody takes it any more, 10 MiB at most, beginning like a proper answer. */
function pour(response: ServerResponse): void {
	response.writeHead(200, {'content-type': 'text/plain'});
	response.write('d8:intervali1800e5:peers10485760:');
	const junk = Buffer.alloc(64 * kibibyte, 'x');
	let left = 160;
	const more = () => {
		while (left-- > 0) if (!response.write(junk)) return void response.once('drain', more);
		response.end();
	};
	more();
}

const httpAnswers: ReadonlyArray<readonly [what: string, answer: Answer]> = [
	['answers garbage', (_, response) => response.end(randomBytes(3000))],
	['answers HTML with status 200', (_, response) => response.end(html)],
	[
		'answers HTML with status 503',
		(_, response) => response.writeHead(503, {'content-type': 'text/html'}).end(html),
	],
	['answers 10 MiB', (_, response) => pour(response)],
	[
		'answers 100 MiB, packed into 100 KiB',
		(_, response) =>
			response
				.writeHead(200, {'content-encoding': 'gzip'})
				.end(gzipSync(Buffer.concat([Buffer.from('d5:peers104857600:'), Buffer.alloc(100 * mebibyte)]))),
	],
	['never answers', () => {}],
	['answers half a header and stalls', request => request.socket.write('HTTP/1.1 200 OK\r\nContent-Le')],
	[
		'answers a byte at a time for ever',
		(_, response) => {
			const timer = setInterval(() => response.write('d'), 50);
			response.on('close', () => clearInterval(timer));
		},
	],
	['hangs up', request => request.socket.destroy()],
	[
		'redirects for ever',
		(_, response) => response.writeHead(302, {location: `/announce?${randomBytes(4).toString('hex')}`}).end(),
	],
	['answers nothing at all', (_, response) => response.end()],
	['answers a list in 100,000 lists', (_, response) => response.end('l'.repeat(100_000))],
	[
		'answers a string of negative length',
		(_, response) => response.end('d8:intervali1800e5:peers-6:abcdefe'),
	],
	[
		'answers an interval of 0 and peers that are no peers',
		(_, response) =>
			response.end(
				bencode({interval: 0, 'min interval': -5, peers: Buffer.alloc(7, 255), peers6: 'nonsense'}),
			),
	],
	[
		'answers 30,000 peers that do not exist',
		(_, response) => {
			const peers = randomBytes(30_000 * 6);
			// All on this machine, on ports where nobody listens, so that no packet leaves it.
			for (let at = 0; at < peers.length; at += 6)
				peers.set([127, 1, peers[at + 2]!, peers[at + 3]!, 0, 9], at);
			response.end(bencode({interval: 1800, peers}));
		},
	],
	[
		'refuses, with control characters in its reason',
		(_, response) => response.end(bencode({'failure reason': '\u001b[2J\u001b]0;owned\u0007no\r\n'})),
	],
];

const udpAnswers: ReadonlyArray<readonly [what: string, answer: (packet: Buffer) => readonly Buffer[]]> = [
	['answers garbage', () => [randomBytes(3), randomBytes(16), randomBytes(500)]],
	['never answers', () => []],
	[
		'answers with errors of its own making',
		packet => {
			const error = Buffer.concat([Buffer.alloc(8), Buffer.from('\u001b[2Jno')]);
			error.writeUInt32BE(3);
			packet.copy(error, 4, 12, 16);
			return [error];
		},
	],
	[
		'answers for another transaction',
		packet => {
			const reply = Buffer.alloc(16);
			packet.copy(reply, 4, 12, 16);
			reply[4]! ^= 0xff;
			return [reply, reply];
		},
	],
];

async function downloadDespite(space: Workspace, tracker: {url: string; met: Promise<void>}): Promise<void> {
	const content = writeFile(space.folder('theirs'), 'file.bin', 2 * mebibyte + 1);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const file = torrent.write(space.path('file.torrent'), [tracker.url]);
	const honest = await rawSeeder(space, torrent, {host: '127.0.0.3', unchokeAfter: tracker.met});
	const ours = await get(space, [file, '-d', space.folder('ours'), '--peer', honest.address]);
	await within(20_000, 'the tracker to be asked', tracker.met);
	await ours.event('complete', 20_000);
	await until('the end of the program', 15_000, () => {
		const memory = ours.program.peakMemory();
		assert.ok(memory < memoryLimit, `it uses ${Math.round(memory / mebibyte)} MiB`);
		return ours.program.ended;
	});
	await ours.done();
	assertSame(space.path('ours', 'file.bin'), content.root);
	assert.doesNotMatch(ours.program.stderr, /^\s+at /m);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
	assert.doesNotMatch(ours.program.stdout + ours.program.stderr, /[\u0000-\u0008\u000b-\u001f\u007f]/);
}

for (const [what, answer] of httpAnswers) {
	test(`an HTTP tracker that ${what} does not hinder the download`, async t => {
		const space = new Workspace(t);
		await downloadDespite(space, await httpTracker(space, answer));
	});
}

for (const [what, answer] of udpAnswers) {
	test(`a UDP tracker that ${what} does not hinder the download`, async t => {
		const space = new Workspace(t);
		await downloadDespite(space, await udpTracker(space, answer));
	});
}

test('when the first tier answers garbage, the second one is asked', {
	skip: missing('aria2c', 'opentracker'),
}, async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 2 * mebibyte + 1);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const hostile = await httpTracker(space, (_, response) => response.end(html));
	const honest = await opentracker(space, torrent);
	await aria2c(space, {
		torrent: torrent.write(space.path('theirs.torrent'), [honest.http]),
		dir: content.dir,
		seed: true,
	});
	await honest.knows(torrent, {seeders: 1});
	const file = torrent.write(space.path('file.torrent'), [hostile.url, honest.http]);
	const ours = await get(space, [file, '-d', space.folder('ours')]);
	await ours.done();
	assertSame(space.path('ours', 'file.bin'), content.root);
});

test('a tracker is told started, completed and stopped, once each', async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 2 * mebibyte + 1);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const told: string[] = [];
	const tracker = await httpTracker(space, (request, response) => {
		const query = new URL(request.url!, 'http://localhost').searchParams;
		const event = query.get('event');
		if (event) told.push(`${event} left=${query.get('left')} port=${query.get('port')}`);
		response.end(bencode({interval: 1800, peers: Buffer.alloc(0)}));
	});
	const honest = await rawSeeder(space, torrent, {host: '127.0.0.3', unchokeAfter: tracker.met});
	const file = torrent.write(space.path('file.torrent'), [tracker.url]);
	const ours = await get(space, [file, '-d', space.folder('ours'), '--peer', honest.address]);
	await ours.done();
	assert.deepEqual(told, [
		`started left=${content.length} port=${ours.port}`,
		`completed left=0 port=${ours.port}`,
		`stopped left=0 port=${ours.port}`,
	]);
});
