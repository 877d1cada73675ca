import assert from 'node:assert/strict';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {type AddressInfo, Socket} from 'node:net';
import {type TestContext, test} from 'node:test';
import {makeSockets} from '../../../../source/io/net/sockets.ts';
import {HandClock} from '../../../helpers/hand-clock.ts';

/** Addresses that are public as far as anybody can tell, and lead to this machine in these tests. */
const publicHosts = ['11.22.33.44', '[2606:4700::1]'];

interface World {
	readonly port: number;
	/** Paths that were asked for, in order. */
	readonly asked: string[];
	/** What is answered where, by path: the URL it redirects to, or a body. */
	readonly answers: Map<string, {readonly to: string} | {readonly body: string}>;
	get(url: string): Promise<{readonly url: string; readonly body: string}>;
}

async function open(t: TestContext): Promise<World> {
	const asked: string[] = [];
	const answers: World['answers'] = new Map();
	const server = createServer((request: IncomingMessage, response: ServerResponse) => {
		asked.push(request.url ?? '');
		const answer = answers.get(request.url ?? '');
		if (answer === undefined) response.statusCode = 404;
		else if ('to' in answer) {
			response.statusCode = 302;
			response.setHeader('Location', answer.to);
		}
		response.end(answer !== undefined && 'body' in answer ? answer.body : '');
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	// Only the last step is another: whom the client means to dial is its own choice.
	const {connect} = Socket.prototype;
	t.mock.method(Socket.prototype, 'connect', function (this: Socket, ...given: unknown[]): Socket {
		const [first] = given.flat() as [{host?: string; family?: number}];
		if (publicHosts.some(host => host.replace(/[[\]]/g, '') === first.host))
			Object.assign(first, {host: '127.0.0.1', family: 4});
		return connect.apply(this, given as Parameters<typeof connect>);
	});
	const {http: client} = makeSockets({clock: new HandClock(), bind: [], userAgent: 'tortui/test'});
	return {
		port: (server.address() as AddressInfo).port,
		asked,
		answers,
		get: async url => {
			const found = await client.get(url, {maximumBody: 1 << 16});
			return {url: found.url, body: Buffer.from(found.body).toString()};
		},
	};
}

for (const host of publicHosts) {
	test(`a redirect from ${host} to this machine is refused, and nothing is asked there`, async t => {
		const {port, asked, answers, get} = await open(t);
		for (const target of [
			`http://127.0.0.1:${port}/secret`,
			`http://[::1]:${port}/secret`,
			'http://192.168.1.1/secret',
		]) {
			answers.set('/announce', {to: target});
			await assert.rejects(get(`http://${host}:${port}/announce`), /local network/);
		}
		assert.ok(!asked.includes('/secret'), asked.join());
	});

	test(`a redirect from ${host} by way of others is still one from there`, async t => {
		const {port, asked, answers, get} = await open(t);
		answers.set('/announce', {to: '/next'});
		answers.set('/next', {to: `http://${publicHosts[0]}:${port}/last`});
		answers.set('/last', {to: `http://127.0.0.1:${port}/secret`});
		await assert.rejects(get(`http://${host}:${port}/announce`), /local network/);
		assert.deepEqual(asked, ['/announce', '/next', '/last']);
	});

	test(`a redirect that begins on this machine is no longer local once it has been at ${host}`, async t => {
		const {port, asked, answers, get} = await open(t);
		answers.set('/announce', {to: `http://${host}:${port}/outside`});
		answers.set('/outside', {to: `http://127.0.0.1:${port}/secret`});
		await assert.rejects(get(`http://127.0.0.1:${port}/announce`), /local network/);
		assert.deepEqual(asked, ['/announce', '/outside']);
	});
}

test('redirects among public addresses, and among local ones, are followed', async t => {
	const {port, answers, get} = await open(t);
	answers.set('/announce', {to: `http://${publicHosts[0]}:${port}/moved`});
	answers.set('/moved', {body: 'here'});
	assert.equal((await get(`http://${publicHosts[1]}:${port}/announce`)).body, 'here');
	answers.set('/announce', {to: '/moved'});
	assert.equal((await get(`http://127.0.0.1:${port}/announce`)).body, 'here');
});
