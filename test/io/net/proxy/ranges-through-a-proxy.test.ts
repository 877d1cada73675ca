import assert from 'node:assert/strict';
import dns from 'node:dns';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {type TestContext, test} from 'node:test';
import {machineClock} from '../../../../source/io/machine/clock.ts';
import {makeSockets} from '../../../../source/io/net/sockets.ts';
import {parseProxyUrl} from '../../../../source/protocol/transport/proxy-address.ts';
import {until} from '../../../helpers/deadline.ts';
import {SocksProxy} from '../../../helpers/socks-proxy.ts';

/** A web server, or an HTTP proxy: both see requests. */
async function listen(t: TestContext, asked: IncomingMessage[], status = 206): Promise<number> {
	const server = createServer((request, response) => {
		asked.push(request);
		response.writeHead(status, {'Content-Range': 'bytes 3-7/100'}).end('01234');
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

/** Asks for five bytes twice; answers what came, or why nothing did. */
async function ask(t: TestContext, proxy: string, address: string): Promise<string> {
	const {ranges, udp} = makeSockets({
		clock: machineClock,
		bind: [],
		userAgent: 'tortui/test',
		proxy: parseProxyUrl(proxy),
	});
	t.after(() => udp.close());
	// Nobody but the proxy may ever be asked for a name.
	t.mock.method(dns.promises, 'lookup', () => assert.fail('a name was looked up here'));
	const url = new URL(address);
	let body = '';
	let ends = 0;
	let why: string | undefined;
	const stream = ranges.open(
		{url, fromPublic: false, trusted: false},
		{
			connected() {},
			head() {},
			body: (bytes, from, to) => {
				body += Buffer.from(bytes.subarray(from, to)).toString();
			},
			end: () => ends++,
			read() {},
			closed: reason => {
				why = reason;
			},
		},
	);
	stream.ask(url, 3, 5);
	stream.ask(url, 3, 5);
	await until('an answer', 20_000, () => ends === 2 || why !== undefined);
	stream.close();
	return why ?? body;
}

test('a web seed is asked through SOCKS5, which looks its name up', async t => {
	const asked: IncomingMessage[] = [];
	const port = await listen(t, asked);
	const proxy = await SocksProxy.open(t, {names: {'seed.example': '127.0.0.1'}});
	const said = await ask(t, `socks5://127.0.0.1:${proxy.port}`, `http://seed.example:${port}/a`);
	assert.equal(said, '0123401234');
	assert.deepEqual(proxy.asked, [`connect seed.example:${port}`]);
	assert.equal(asked[0]?.headers.range, 'bytes=3-7');
});

test('an HTTP proxy is asked for a web seed by its whole URL, with the password that is the proxy’s', async t => {
	const asked: IncomingMessage[] = [];
	const port = await listen(t, asked);
	const said = await ask(t, `http://ann:secret@127.0.0.1:${port}`, 'http://seed.example/a%20b?c');
	assert.equal(said, '0123401234');
	const [{url, headers}] = asked as [IncomingMessage];
	assert.equal(url, 'http://seed.example/a%20b?c');
	assert.equal(headers.host, 'seed.example');
	assert.equal(headers.range, 'bytes=3-7');
	assert.equal(headers['proxy-authorization'], `Basic ${Buffer.from('ann:secret').toString('base64')}`);
	assert.equal(headers.authorization, undefined);
});

test('a proxy that wants a password is not taken for a web seed without the file', async t => {
	const port = await listen(t, [], 407);
	assert.match(await ask(t, `http://127.0.0.1:${port}`, 'http://seed.example/a'), /password/);
});

test('what stands for an address of the local network is judged before the proxy is asked for it', async t => {
	const proxy = await SocksProxy.open(t);
	const said = await ask(t, `socks5://127.0.0.1:${proxy.port}`, 'http://192.168.1.1/reboot?now');
	assert.match(said, /local address and its URL has a query/);
	assert.deepEqual(proxy.asked, []);
});
