import assert from 'node:assert/strict';
import {connect, type Socket} from 'node:net';
import {type TestContext, test} from 'node:test';
import {TrackerHttpServer} from '../../source/tracker/http/http-listener.js';
import {StatsRoute} from '../../source/tracker/http/stats-route.js';
import {TrackerRoute} from '../../source/tracker/http/tracker-route.js';
import {TrackerService} from '../../source/tracker/tracker-service.js';
import {until, within} from '../helpers/deadline.ts';
import {HandClock} from '../helpers/hand-clock.ts';
import {seeded} from '../policy/seeded.ts';

const next = seeded(4);
const random = {next, bytes: (length: number) => Uint8Array.from({length}, () => Math.floor(next() * 256))};
const facts = {connections: 0, memory: 0, port: 1, hasTls: false, store: undefined};
const query = `info_hash=${'%01'.repeat(20)}&peer_id=-XX0001-abcdefghijkl&port=6881&left=1`;

async function start(t: TestContext, isExempt?: (host: string) => boolean) {
	const clock = new HandClock();
	const service = new TrackerService({clock, random});
	const server = new TrackerHttpServer(
		service,
		[new TrackerRoute(service), new StatsRoute(service, () => facts)],
		clock,
		undefined,
		isExempt,
	);
	const port = await server.listen(0, '127.0.0.1');
	const sockets: Socket[] = [];
	t.after(async () => {
		for (const socket of sockets) socket.destroy();
		await server.close();
	});
	/** Connects, says this and keeps what it hears. */
	const say = async (text: string, localAddress = '127.0.0.1') => {
		const socket = connect({port, host: '127.0.0.1', localAddress});
		sockets.push(socket);
		const visitor = {socket, heard: '', gone: false};
		socket.on('error', () => {});
		socket.on('data', bytes => {
			visitor.heard += bytes.toString('latin1');
		});
		socket.on('close', () => {
			visitor.gone = true;
		});
		await within(10_000, () => 'a connection', new Promise<void>(resolve => socket.once('connect', resolve)));
		socket.write(text);
		return visitor;
	};
	const hears = async (visitor: Awaited<ReturnType<typeof say>>, pattern: RegExp) =>
		until(
			() => `to hear ${pattern}, heard ${visitor.heard}`,
			10_000,
			() => pattern.test(visitor.heard),
			2,
		);
	return {clock, server, say, hears};
}

test('a thousand connections that send half a request hold nobody up, and go after 5 s', async t => {
	const {clock, server, say, hears} = await start(t);
	for (let from = 0; from < 1000; from += 100) {
		await Promise.all(
			Array.from({length: 100}, (_, n) =>
				say('GET /announce?info_hash=', `127.0.0.${2 + ((from + n) % 10)}`),
			),
		);
	}
	await until('all to be in', 10_000, () => server.connections === 1000, 2);
	// Some of them close their half: that is no reason to stay.
	const honest = await say(`GET /announce?${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
	await hears(honest, /^HTTP\/1\.1 200 OK[\s\S]*8:completei0e/);
	assert.equal(server.connections, 1000);
	await clock.pass(4000);
	// Who asks again stays a while longer.
	honest.socket.write(`GET /scrape?${query.split('&')[0]} HTTP/1.1\r\nHost: x\r\n\r\n`);
	await hears(honest, /5:filesd20:/);
	await clock.pass(2000);
	await until('the silent ones to be gone', 10_000, () => server.connections === 1, 2);
	assert.equal(honest.gone, false);
	await clock.pass(6000);
	await until('the idle one to be gone', 10_000, () => honest.gone && server.connections === 0, 2);
});

test('who closes its half of a connection has its answer if it asked, and is gone', async t => {
	const {server, say, hears} = await start(t);
	const half = await say('GET /announce?info_ha');
	half.socket.end();
	const whole = await say(`GET /announce?${query} HTTP/1.1\r\n\r\n`);
	whole.socket.end();
	await hears(whole, /8:completei0e/);
	await until('both to be gone', 10_000, () => half.gone && whole.gone && server.connections === 0, 2);
	assert.equal(half.heard, '');
});

test('a request may come in pieces, several in one, and with bare line feeds', async t => {
	const {say, hears} = await start(t);
	const slow = await say('GET /robots.txt HT');
	slow.socket.write('TP/1.1\r\nHost: x\r');
	slow.socket.write('\n\r\n');
	await hears(slow, /User-agent/);
	const many = await say(
		`${'GET /robots.txt HTTP/1.1\r\n\r\n'.repeat(3)}HEAD /robots.txt HTTP/1.1\nConnection: close\n\n`,
	);
	await hears(many, /(?:User-agent[\s\S]*){3}Content-Length: 52\r\n[\s\S]*close\r\n\r\n$/);
	const old = await say('GET /robots.txt HTTP/1.0\r\n\r\n');
	await until('an old client to be let go', 10_000, () => old.gone, 2);
});

test('who asks too much, too long or something else is told so and let go', async t => {
	const {server, say} = await start(t);
	for (const [text, answer] of [
		[`GET /${'x'.repeat(9000)} HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 431 /],
		['x'.repeat(9000), /^HTTP\/1\.1 431 /],
		['\u0000\u0001 garbage\r\n\r\n', /^HTTP\/1\.1 400 /],
		['GET /robots.txt HTTP/2\r\n\r\n', /^HTTP\/1\.1 400 /],
		['PUT /robots.txt HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello', /^HTTP\/1\.1 405 /],
		['GET /robots.txt HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello', /^HTTP\/1\.1 413 /],
		['GET /robots.txt HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n', /^HTTP\/1\.1 413 /],
		['GET /robots.txt HTTP/1.1\r\n\r\n'.repeat(150), /close\r\n\r\nUser-agent[\s\S]*scrape\n$/],
	] as const) {
		const visitor = await say(text);
		await until(
			() => `to be let go: ${text.slice(0, 40)}`,
			10_000,
			() => visitor.gone,
			2,
		);
		assert.match(visitor.heard, answer);
	}
	await until('all to be gone', 10_000, () => server.connections === 0, 2);
});

test('an address has 100 connections and its network 300, and others have theirs', async t => {
	const {server, say, hears} = await start(t, () => false);
	const many = await Promise.all(Array.from({length: 105}, () => say('GET', '127.0.0.1')));
	await until('five to be turned away', 10_000, () => many.filter(({gone}) => gone).length === 5, 2);
	assert.equal(server.connections, 100);
	const others = await Promise.all(
		Array.from({length: 250}, (_, n) => say('GET', `127.0.0.${10 + (n % 200)}`)),
	);
	await until('fifty to be turned away', 10_000, () => others.filter(({gone}) => gone).length === 50, 2);
	assert.equal(server.connections, 300);
	const far = await say(`GET /announce?${query} HTTP/1.1\r\n\r\n`, '127.0.1.1');
	await hears(far, /8:completei0e/);
	many.find(({gone}) => !gone)!.socket.destroy();
	await until('a place to be free', 10_000, () => server.connections === 300, 2);
	const near = await say(`GET /announce?${query} HTTP/1.1\r\n\r\n`, '127.0.0.1');
	await hears(near, /8:completei0e/);
});
