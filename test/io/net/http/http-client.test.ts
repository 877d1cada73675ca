import assert from 'node:assert/strict';
import {createServer, type RequestListener} from 'node:http';
import {type AddressInfo, createServer as createTcpServer, type Server, type Socket} from 'node:net';
import {type TestContext, test} from 'node:test';
import {gzipSync} from 'node:zlib';
import type {Clock} from '../../../../source/base/ports.js';
import {HostResolver} from '../../../../source/io/net/host-resolver.js';
import {type HttpClientOptions, NodeHttpClient} from '../../../../source/io/net/http/http-client.js';
import {LocalAddresses} from '../../../../source/io/net/local-addresses.js';
import {until, within} from '../../../helpers/deadline.ts';
import {HandClock} from '../../../helpers/hand-clock.ts';
import {hasAddress} from '../../../helpers/ports.ts';

const maximumBody = 1 << 20;
const text = new TextDecoder();

async function listen(t: TestContext, server: Server): Promise<string> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(t: TestContext, listener: RequestListener): Promise<string> {
	return listen(t, createServer(listener));
}

/** A server that writes these bytes to whoever connects. */
function blurt(t: TestContext, write: (socket: Socket) => void): Promise<string> {
	return listen(t, createTcpServer(write));
}

function client(clock: Clock = new HandClock(), concurrency = 50, more: Partial<HttpClientOptions> = {}) {
	const {lookUp} = new HostResolver(clock);
	return new NodeHttpClient({
		clock,
		userAgent: 'tortui/test',
		concurrency,
		local: new LocalAddresses(),
		lookUp,
		...more,
	});
}

test('a body comes with its status, and the request says who asks', async t => {
	let agent: string | undefined;
	let asked: string | undefined;
	const base = await serve(t, (request, response) => {
		agent = request.headers['user-agent'];
		asked = request.url;
		response.statusCode = 404;
		response.end('d1:xi1ee');
	});
	const answer = await client().get(`${base}/announce?info_hash=%00%ff~`, {maximumBody});
	assert.equal(answer.status, 404);
	assert.equal(text.decode(answer.body), 'd1:xi1ee');
	assert.equal(agent, 'tortui/test');
	assert.equal(asked, '/announce?info_hash=%00%ff~');
});

test('gzip is inflated', async t => {
	const base = await serve(t, (_request, response) => {
		response.setHeader('Content-Encoding', 'gzip');
		response.end(gzipSync('hello'));
	});
	assert.equal(text.decode((await client().get(base, {maximumBody})).body), 'hello');
});

test('a gzip bomb goes off at the limit, a body of 10 MB is cut there', async t => {
	const bomb = gzipSync(Buffer.alloc(200 << 20));
	const base = await serve(t, (request, response) => {
		if (request.url === '/bomb') response.setHeader('Content-Encoding', 'gzip').end(bomb);
		else response.end(Buffer.alloc(10_000_000));
	});
	for (const path of ['/bomb', '/large']) {
		await assert.rejects(client().get(base + path, {maximumBody}), {
			message: 'the answer is longer than 1048576 bytes',
		});
	}
});

test('broken gzip and unknown encodings are told', async t => {
	const base = await serve(t, (request, response) => {
		response.setHeader('Content-Encoding', request.url === '/br' ? 'br' : 'gzip');
		response.end('not that');
	});
	await assert.rejects(client().get(`${base}/gzip`, {maximumBody}), {message: 'the answer is broken gzip'});
	await assert.rejects(client().get(`${base}/br`, {maximumBody}), {message: 'the answer is encoded as br'});
});

test('up to five redirects are followed, not one more', async t => {
	const base = await serve(t, (request, response) => {
		const left = Number(request.url?.slice(1));
		if (left === 0) {
			response.end('there');
			return;
		}
		response.writeHead([301, 302, 307, 308, 303][left % 5]!, {Location: `/${left - 1}`});
		response.end();
	});
	const answer = await client().get(`${base}/5`, {maximumBody});
	assert.equal(text.decode(answer.body), 'there');
	assert.equal(answer.url, `${base}/0`);
	await assert.rejects(client().get(`${base}/6`, {maximumBody}), {message: 'it redirects more than 5 times'});
});

test('redirects away from http are refused', async t => {
	const base = await serve(t, (request, response) => {
		response.writeHead(302, {Location: request.url === '/a' ? 'file:///etc/passwd' : 'http://['});
		response.end();
	});
	await assert.rejects(client().get(`${base}/a`, {maximumBody}), {message: 'it leads to file:, not http'});
	await assert.rejects(client().get(`${base}/b`, {maximumBody}), {message: /no URL/});
});

test('local addresses can be kept to certain paths, redirects included', async t => {
	let requests = 0;
	const base = await serve(t, (_request, response) => {
		requests++;
		response.writeHead(302, {Location: '/shutdown'});
		response.end();
	});
	const localPath = (path: string): boolean => path.endsWith('/announce');
	for (const url of [`${base}/shutdown`, `${base}/announce`, base.replace('127.0.0.1', 'localhost')]) {
		await assert.rejects(client().get(url, {maximumBody, localPath}), {message: /is a local address/});
	}
	assert.equal(requests, 1);
});

test('who never answers, or drips, is left when time is up', async t => {
	const clock = new HandClock();
	const silent = await blurt(t, () => {});
	const drip = await blurt(t, socket => {
		socket.write('HTTP/1.1 200 OK\r\n\r\n');
		const timer = setInterval(() => socket.write('x'), 5);
		socket.on('close', () => clearInterval(timer));
	});
	for (const url of [silent, drip]) {
		const answer = client(clock).get(url, {maximumBody});
		const rejected = assert.rejects(answer, {message: 'no answer within 30 s'});
		await new Promise(resolve => setTimeout(resolve, 40));
		await clock.pass(30_000);
		await rejected;
	}
});

test('what is not HTTP, ends early or is not there is told in words', async t => {
	const garbage = await blurt(t, socket => socket.end('\u0000\u0001garbage\r\n\r\n'));
	const short = await blurt(t, socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'));
	const headers = await blurt(t, socket =>
		socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
	);
	await assert.rejects(client().get(garbage, {maximumBody}), {message: 'the answer is not HTTP'});
	await assert.rejects(client().get(short, {maximumBody}), {message: 'the connection broke off'});
	await assert.rejects(client().get(headers, {maximumBody}), {message: 'the answer is not HTTP'});
	await assert.rejects(client().get('http://127.0.0.1:1/', {maximumBody}), {message: 'connection refused'});
	await assert.rejects(client().get('http://tracker.invalid/', {maximumBody}), /host|name/);
});

test('an abort ends a request with its reason', async t => {
	const base = await blurt(t, () => {});
	const abort = new AbortController();
	const answer = client().get(base, {maximumBody, signal: abort.signal});
	setTimeout(() => abort.abort(new Error('enough')), 10);
	await assert.rejects(answer, {message: 'enough'});
});

test('requests beyond the limit wait for their turn', async t => {
	let open = 0;
	let most = 0;
	const base = await serve(t, (_request, response) => {
		most = Math.max(most, ++open);
		setTimeout(() => {
			open--;
			response.end('x');
		}, 5);
	});
	const http = client(new HandClock(), 3);
	await Promise.all(Array.from({length: 12}, () => http.get(base, {maximumBody})));
	assert.equal(most, 3);
});

test('an answer that wants another protocol than HTTP is one that failed', async t => {
	for (const head of [
		'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
		'HTTP/1.1 101 Switching Protocols\r\n\r\n',
	]) {
		const open = await blurt(t, socket => void socket.write(head));
		await assert.rejects(client().get(open, {maximumBody}), {message: /something other than HTTP/});
		const closed = await blurt(t, socket => void socket.end(`${head}rest`));
		await assert.rejects(client().get(closed, {maximumBody}), {message: /something other than HTTP/});
	}
});

test('every way in which a connection ends, ends the request and frees its place', async t => {
	const http = client(new HandClock(), 1);
	const ways: Array<readonly [write: (socket: Socket) => void, message: RegExp]> = [
		[socket => socket.destroy(), /broke off/],
		[socket => socket.resetAndDestroy(), /broke off/],
		[socket => socket.end(), /broke off/],
		[socket => socket.end('HTTP/1.1 200 OK\r\n'), /broke off/],
		[socket => socket.end('HTTP/1.1 100 Continue\r\n\r\n'), /broke off/],
		[socket => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'), /broke off/],
		[socket => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'), /not HTTP/],
		[
			socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc'),
			/not HTTP/,
		],
		[socket => socket.end('HTTP/2 200\r\n\r\n'), /not HTTP/],
		[socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), /not HTTP/],
		[socket => void socket.write('HTTP/1.1 101 X\r\n\r\n'), /other than HTTP/],
	];
	for (const [write, message] of ways) {
		const base = await blurt(t, write);
		await assert.rejects(http.get(base, {maximumBody}), {message});
	}
	const fine = await blurt(t, socket => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
	assert.equal(text.decode((await http.get(fine, {maximumBody})).body), 'ok');
});

test('answers of old and home-made servers are read', async t => {
	for (const answer of [
		'HTTP/1.1 200 OK\nContent-Length: 2\n\nok',
		'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
		'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok',
		'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more',
		'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n',
		'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n',
		'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok',
		'HTTP/1.0 200\r\n\r\nok',
	]) {
		const base = await blurt(t, socket => void socket.end(answer));
		const {body, status} = await client().get(base, {maximumBody});
		assert.deepEqual([status, text.decode(body)], [200, 'ok'], answer);
	}
});

test('gzip that is not announced is inflated, within the same limit', async t => {
	const base = await serve(t, (request, response) =>
		response.end(gzipSync(request.url === '/bomb' ? Buffer.alloc(100 << 20) : 'hello')),
	);
	assert.equal(text.decode((await client().get(base, {maximumBody})).body), 'hello');
	await assert.rejects(client().get(`${base}/bomb`, {maximumBody}), {message: /longer than/});
});

test('who waits for a place gives up when asked to, and takes nobody else’s', async t => {
	const http = client(new HandClock(), 1);
	const silent = await blurt(t, () => {});
	const fine = await blurt(t, socket => void socket.end('HTTP/1.1 200 OK\r\n\r\nok'));
	const first = new AbortController();
	const holds = http.get(silent, {maximumBody, signal: first.signal});
	const second = new AbortController();
	const waits = http.get(fine, {maximumBody, signal: second.signal});
	const third = http.get(fine, {maximumBody});
	second.abort(new Error('enough'));
	await assert.rejects(waits, {message: 'enough'});
	first.abort(new Error('go'));
	await assert.rejects(holds, {message: 'go'});
	assert.equal((await third).status, 200);
	await assert.rejects(http.get(fine, {maximumBody, signal: second.signal}), {message: 'enough'});
});

test('redirects in a circle end', async t => {
	const base = await serve(t, (request, response) => {
		response.writeHead(302, {Location: request.url === '/a' ? '/b' : '/a'}).end();
	});
	await assert.rejects(client().get(`${base}/a`, {maximumBody}), {message: 'it redirects more than 5 times'});
});

test('a user in the URL is told to the server, also one whose name is badly encoded', async t => {
	const base = await serve(t, (request, response) => response.end(request.headers.authorization));
	for (const [user, told] of [
		['a%40b:c%3Ad', 'a@b:c:d'],
		['a%zz:p', 'a%zz:p'],
	] as const) {
		const {body} = await client().get(base.replace('//', `//${user}@`), {maximumBody});
		assert.equal(text.decode(body), `Basic ${Buffer.from(told).toString('base64')}`);
	}
});

for (const [userInfo, sent] of [
	['user:pass@', 'user:pass'],
	['us%65r:p%40ss@', 'user:p@ss'],
	['100%:%zz@', '100%:%zz'],
	['user@', 'user:'],
	[':pass@', ':pass'],
] as const) {
	test(`a redirect to ${userInfo}… is followed with ${sent}`, async t => {
		let authorization: string | undefined;
		const base = await serve(t, (request, response) => {
			authorization = request.headers.authorization;
			if (request.url !== '/there')
				response.writeHead(302, {Location: `http://${userInfo}${request.headers.host}/there`});
			response.end('here');
		});
		const answer = await client().get(`${base}/announce`, {maximumBody});
		assert.equal(text.decode(answer.body), 'here');
		assert.equal(Buffer.from(authorization!.replace('Basic ', ''), 'base64').toString(), sent);
	});
}

const skip = !(await hasAddress('127.0.0.2')) && 'this machine has no loopback address but one';

/** Who came: `from host:port asked`. */
async function visitors(t: TestContext): Promise<{readonly port: number; readonly came: string[]}> {
	const came: string[] = [];
	const base = await serve(t, (request, response) => {
		came.push(`${request.socket.remoteAddress} asks ${request.headers.host?.replace(/:.*/, '')}`);
		response.end('here');
	});
	return {port: Number(new URL(base).port), came};
}

test('bound to addresses of both families, it dials from the one of the family', {skip}, async t => {
	const {port, came} = await visitors(t);
	const http = client(undefined, undefined, {
		local: new LocalAddresses(['2001:db8::7', '127.0.0.2', '127.0.0.3']),
		lookUp: async () => ['127.0.0.1'],
	});
	await http.get(`http://tracker.example:${port}/`, {maximumBody});
	assert.deepEqual(came, ['127.0.0.2 asks tracker.example']);
});

test('bound to one family, addresses of the other are not dialled', {skip}, async t => {
	const {port, came} = await visitors(t);
	const http = client(undefined, undefined, {
		local: new LocalAddresses(['127.0.0.2']),
		lookUp: async name => (name === 'both.example' ? ['::1', '127.0.0.1'] : ['::1']),
	});
	await http.get(`http://both.example:${port}/`, {maximumBody});
	assert.deepEqual(came, ['127.0.0.2 asks both.example']);
	await assert.rejects(http.get(`http://other.example:${port}/`, {maximumBody}), {
		message: 'it has no address we can dial from ours',
	});
});

test('bound, the next address is tried when one refuses', {skip}, async t => {
	const {port, came} = await visitors(t);
	const http = client(undefined, undefined, {
		local: new LocalAddresses(['127.0.0.2']),
		lookUp: async () => ['127.0.0.9', '127.0.0.8', '127.0.0.1'],
	});
	await http.get(`http://tracker.example:${port}/`, {maximumBody});
	assert.deepEqual(came, ['127.0.0.2 asks tracker.example']);
	const {port: dead} = await visitors(t);
	const none = client(undefined, undefined, {
		local: new LocalAddresses(['127.0.0.2']),
		lookUp: async () => ['127.0.0.9', '127.0.0.8'],
	});
	await assert.rejects(none.get(`http://tracker.example:${dead}/`, {maximumBody}), {
		message: 'connection refused',
	});
});

test('a name that is still being looked up when the time is over ends with it', async () => {
	const clock = new HandClock();
	const http = client(clock, undefined, {lookUp: () => new Promise(() => {})});
	const answer = http.get('http://tracker.example/', {maximumBody, timeout: 5000});
	const rejected = assert.rejects(answer, {message: 'no answer within 5 s'});
	await clock.pass(5000);
	await rejected;
	assert.equal(clock.next, undefined);
});

test('bound, the next address is tried beside one that says nothing for a second; all end with the request', {
	skip,
}, async t => {
	const seen: string[] = [];
	const ended: Array<Promise<void>> = [];
	const mute = (name: string) =>
		createTcpServer(socket => {
			seen.push(name);
			socket.resume();
			ended.push(new Promise(resolve => socket.once('close', () => resolve())));
		});
	const port = Number(new URL(await listen(t, mute('first'))).port);
	const second = mute('second');
	await new Promise<void>(resolve => second.listen(port, '127.0.0.2', resolve));
	t.after(() => second.close());
	const clock = new HandClock();
	const http = client(clock, undefined, {
		local: new LocalAddresses(['127.0.0.3']),
		lookUp: async () => ['127.0.0.1', '127.0.0.2'],
	});
	const stop = new AbortController();
	const answer = http.get(`https://tracker.example:${port}/`, {maximumBody, signal: stop.signal});
	const rejected = assert.rejects(answer, {message: 'enough'});
	await until('the first', 20_000, () => seen.length === 1, 1);
	await clock.pass(999);
	assert.deepEqual(seen, ['first']);
	await clock.pass(1);
	await until('the second', 20_000, () => seen.length === 2, 1);
	stop.abort(new Error('enough'));
	await rejected;
	await within(20_000, 'the ends', Promise.all(ended));
	assert.equal(clock.next, undefined);
});

test('the end of a connection that served is no reason to dial the next address', {skip}, async t => {
	let connections = 0;
	const base = await blurt(t, socket => {
		connections++;
		socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere');
	});
	const http = client(undefined, undefined, {
		local: new LocalAddresses(['127.0.0.2']),
		lookUp: async () => ['127.0.0.1', '127.0.0.1'],
	});
	const url = new URL(base);
	url.hostname = 'tracker.example';
	await http.get(url.href, {maximumBody});
	// The second get comes to the server after whatever the first has begun.
	await http.get(base, {maximumBody});
	assert.equal(connections, 2);
});

test('what is posted arrives whole, with its headers and its length in bytes', async t => {
	let seen = '';
	const base = await serve(t, async (request, response) => {
		const {method, headers} = request;
		let body = '';
		for await (const chunk of request) body += chunk;
		seen = `${method} ${headers['soapaction']} ${headers['content-length']} ${body}`;
		response.statusCode = 500;
		response.end('fault');
	});
	const post = {headers: {SOAPAction: '"x#y"'}, body: 'é<a/>'};
	const answer = await client().get(`${base}/ctl`, {maximumBody, post});
	assert.equal(seen, 'POST "x#y" 6 é<a/>');
	assert.deepEqual([answer.status, text.decode(answer.body)], [500, 'fault']);
});

test('a post is never sent a second time, and no redirect is followed where none may be', async t => {
	const asked: string[] = [];
	const base = await serve(t, (request, response) => {
		asked.push(`${request.method} ${request.url}`);
		response.writeHead(307, {Location: '/elsewhere'});
		response.end('moved');
	});
	const posted = await client().get(`${base}/ctl`, {maximumBody, post: {headers: {}, body: 'x'}});
	const got = await client().get(`${base}/root`, {maximumBody, redirects: 0});
	assert.deepEqual([posted.status, got.status, text.decode(got.body)], [307, 307, 'moved']);
	assert.deepEqual(asked, ['POST /ctl', 'GET /root']);
	await assert.rejects(
		client().get(`${base}/root`, {maximumBody, redirects: 2}),
		/redirects more than 2 times/,
	);
});

test('bytes are put and things deleted, and what is said beside goes with them', async t => {
	const seen: string[] = [];
	const base = await serve(t, async (request, response) => {
		const {method, headers, url} = request;
		const parts: Buffer[] = [];
		for await (const chunk of request) parts.push(chunk);
		seen.push(`${method} ${url} ${headers['x-token']} ${Buffer.concat(parts).toString('hex')}`);
		response.end('done');
	});
	const headers = {'X-Token': 'secret'};
	const put = {method: 'PUT', headers: {}, body: Uint8Array.of(0xff, 0x00)} as const;
	await client().get(`${base}/a`, {maximumBody, headers, post: put});
	await client().get(`${base}/b`, {maximumBody, headers, post: {method: 'DELETE', headers: {}, body: ''}});
	await client().get(`${base}/c`, {maximumBody, headers});
	assert.deepEqual(seen, ['PUT /a secret ff00', 'DELETE /b secret ', 'GET /c secret ']);
});

test('an answer that goes on is told as it comes, without an end and without being kept', async t => {
	const base = await serve(t, (request, response) => {
		if (request.url === '/no') {
			response.statusCode = 503;
			response.end('busy');
			return;
		}
		response.write('one ');
		setImmediate(() => response.end('x'.repeat(100_000)));
	});
	let heard = '';
	const stream = (bytes: Uint8Array) => {
		heard += text.decode(bytes);
	};
	const answer = await client().get(`${base}/events`, {maximumBody: 1000, stream});
	assert.equal(answer.body.length, 0);
	assert.equal(heard, `one ${'x'.repeat(100_000)}`);
	const refused = await client().get(`${base}/no`, {maximumBody: 1000, stream});
	assert.deepEqual([refused.status, text.decode(refused.body)], [503, 'busy']);
});
