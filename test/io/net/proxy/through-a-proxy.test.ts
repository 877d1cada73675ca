import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import dns from 'node:dns';
import {createServer as createWebServer} from 'node:http';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {type TestContext, test} from 'node:test';
import {machineClock} from '../../../../source/io/machine/clock.ts';
import {makeSockets, type Sockets} from '../../../../source/io/net/sockets.ts';
import type {ConnectionEvents} from '../../../../source/io/net/transport.ts';
import {parseProxyUrl} from '../../../../source/protocol/transport/proxy-address.ts';
import {until, within} from '../../../helpers/deadline.ts';
import {HandClock, settled} from '../../../helpers/hand-clock.ts';
import {SocksProxy} from '../../../helpers/socks-proxy.ts';

const limit = 20_000;
const infoHash = new Uint8Array(20);

interface Through {
	readonly sockets: Sockets;
	readonly told: string[];
}

function through(
	t: TestContext,
	url: string,
	clock = machineClock as typeof machineClock | HandClock,
): Through {
	const told: string[] = [];
	const sockets = makeSockets({
		clock,
		bind: [],
		userAgent: 'tortui/test',
		proxy: parseProxyUrl(url),
		log: (level, text) => told.push(`${level}: ${text}`),
	});
	t.after(() => sockets.udp.close());
	// Nobody but the proxy may ever be asked for a name.
	t.mock.method(dns.promises, 'lookup', () => assert.fail('a name was looked up here'));
	return {sockets, told};
}

/** A server on 127.0.0.1 that does this with whoever comes. */
async function serve(t: TestContext, come: (socket: Socket) => void): Promise<number> {
	const sockets = new Set<Socket>();
	const server = createServer(socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		come(socket);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		server.close();
		for (const socket of sockets) socket.destroy();
	});
	return (server.address() as AddressInfo).port;
}

async function webServer(t: TestContext, asked: string[]): Promise<number> {
	const server = createWebServer((request, response) => {
		asked.push(`${request.headers.host} ${request.url}`);
		response.end('an answer');
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

/** Dials, and answers what became of it. */
function dial({tcp}: Sockets, host: string, port: number, timeout = limit) {
	const came: Buffer[] = [];
	const opened = Promise.withResolvers<void>();
	const ended = Promise.withResolvers<string>();
	opened.promise.catch(() => {});
	const events: ConnectionEvents = {
		connected: () => opened.resolve(),
		data: (bytes, length) => void came.push(Buffer.from(bytes.subarray(0, length))),
		drained() {},
		closed(reason) {
			opened.reject(new Error(reason));
			ended.resolve(reason);
		},
	};
	const stream = tcp.dial({host, port}, {timeout, infoHash}, events);
	return {
		stream,
		came: () => Buffer.concat(came).toString(),
		opened: () => within(limit, 'a connection', opened.promise),
		ended: within(limit, 'the end of a connection', ended.promise),
	};
}

test('a web server is reached by its name through SOCKS5, with a password, and the name is the proxy’s to look up', async t => {
	const asked: string[] = [];
	const port = await webServer(t, asked);
	const proxy = await SocksProxy.open(t, {
		credentials: {user: 'ann', password: 'se:cret'},
		names: {'tracker.example': '127.0.0.1'},
	});
	const {sockets, told} = through(t, `socks5://ann:se%3Acret@127.0.0.1:${proxy.port}`);
	const answer = await sockets.http.get(`http://tracker.example:${port}/announce`, {maximumBody: 100});
	assert.equal(Buffer.from(answer.body).toString(), 'an answer');
	assert.deepEqual(asked, [`tracker.example:${port} /announce`]);
	assert.deepEqual(proxy.asked, [`connect tracker.example:${port}`]);
	await assert.rejects(
		sockets.http.get('http://unknown.example/announce', {maximumBody: 100}),
		/the proxy cannot reach its host/,
	);
	assert.deepEqual(told, []);
	assert.deepEqual(sockets.proxy?.way.condition, {state: 'up'});
});

test('a peer is dialled through SOCKS5, and what it says with the proxy’s answer is told', async t => {
	const port = await serve(t, socket => {
		socket.write('hello');
		socket.on('data', bytes => socket.end(`${bytes} too`));
	});
	const proxy = await SocksProxy.open(t);
	const {sockets} = through(t, `socks5://127.0.0.1:${proxy.port}`);
	const {stream, came, opened, ended} = dial(sockets, '127.0.0.1', port);
	await opened();
	await until('its first words', limit, () => came() === 'hello');
	stream.write(Buffer.from('and you'));
	assert.equal(await ended, 'the peer closed the connection');
	assert.equal(came(), 'helloand you too');
	const refused = dial(sockets, '127.0.0.1', 1);
	assert.equal(await refused.ended, 'connection refused, says the proxy');
});

test('one who closes a connection that is being made does not say that the proxy is broken', async t => {
	const port = await serve(t, () => {});
	const {sockets, told} = through(t, `socks5://127.0.0.1:${port}`);
	const {stream, ended} = dial(sockets, '127.0.0.1', 9);
	await new Promise(resolve => setImmediate(resolve));
	stream.close('no more wanted');
	assert.equal(await ended, 'no more wanted');
	assert.equal(sockets.proxy?.way.condition.state, 'unknown');
	assert.deepEqual(told, []);
});

interface Broken {
	readonly name: string;
	readonly come: (socket: Socket) => void;
	readonly why: string;
	readonly url?: string;
}

const broken: readonly Broken[] = [
	{name: 'closes', come: socket => socket.destroy(), why: 'it closes the connection'},
	{
		name: 'closes after the first word',
		come: socket => socket.once('data', () => socket.end()),
		why: 'it closes the connection',
	},
	{name: 'says nothing', come: () => {}, why: 'it does not answer'},
	{
		name: 'answers garbage',
		come: socket => socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
		why: 'it answers something else than a SOCKS5 proxy would',
	},
	{
		name: 'wants a password',
		come: socket => socket.write(Uint8Array.of(5, 2)),
		why: 'it wants a user and a password',
	},
	{
		name: 'wants Kerberos',
		come: socket => socket.write(Uint8Array.of(5, 1)),
		why: 'it wants a kind of authentication that was not offered',
	},
	{
		name: 'is an HTTP server',
		come: socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
		why: 'it answers something else than a SOCKS5 proxy would',
	},
	{
		name: 'is no HTTP proxy',
		come: socket => socket.write(Uint8Array.of(5, 255)),
		url: 'http',
		why: 'it answers something else than an HTTP proxy would',
	},
	{
		name: 'wants a password over HTTP',
		come: socket => socket.write('HTTP/1.1 407 No\r\n\r\n'),
		url: 'http',
		why: 'it wants a user and a password',
	},
];
for (const {name, come, why, url = 'socks5'} of broken) {
	test(`a proxy that ${name} lets nobody through, which is said once`, async t => {
		const clock = new HandClock();
		const port = await serve(t, come);
		const {sockets, told} = through(t, `${url}://127.0.0.1:${port}`, clock);
		const turn = async (what: Promise<unknown>): Promise<unknown> => {
			let isOver = false;
			what
				.finally(() => {
					isOver = true;
				})
				.catch(() => {});
			await until('the end of it', limit, async () => {
				await clock.pass(1000);
				return isOver;
			});
			return what;
		};
		for (let time = 0; time < 3; time++) {
			const {ended} = dial(sockets, '192.0.2.1', 6881, 10_000);
			assert.equal(await turn(ended), `no way through the proxy: ${why}`);
			const asking = sockets.http.get('https://tracker.example/announce', {maximumBody: 10});
			await assert.rejects(turn(asking), {message: `no way through the proxy: ${why}`});
		}
		assert.deepEqual(sockets.proxy?.way.condition, {state: 'down', why});
		assert.deepEqual(told, [
			`warn: the proxy ${url}://127.0.0.1:${port} lets nobody through: ${why}; nothing goes around it`,
		]);
	});
}

test('a proxy that is gone is told once, and that it is back as well', async t => {
	const asked: string[] = [];
	const web = await webServer(t, asked);
	const proxy = await SocksProxy.open(t);
	const {sockets, told} = through(t, `socks5://127.0.0.1:${proxy.port}`);
	let backs = 0;
	sockets.proxy?.way.onBack(() => backs++);
	proxy.stop();
	const get = () => sockets.http.get(`http://127.0.0.1:${web}/`, {maximumBody: 100});
	await assert.rejects(get(), {message: 'no way through the proxy: connection refused'});
	await assert.rejects(get());
	await assert.rejects(sockets.proxy!.way.probe(new AbortController().signal));
	await proxy.start();
	await sockets.proxy!.way.probe(new AbortController().signal);
	assert.equal(backs, 1);
	await get();
	assert.deepEqual(asked, [`127.0.0.1:${web} /`]);
	assert.deepEqual(told, [
		`warn: the proxy socks5://127.0.0.1:${proxy.port} lets nobody through: connection refused; nothing goes around it`,
		`info: the proxy socks5://127.0.0.1:${proxy.port} is back`,
	]);
});

/** Somebody who says everything back, in capitals. */
async function echo(t: TestContext): Promise<number> {
	const socket = createSocket('udp4');
	socket.on('message', (bytes, {port, address}) =>
		socket.send(bytes.toString().toUpperCase(), port, address),
	);
	await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
	t.after(() => socket.close());
	return socket.address().port;
}

/** What comes over the shared UDP socket. */
function hear({udp}: Sockets): string[] {
	const heard: string[] = [];
	udp.join({
		claims: () => true,
		receive: (bytes, host, port) => heard.push(`${host}:${port} ${Buffer.from(bytes)}`),
	});
	return heard;
}

for (const relayHost of ['0.0.0.0', '127.0.0.1']) {
	test(`datagrams go through a SOCKS5 proxy that names ${relayHost}, to an address and to a name`, async t => {
		const port = await echo(t);
		const proxy = await SocksProxy.open(t, {names: {'tracker.example': '127.0.0.1'}, relayHost});
		const {sockets} = through(t, `socks5://127.0.0.1:${proxy.port}`);
		const heard = hear(sockets);
		sockets.udp.send(Buffer.from('one'), '127.0.0.1', port);
		sockets.udp.send(Buffer.from('two'), 'tracker.example', port);
		await until('both answers', limit, () => heard.length === 2);
		assert.deepEqual(heard, [`127.0.0.1:${port} ONE`, `127.0.0.1:${port} TWO`]);
		assert.deepEqual(proxy.asked, [
			'associate',
			`datagram 127.0.0.1:${port}`,
			`datagram tracker.example:${port}`,
		]);
		assert.deepEqual(sockets.proxy?.udp(), {state: 'yes'});
		// A fragment, rubbish, and what is from a name: nobody hears them.
		for (const bytes of [[0, 0, 1, 1, 1, 2, 3, 4, 0, 1, 65], [9], [0, 0, 0, 3, 1, 65, 0, 1, 65]])
			proxy.inject(Uint8Array.from(bytes));
		sockets.udp.send(Buffer.from('three'), '127.0.0.1', port);
		await until('the third answer', limit, () => heard.length > 2);
		assert.deepEqual(heard.slice(2), [`127.0.0.1:${port} THREE`]);
	});
}

test('the end of the control connection ends UDP, and the proxy is asked anew', async t => {
	const clock = new HandClock();
	const port = await echo(t);
	const proxy = await SocksProxy.open(t);
	const {sockets, told} = through(t, `socks5://127.0.0.1:${proxy.port}`, clock);
	const heard = hear(sockets);
	sockets.udp.send(Buffer.from('one'), '127.0.0.1', port);
	await until('an answer', limit, () => heard.length === 1);
	proxy.endAssociations();
	await until('the end of it', limit, () => proxy.connections === 0);
	await settled();
	const failures: string[] = [];
	sockets.udp.send(Buffer.from('two'), '127.0.0.1', port, error => failures.push(error.message));
	await settled();
	assert.deepEqual(failures, ['the proxy has ended the way for UDP']);
	await clock.pass(5000);
	sockets.udp.send(Buffer.from('three'), '127.0.0.1', port);
	await until('an answer again', limit, () => heard.length === 2);
	assert.deepEqual(heard, [`127.0.0.1:${port} ONE`, `127.0.0.1:${port} THREE`]);
	assert.deepEqual(proxy.asked.filter(line => line === 'associate').length, 2);
	assert.deepEqual(told, []);
});

test('a proxy that passes no datagrams on is asked once, and streams go on through it', async t => {
	const asked: string[] = [];
	const web = await webServer(t, asked);
	const proxy = await SocksProxy.open(t, {udp: false});
	const {sockets, told} = through(t, `socks5://127.0.0.1:${proxy.port}`);
	const failures: string[] = [];
	for (let time = 0; time < 3; time++) {
		sockets.udp.send(Buffer.from('one'), '192.0.2.1', 6881, error => failures.push(error.message));
		await until('a refusal', limit, () => failures.length === time + 1);
	}
	assert.deepEqual(new Set(failures), new Set(['the proxy passes no UDP on: the proxy does not do that']));
	await sockets.http.get(`http://127.0.0.1:${web}/`, {maximumBody: 100});
	assert.equal(sockets.proxy?.way.condition.state, 'up');
	assert.equal(sockets.proxy?.udp().state, 'no');
	assert.deepEqual(proxy.asked, ['associate', `connect 127.0.0.1:${web}`]);
	assert.equal(told.length, 1);
	assert.match(told[0]!, /passes no UDP on/);
});

test('an HTTP proxy is asked for URLs, and to let through what is secure or a peer', async t => {
	const heads: string[] = [];
	const port = await serve(t, socket =>
		socket.once('data', bytes => {
			const [head = ''] = bytes.toString().split('\r\n');
			heads.push(head, ...(/^Proxy-Authorization.*$/m.exec(bytes.toString()) ?? []));
			if (head.startsWith('CONNECT')) socket.write('HTTP/1.1 200 Connection established\r\n\r\nhello');
			else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes');
		}),
	);
	const {sockets} = through(t, `http://ann:secret@127.0.0.1:${port}`);
	const {body} = await sockets.http.get('http://tracker.example/announce?x=1', {maximumBody: 100});
	assert.equal(Buffer.from(body).toString(), 'yes');
	await assert.rejects(sockets.http.get('https://tracker.example/', {maximumBody: 9}), /TLS/);
	const {opened, came} = dial(sockets, '192.0.2.1', 6881);
	await opened();
	await until('what the peer says', limit, () => came() === 'hello');
	const authorization = 'Proxy-Authorization: Basic YW5uOnNlY3JldA==\r';
	assert.deepEqual(heads, [
		'GET http://tracker.example/announce?x=1 HTTP/1.1',
		authorization.trim(),
		'CONNECT tracker.example:443 HTTP/1.1',
		authorization.trim(),
		'CONNECT 192.0.2.1:6881 HTTP/1.1',
		authorization.trim(),
	]);
	const failures: string[] = [];
	sockets.udp.send(Buffer.from('one'), '192.0.2.1', 6881, error => failures.push(error.message));
	await until('a refusal', limit, () => failures.length === 1);
	assert.match(failures[0]!, /passes no UDP on/);
});

test('nobody listens behind a proxy', async t => {
	const {sockets} = through(t, 'socks5://127.0.0.1:9');
	const listener = await sockets.tcp.listen({port: 6881}, () => undefined);
	assert.equal(listener.port, 0);
	await assert.rejects(sockets.datagrams({family: 4, port: 0, address: undefined}, () => {}));
});

test('a proxy whose rules let nobody through to peers is told of once, and is not down for that', async t => {
	const port = await serve(t, socket => socket.once('data', () => socket.end('HTTP/1.1 403 No\r\n\r\n')));
	const {sockets, told} = through(t, `http://127.0.0.1:${port}`);
	for (let time = 0; time < 5; time++)
		assert.equal(await dial(sockets, '192.0.2.1', 6881).ended, "the proxy's rules do not allow it");
	assert.equal(sockets.proxy?.way.condition.state, 'up');
	assert.equal(told.length, 1);
	assert.match(told[0]!, /lets us through to no peers: its rules do not allow their ports/);
});
