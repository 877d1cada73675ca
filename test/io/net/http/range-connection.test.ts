import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createServer as createPlainServer, type IncomingMessage, type RequestListener} from 'node:http';
import {createServer as createSecureServer} from 'node:https';
import {type AddressInfo, createServer as createTcpServer, type Server, Socket} from 'node:net';
import {type TestContext, test} from 'node:test';
import tls from 'node:tls';
import {HostResolver} from '../../../../source/io/net/host-resolver.ts';
import {HttpDialer} from '../../../../source/io/net/http/http-dialer.ts';
import {
	NodeRangeDialer,
	type RangeServer,
	type RangeStream,
} from '../../../../source/io/net/http/range-connection.ts';
import {LocalAddresses} from '../../../../source/io/net/local-addresses.ts';
import {certificate} from '../../../helpers/certificate.ts';
import {until} from '../../../helpers/deadline.ts';
import {HandClock} from '../../../helpers/hand-clock.ts';
import {Workspace} from '../../../helpers/workspace.ts';

/** An address that is public as far as anybody can tell, and leads to this machine in these tests. */
const publicHost = '11.22.33.44';
const file = Buffer.from(Uint8Array.from({length: 300_000}, (_, n) => (n * 7 + (n >> 8)) & 255));

async function listen(t: TestContext, server: Server): Promise<number> {
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
	return (server.address() as AddressInfo).port;
}

/** Gives ranges of the file; everything that was asked for is noted. */
function serving(asked: IncomingMessage[]): RequestListener {
	return (request, response) => {
		asked.push(request);
		const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
		const part = file.subarray(Number(from), Number(to) + 1);
		response.writeHead(206, {
			'Content-Length': part.length,
			'Content-Range': `bytes ${from}-${to}/${file.length}`,
		});
		response.end(part);
	};
}

/** Opens a connection and hears what it tells. */
function open(server: Partial<RangeServer> & {readonly url: URL}, names: Record<string, string[]> = {}) {
	const clock = new HandClock();
	const {lookUp} = new HostResolver(
		clock,
		async name => names[name] ?? Promise.reject(new Error('no such host')),
	);
	const dialer = new NodeRangeDialer(new HttpDialer(new LocalAddresses(), lookUp, clock), 'tortui/test');
	const heard = {
		body: Buffer.alloc(0),
		statuses: [] as number[],
		ends: 0,
		closed: undefined as string | undefined,
	};
	let mayRead = Infinity;
	const stream: RangeStream = dialer.open(
		{fromPublic: false, trusted: false, ...server},
		{
			connected: () => {},
			head: ({status}) => heard.statuses.push(status),
			body: (bytes, from, to) => {
				heard.body = Buffer.concat([heard.body, bytes.subarray(from, to)]);
			},
			end: () => heard.ends++,
			read: () => {
				if (heard.body.length >= mayRead) stream.pause();
			},
			closed: why => {
				heard.closed = why;
			},
		},
	);
	const ended = (count: number) =>
		until(
			() => `${count} answers: ${heard.closed}`,
			20_000,
			() => heard.ends === count,
		);
	const closed = () => until('the end of it', 20_000, () => heard.closed);
	return {stream, heard, ended, closed, pauseAfter: (bytes: number) => (mayRead = bytes)};
}

/** Whom we mean to dial is our own choice; only the last step is another. */
function leadHere(t: TestContext): void {
	const {connect} = Socket.prototype;
	t.mock.method(Socket.prototype, 'connect', function (this: Socket, ...given: unknown[]): Socket {
		const [first] = given.flat() as [{host?: string; lookup?: unknown}];
		if (first.host === publicHost || first.host === 'public.example') {
			delete first.lookup;
			Object.assign(first, {host: '127.0.0.1', family: 4});
		}
		return connect.apply(this, given as Parameters<typeof connect>);
	});
}

test('ranges are asked for over one connection, one behind the other, as they are', async t => {
	const asked: IncomingMessage[] = [];
	const port = await listen(t, createPlainServer(serving(asked)));
	const {stream, heard, ended} = open({url: new URL(`http://me:pw@127.0.0.1:${port}/a`)});
	stream.ask(new URL(`http://me:pw@127.0.0.1:${port}/a%20b/x`), 5, 100_000);
	stream.ask(new URL(`http://127.0.0.1:${port}/y?z`), 200_000, 1);
	await ended(2);
	assert.ok(heard.body.equals(Buffer.concat([file.subarray(5, 100_005), file.subarray(200_000, 200_001)])));
	assert.deepEqual(heard.statuses, [206, 206]);
	assert.equal(new Set(asked.map(({socket}) => socket)).size, 1);
	const [first, second] = asked as [IncomingMessage, IncomingMessage];
	assert.equal(first.url, '/a%20b/x');
	assert.equal(first.headers['accept-encoding'], 'identity');
	assert.equal(first.headers['user-agent'], 'tortui/test');
	assert.equal(first.headers.authorization, `Basic ${Buffer.from('me:pw').toString('base64')}`);
	assert.equal(second.headers.authorization, undefined);
	assert.equal(second.url, '/y?z');
	stream.close();
	assert.equal(heard.closed, undefined);
});

test('a reader that pauses gets nothing more than what was under way, and the rest when it reads on', async t => {
	const port = await listen(t, createPlainServer(serving([])));
	const {stream, heard, ended, pauseAfter} = open({url: new URL(`http://127.0.0.1:${port}/`)});
	stream.readAtMost(1000);
	pauseAfter(20_000);
	stream.ask(new URL(`http://127.0.0.1:${port}/`), 0, file.length);
	await until('the first bytes', 20_000, () => heard.body.length >= 20_000);
	const had = heard.body.length;
	assert.ok(had <= 21_000, `${had}`);
	for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
	assert.equal(heard.body.length, had);
	pauseAfter(Infinity);
	stream.readAtMost(undefined);
	stream.resume();
	await ended(1);
	assert.ok(heard.body.equals(file));
	stream.close();
});

test('TLS is verified, and ranges come over it', async t => {
	const space = new Workspace(t);
	const paths = certificate(space, 'web');
	const [key, cert] = [readFileSync(paths.key, 'utf8'), readFileSync(paths.cert, 'utf8')];
	const port = await listen(t, createSecureServer({key, cert}, serving([])));
	const url = new URL(`https://127.0.0.1:${port}/`);
	assert.match(await open({url}).closed(), /certificate/);
	const usual = tls.getCACertificates();
	tls.setDefaultCACertificates([cert]);
	t.after(() => tls.setDefaultCACertificates(usual));
	const {stream, heard, ended} = open({url});
	stream.ask(url, 7, 250_000);
	stream.ask(url, 0, 7);
	await ended(2);
	assert.ok(heard.body.equals(Buffer.concat([file.subarray(7, 250_007), file.subarray(0, 7)])));
	stream.close();
});

test('a server that breaks off, talks unasked or is none is told in a few words', async t => {
	const close = await listen(
		t,
		createTcpServer(socket => socket.once('data', () => socket.destroy())),
	);
	const first = open({url: new URL(`http://127.0.0.1:${close}/`)});
	first.stream.ask(new URL(`http://127.0.0.1:${close}/`), 0, 10);
	assert.match(await first.closed(), /broke off/);
	const rude = await listen(
		t,
		createTcpServer(socket => socket.end('220 mail.example ESMTP\r\n')),
	);
	const second = open({url: new URL(`http://127.0.0.1:${rude}/`)});
	second.stream.ask(new URL(`http://127.0.0.1:${rude}/`), 0, 10);
	assert.match(await second.closed(), /not HTTP|broke off/);
	const nobody = open({url: new URL('http://nobody.example/')});
	assert.match(await nobody.closed(), /no such host/);
	const half = await listen(
		t,
		createTcpServer(socket =>
			socket.once('data', () => socket.end('HTTP/1.1 206 x\r\nContent-Length: 10\r\n\r\n01234')),
		),
	);
	const third = open({url: new URL(`http://127.0.0.1:${half}/`)});
	third.stream.ask(new URL(`http://127.0.0.1:${half}/`), 0, 10);
	assert.match(await third.closed(), /broke off/);
	assert.equal(third.heard.body.toString(), '01234');
});

test('where a redirect from a public address leads may not be local, by address or by name', async t => {
	const asked: IncomingMessage[] = [];
	const port = await listen(t, createPlainServer(serving(asked)));
	const names = {'inner.example': ['10.0.0.1', '127.0.0.1']};
	for (const host of ['127.0.0.1', 'inner.example', '[::1]', '169.254.169.254']) {
		const url = new URL(`http://${host}:${port}/`);
		const {stream, closed} = open({url, fromPublic: true, trusted: true}, names);
		stream.ask(url, 0, 1);
		assert.match(await closed(), /redirects into the local network/, host);
	}
	assert.equal(asked.length, 0);
});

test('a local server is not asked by a query, unless a person named it; a name is judged when it is dialled', async t => {
	const asked: IncomingMessage[] = [];
	const port = await listen(t, createPlainServer(serving(asked)));
	const names = {'inner.example': ['127.0.0.1']};
	for (const host of ['127.0.0.1', 'inner.example']) {
		const url = new URL(`http://${host}:${port}/reboot?now=1`);
		const refused = open({url}, names);
		refused.stream.ask(url, 0, 1);
		assert.match(await refused.closed(), /local address and its URL has a query: refused/);
		assert.equal(asked.length, 0);
		const {stream, ended} = open({url, trusted: true}, names);
		stream.ask(url, 0, 1);
		await ended(1);
		stream.close();
		assert.equal(asked.splice(0).length, 1);
	}
});

test('whether an address of the internet was reached is known once it is connected', async t => {
	leadHere(t);
	const port = await listen(t, createPlainServer(serving([])));
	for (const [host, isPublic] of [
		['127.0.0.1', false],
		[publicHost, true],
	] as const) {
		const url = new URL(`http://${host}:${port}/x?y`);
		const {stream, ended} = open({url, trusted: !isPublic});
		stream.ask(url, 0, 1);
		await ended(1);
		assert.equal(stream.isPublic, isPublic, host);
		stream.close();
	}
});
