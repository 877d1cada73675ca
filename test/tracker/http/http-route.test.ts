import assert from 'node:assert/strict';
import {connect, type Socket} from 'node:net';
import {type TestContext, test} from 'node:test';
import {TrackerHttpServer} from '../../../source/tracker/http/http-listener.js';
import {HttpRefusal, type HttpRoute, type HttpStream} from '../../../source/tracker/http/http-route.js';
import {until} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

async function serve(t: TestContext, handle: HttpRoute['handle']) {
	const clock = new HandClock();
	const route = {handles: (path: string) => path.startsWith('/more/'), handle};
	const failures: string[] = [];
	const failed = (path: string, error: unknown) => void failures.push(`${path} ${(error as Error).message}`);
	const server = new TrackerHttpServer({admits: () => true, failed}, [route], clock);
	const port = await server.listen(0, '127.0.0.1');
	const sockets: Socket[] = [];
	t.after(async () => {
		for (const socket of sockets) socket.destroy();
		await server.close();
	});
	const say = (bytes: string) => {
		const socket = connect(port, '127.0.0.1');
		sockets.push(socket);
		const visitor = {socket, heard: '', gone: false};
		socket.on('error', () => {});
		socket.on('data', data => {
			visitor.heard += data.toString('latin1');
		});
		socket.on('close', () => {
			visitor.gone = true;
		});
		socket.write(bytes, 'latin1');
		return visitor;
	};
	const hears = (visitor: ReturnType<typeof say>, pattern: RegExp) =>
		until(
			() => `to hear ${pattern}, heard ${visitor.heard.slice(-200)}`,
			10_000,
			() => pattern.test(visitor.heard),
			2,
		);
	const base = `http://127.0.0.1:${port}`;
	return {clock, server, say, hears, base, failures};
}

const head = (method: string, ...headers: string[]) =>
	`${method} /more/x?a=b HTTP/1.1\r\n${headers.map(header => `${header}\r\n`).join('')}\r\n`;

test('a route reads a body that comes in pieces, and what comes behind it is the next request', async t => {
	const {say, hears} = await serve(t, async request => {
		const body = await request.body(1000);
		const text = `${request.method} ${request.path} ${request.query} ${request.header('x-y')} ${Buffer.from(body).toString('hex')}`;
		return {status: 201, type: 'text/plain', body: text, headers: {'X-More': 'yes'}};
	});
	const visitor = say(head('PUT', 'Content-Length: 6', 'X-Y: 1'));
	visitor.socket.write('abc');
	await new Promise(resolve => setImmediate(resolve));
	visitor.socket.write(`\u00ff\u0000f${head('POST', 'Content-Length: 0')}${head('DELETE')}`, 'latin1');
	await hears(visitor, /DELETE \/more\/x a=b undefined $/);
	assert.match(visitor.heard, /^HTTP\/1\.1 201 Created\r\n[\s\S]*X-More: yes\r\n/);
	assert.match(visitor.heard, /PUT \/more\/x a=b 1 616263ff0066HTTP\/1\.1 201/);
	assert.equal(visitor.gone, false);
});

test('a body is as long as its route allows, and says so first', async t => {
	const {say, server} = await serve(t, async request => {
		await request.body(100);
		return {status: 200, type: 'text/plain', body: 'ok'};
	});
	for (const [headers, answer] of [
		[['Content-Length: 101'], /^HTTP\/1\.1 413 /],
		[['Content-Length: 999999999999999'], /^HTTP\/1\.1 413 /],
		[['Transfer-Encoding: chunked'], /^HTTP\/1\.1 411 /],
	] as const) {
		const visitor = say(`${head('PUT', ...headers)}${'x'.repeat(5000)}`);
		await until(
			() => `${headers} to be let go`,
			10_000,
			() => visitor.gone,
			2,
		);
		assert.match(visitor.heard, answer);
	}
	await until('all to be gone', 10_000, () => server.connections === 0, 2);
});

test('who asks before it sends is told to go on', async t => {
	const {say, hears} = await serve(t, async request => ({
		status: 200,
		type: 'text/plain',
		body: await request.body(100),
	}));
	const visitor = say(head('PUT', 'Content-Length: 5', 'Expect: 100-continue'));
	await hears(visitor, /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
	visitor.socket.write('hello');
	await hears(visitor, /200 OK[\s\S]*hello$/);
});

test('a body that does not come is waited for as long as its length is worth, and its route is told', async t => {
	let ended: unknown;
	const {clock, say, server, failures} = await serve(t, async request => {
		try {
			await request.body(1 << 20);
		} catch (error) {
			ended = error;
			throw error;
		}
		return {status: 200, type: 'text/plain', body: ''};
	});
	const visitor = say(`${head('PUT', 'Content-Length: 80000')}half`);
	await until('it to be in', 10_000, () => server.connections === 1, 2);
	await clock.pass(14_000);
	assert.equal(visitor.gone, false);
	await clock.pass(2000);
	await until('it to be gone', 10_000, () => visitor.gone && ended !== undefined, 2);
	assert.ok(ended instanceof Error);
	assert.deepEqual(failures, [], 'it failed because of them');
});

test('what a route refuses is the answer; what fails in it is told to whoever runs it alone', async t => {
	const {base, failures} = await serve(t, request => {
		if (request.query === 'no') throw new HttpRefusal(429, 'later', {'Retry-After': '7'});
		throw new Error('a secret');
	});
	const refused = await fetch(`${base}/more/?no`);
	assert.equal(refused.status, 429);
	assert.equal(refused.headers.get('retry-after'), '7');
	assert.equal(await refused.text(), 'later\n');
	const failed = await fetch(`${base}/more/`);
	assert.equal(failed.status, 500);
	assert.doesNotMatch(await failed.text(), /secret/);
	assert.deepEqual(failures, ['/more/ a secret']);
	assert.equal((await fetch(`${base}/other`)).status, 404);
});

test('an answer can go on; silence does not end it, a reader that does not read does', async t => {
	const streams: HttpStream[] = [];
	let closed = 0;
	const {clock, say, hears, server} = await serve(t, () => ({
		status: 200,
		type: 'text/event-stream',
		body: 'retry: 5000\n\n',
		stream(stream) {
			streams.push(stream);
			stream.onClose(() => closed++);
		},
	}));
	const visitor = say(head('GET'));
	await hears(visitor, /text\/event-stream\r\n[\s\S]*retry: 5000\n\n$/);
	await clock.pass(60_000);
	assert.equal(streams[0]?.write('data: 1\n\n'), true);
	await hears(visitor, /data: 1\n\n$/);
	visitor.socket.pause();
	let behind = 0;
	while (streams[0]!.write('x'.repeat(10_000))) assert.ok(++behind < 5000, 'it is never let go');
	await until('it to be let go', 10_000, () => closed === 1 && server.connections === 0, 2);
	const second = say(head('GET'));
	await hears(second, /retry: 5000\n\n$/);
	second.socket.destroy();
	await until('its end to be told', 10_000, () => closed === 2, 2);
	assert.equal(streams[1]!.write('more'), false);
});
