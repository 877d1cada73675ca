import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import type {EngineClient} from '../../../source/api/engine-client.ts';
import type {Update} from '../../../source/api/snapshot.ts';
import {UserError} from '../../../source/base/errors.ts';
import {connectEngine, EngineMismatch} from '../../../source/bridge/socket/connect-engine.ts';
import {encodeFrame, FrameReader, largestFrame} from '../../../source/bridge/socket/frame.ts';
import {serveEngine} from '../../../source/bridge/socket/serve-engine.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-bridge-'));
after(() => rmSync(folder, {recursive: true}));
let sockets = 0;

interface Carried {
	readonly engine: EmptyEngine;
	readonly client: EngineClient;
	/** Resolves when everything said so far has arrived. */
	settled(): Promise<void>;
	end(): Promise<void>;
}

async function inProcess(): Promise<Carried> {
	const engine = new EmptyEngine();
	return {engine, client: engine, settled: async () => {}, end: async () => {}};
}

async function overSocket(): Promise<Carried> {
	const engine = new EmptyEngine();
	const path = join(folder, `${sockets++}.sock`);
	const served = await serveEngine(engine, path, {version: '1.2.3', about: {port: 22_000}});
	void engine.closed.then(reason => served.close(reason));
	const client = await connectEngine(path, {version: '1.2.3'});
	return {
		engine,
		client,
		// Answers come in the order of the questions, so the answer to one more is the last thing under way.
		settled: async () => void (await client.send({type: 'session.list'})),
		end: async () => {
			client.close();
			await served.close('the test is over');
		},
	};
}

test('over a socket the bytes of a .torrent arrive as base64', async () => {
	const {engine, client, end} = await overSocket();
	const whole = new TextEncoder().encode('..de..');
	await client.send({type: 'torrent.add', metainfo: whole.subarray(2, 4)});
	assert.deepEqual(engine.commands, [{type: 'torrent.add', metainfo: 'ZGU='}]);
	await end();
});

for (const [carrier, open] of [
	['in process', inProcess],
	['over a socket', overSocket],
] as const) {
	test(`${carrier}: a command arrives as it was sent and its answer comes back`, async () => {
		const {engine, client, end} = await open();
		const command = {type: 'torrent.add', metainfo: 'ZGU=', options: {dir: '/data', maxPeers: 3}} as const;
		assert.deepEqual(await client.send(command), {id: 'a'.repeat(40), already: false});
		assert.deepEqual(engine.commands, [command]);
		await end();
	});

	test(`${carrier}: a refusal keeps its words, code and exit status`, async () => {
		const {client, end} = await open();
		await assert.rejects(client.send({type: 'torrent.pause', id: 'unknown'}), (error: unknown) => {
			assert(error instanceof UserError);
			assert.deepEqual(
				[error.code, error.message, error.exitStatus],
				['no-torrent', 'no such torrent: unknown', 3],
			);
			return true;
		});
		await end();
	});

	test(`${carrier}: the first update comes at once, later ones follow, none after stop`, async () => {
		const {engine, client, settled, end} = await open();
		const updates: Update[] = [];
		const watching = client.watch({interval: 100, torrents: true}, update => updates.push(update));
		await settled();
		assert.deepEqual(updates, [{revision: 1, torrents: []}]);
		engine.tell(revision => ({log: [{at: revision, level: 'info', text: 'hello'}]}));
		await settled();
		assert.deepEqual(updates[1], {revision: 2, log: [{at: 2, level: 'info', text: 'hello'}]});
		watching.stop();
		await settled();
		assert.equal(engine.watchers.size, 0);
		engine.tell(() => ({torrents: []}));
		await settled();
		assert.equal(updates.length, 2);
		await end();
	});

	test(`${carrier}: after a change only what is watched now arrives`, async () => {
		const {client, settled, end} = await open();
		const updates: Update[] = [];
		const watching = client.watch({interval: 100, torrent: {id: 'a'}}, update => updates.push(update));
		await settled();
		watching.change({interval: 100, torrent: {id: 'b'}});
		await settled();
		assert.deepEqual(
			updates.map(update => update.torrent?.id),
			['a', 'b'],
		);
		await end();
	});

	test(`${carrier}: the end of the engine is told with its reason`, async () => {
		const {engine, client, end} = await open();
		engine.stop('the engine was stopped');
		assert.equal(await client.closed, 'the engine was stopped');
		await end();
	});
}

test('the socket is open to its owner only', async () => {
	const {end} = await overSocket();
	const {mode} = statSync(join(folder, `${sockets - 1}.sock`));
	assert.equal(mode & 0o777, 0o600);
	await end();
});

test('what the engine was started with is part of its hello', async () => {
	const {client, end} = await overSocket();
	const {hello} = client as unknown as {hello: {version: string; pid: number; about: unknown}};
	assert.deepEqual([hello.version, hello.pid, hello.about], ['1.2.3', process.pid, {port: 22_000}]);
	await end();
});

test('a bug in the engine becomes a refusal, not the end of the connection', async () => {
	const {client, end} = await overSocket();
	await assert.rejects(client.send({type: 'torrent.resume', id: 'a'}), {
		code: 'engine-failed',
		message: 'a bug',
	});
	assert.deepEqual(await client.send({type: 'session.list'}), {});
	await end();
});

test('questions still open when the engine goes are refused with the reason', async () => {
	const {engine, client, end} = await overSocket();
	engine.send = () => new Promise(() => {});
	const question = client.send({type: 'session.list'});
	engine.stop('the engine was stopped');
	await assert.rejects(question, {code: 'engine-lost', message: 'the engine was stopped'});
	await assert.rejects(client.send({type: 'session.list'}), {code: 'engine-lost'});
	await end();
});

/** Sends raw bytes to an engine; resolves with what it said before it hung up. */
function hangUp(path: string, ...bytes: readonly Uint8Array[]): Promise<unknown[]> {
	return new Promise((resolve, reject) => {
		const socket = connect(path);
		const reader = new FrameReader();
		const said: unknown[] = [];
		socket.on('data', chunk => said.push(...reader.push(chunk)));
		socket.on('close', () => resolve(said));
		socket.on('error', error => ('code' in error && error.code === 'ECONNRESET' ? undefined : reject(error)));
		for (const part of bytes) socket.write(part);
	});
}

const hello = encodeFrame({type: 'hello', protocol: 1, version: '0', pid: 1, about: {}});
const oversized = Buffer.alloc(4);
oversized.writeUInt32BE(largestFrame + 1);

for (const [what, ...bytes] of [
	['a frame that is too long', hello, oversized],
	['a frame that is not JSON', hello, Buffer.from([0, 0, 0, 2, 0x7b, 0x7b])],
	['a command nobody knows', hello, encodeFrame({type: 'send', id: 1, command: {type: 'rm -rf'}})],
	[
		'a command with a field of the wrong kind',
		hello,
		encodeFrame({type: 'send', id: 1, command: {type: 'torrent.pause', id: 7}}),
	],
	['a watch without an interval', hello, encodeFrame({type: 'watch', watch: 0, generation: 0, what: {}})],
	['a question before hello', encodeFrame({type: 'send', id: 1, command: {type: 'session.list'}})],
	['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
] as const) {
	test(`${what} closes that client only`, async () => {
		const {engine, client, end} = await overSocket();
		await hangUp(join(folder, `${sockets - 1}.sock`), ...bytes);
		assert.deepEqual(engine.commands, []);
		assert.deepEqual(await client.send({type: 'session.list'}), {});
		await end();
	});
}

test('a client of another protocol hears which engine it met', async () => {
	const {end} = await overSocket();
	const [answer] = await hangUp(
		join(folder, `${sockets - 1}.sock`),
		encodeFrame({type: 'hello', protocol: 99, version: '9.9.9', pid: 1, about: {}}),
	);
	assert.deepEqual(answer, {
		type: 'hello',
		protocol: 1,
		version: '1.2.3',
		pid: process.pid,
		about: {port: 22_000},
	});
	await end();
});

test('an engine of another protocol is named with the way to end it', async () => {
	const {createServer} = await import('node:net');
	const path = join(folder, 'other.sock');
	const server = createServer(socket => {
		socket.end(encodeFrame({type: 'hello', protocol: 7, version: '7.0.0', pid: 42, about: {}}));
		socket.on('error', () => {}).resume();
	}).listen(path);
	await assert.rejects(connectEngine(path, {version: '1.2.3'}), (error: unknown) => {
		assert(error instanceof EngineMismatch);
		assert.equal(error.pid, 42);
		assert.match(error.message, /7\.0\.0.*tortui stop/);
		return true;
	});
	await new Promise(resolve => server.close(resolve));
});

test('a reader that stands still costs one merged update, and gets the newest of each section', async () => {
	const {engine, end} = await overSocket();
	const socket = connect(join(folder, `${sockets - 1}.sock`));
	socket.write(hello);
	socket.write(encodeFrame({type: 'watch', watch: 0, generation: 0, what: {interval: 50, log: 1}}));
	const reader = new FrameReader();
	const updates: Update[] = [];
	const watched = new Promise<void>(resolve => {
		socket.on('data', chunk => {
			for (const message of reader.push(chunk) as Array<{type: string; update: Update}>) {
				if (message.type !== 'update') continue;
				updates.push(message.update);
				if (updates.length === 1) resolve();
			}
		});
	});
	await watched;
	socket.pause();
	// Each a quarter of a MiB, 50 MiB in all: only what the system buffers plus one may be kept.
	const text = 'x'.repeat(262_144);
	for (let turn = 0; turn < 200; turn++) {
		engine.tell(revision => ({
			log: [{at: revision, level: 'info', text}],
			...(turn === 5 ? {torrents: []} : {}),
		}));
		await new Promise(resolve => setImmediate(resolve));
	}
	const newest = engine.watchers.size === 1 ? 201 : 0;
	await new Promise<void>(resolve => {
		socket.on('data', () => {
			if (updates.at(-1)?.revision === newest) resolve();
		});
		socket.resume();
	});
	assert(updates.length < 20, `${updates.length} updates were queued`);
	assert.deepEqual(updates.at(-1)?.log?.[0]?.at, newest);
	assert(updates.some(update => update.torrents !== undefined));
	socket.destroy();
	await end();
});

test('messages cut at any byte are put together again', () => {
	const messages = [{a: 'é🙂'}, [], {b: 'x'.repeat(300)}];
	const stream = Buffer.concat(messages.map(encodeFrame));
	for (const step of [1, 2, 3, 5, 7, 64, stream.length]) {
		const reader = new FrameReader();
		const got: unknown[] = [];
		for (let at = 0; at < stream.length; at += step) got.push(...reader.push(stream.subarray(at, at + step)));
		assert.deepEqual(got, messages);
	}
});
