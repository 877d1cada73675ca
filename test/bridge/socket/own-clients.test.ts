import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.ts';
import {connectEngine} from '../../../source/bridge/socket/connect-engine.ts';
import {encodeFrame, FrameReader, largestFrame} from '../../../source/bridge/socket/frame.ts';
import {FrameBudget} from '../../../source/bridge/socket/frame-budget.ts';
import {serveEngine} from '../../../source/bridge/socket/serve-engine.ts';
import {WatchPlaces} from '../../../source/bridge/socket/watch-places.ts';
import {until, within} from '../../helpers/deadline.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-clients-'));
after(() => rmSync(folder, {recursive: true}));
const hello = encodeFrame({type: 'hello', protocol: 1, version: '0', pid: 1, about: {}});
let sockets = 0;

async function open(): Promise<{path: string; engine: EmptyEngine; end: () => Promise<void>}> {
	const engine = new EmptyEngine();
	const path = join(folder, `${sockets++}.sock`);
	const served = await serveEngine(engine, path, {version: '1.2.3', about: {}});
	return {path, engine, end: () => served.close('the test is over')};
}

/** A connection that has said hello; resolves when it was answered. */
async function greeted(path: string): Promise<Socket> {
	const socket = connect(path);
	socket.on('error', () => {});
	socket.write(hello);
	await new Promise(resolve => socket.once('data', resolve));
	return socket;
}

const header = (length: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(length);
	return bytes;
};

test('unfinished frames of many connections hold no more than four whole ones', () => {
	const budget = new FrameBudget();
	const dropped: number[] = [];
	const chunk = Buffer.alloc(64 * 1024, ' ');
	for (let n = 0; n < 40; n++) {
		const reader = new FrameReader({budget, drop: () => dropped.push(n)});
		assert.deepEqual(reader.push(header(largestFrame)), []);
		for (let sent = 0; sent < largestFrame - chunk.length; sent += chunk.length) reader.push(chunk);
		assert.ok(budget.total <= 4 * largestFrame, `${budget.total} bytes`);
	}
	assert.deepEqual(
		dropped,
		Array.from({length: 36}, (_, n) => n),
		'who began first goes first',
	);
});

test('a frame holds what has come of it, not what it says it will be, however small the parts', () => {
	const budget = new FrameBudget();
	const reader = new FrameReader({budget});
	reader.push(header(largestFrame));
	assert.equal(budget.total, 0);
	for (let sent = 0; sent < 200_000; sent++) reader.push(Buffer.from([0x20]));
	assert.ok(budget.total <= 400_000, `${budget.total} bytes`);
	reader.end();
	assert.equal(budget.total, 0);
});

test('a frame that is larger than all there is for all ends its own connection', () => {
	const reader = new FrameReader({budget: new FrameBudget(100_000)});
	reader.push(header(200_000));
	assert.throws(() => reader.push(Buffer.alloc(150_000, ' ')), ProtocolError);
});

test('memory comes back when a frame is whole', () => {
	const budget = new FrameBudget();
	const reader = new FrameReader({budget});
	const frame = encodeFrame({text: 'x'.repeat(1_000_000)});
	for (let round = 0; round < 200; round++) {
		reader.push(frame.subarray(0, 500_000));
		assert.equal(reader.push(frame.subarray(500_000)).length, 1);
		assert.equal(budget.total, 0);
	}
});

test('who has not said hello gets no memory for more than one, and a large message may follow it at once', async () => {
	const {path, engine, end} = await open();
	const socket = connect(path);
	socket.on('error', () => {});
	socket.write(header(100_000));
	await within(5000, 'the end of the connection', new Promise(resolve => socket.once('close', resolve)));
	const other = connect(path);
	const command = {type: 'torrent.add', metainfo: 'x'.repeat(1_000_000)};
	other.write(Buffer.concat([hello, encodeFrame({type: 'send', id: 1, command})]));
	await until('the command to arrive', 5000, () => engine.commands.length === 1);
	other.destroy();
	await end();
});

test('forty unfinished frames do not keep an honest client from adding a large torrent', async () => {
	const {path, engine, end} = await open();
	const strangers = await Promise.all(Array.from({length: 40}, () => greeted(path)));
	let gone = 0;
	for (const socket of strangers) {
		socket.once('close', () => gone++);
		socket.write(Buffer.concat([header(largestFrame), Buffer.alloc(8_000_000, ' ')]));
	}
	await until('most of them to be gone', 20_000, () => gone >= 30);
	const client = await connectEngine(path, {version: '1.2.3'});
	const reply = await within(
		10_000,
		'the answer',
		client.send({type: 'torrent.add', metainfo: 'x'.repeat(13_000_000)}),
	);
	assert.equal(reply.id, 'a'.repeat(40));
	assert.equal(engine.commands.length, 1);
	client.close();
	for (const socket of strangers) socket.destroy();
	await end();
});

test('places to watch: every visitor has those of a screen, whatever others have taken', () => {
	const places = new WatchPlaces();
	const greedy: number[] = [];
	for (let visitor = 0; visitor < 60; visitor++) {
		let held = 0;
		while (held < 64 && places.another(held)) held++;
		greedy.push(held);
	}
	assert.equal(
		greedy.reduce((sum, held) => sum + held, 0),
		60 * 8 + 512,
	);
	let held = 0;
	while (held < 64 && places.another(held)) held++;
	assert.equal(held, 8);
	for (let count = greedy[0]!; count > 0; count--) places.gone(count);
	while (held < 64 && places.another(held)) held++;
	assert.equal(held, 64);
});

test('visitors that go give their places to watch back', async () => {
	const {path, engine, end} = await open();
	for (let round = 0; round < 12; round++) {
		const socket = await greeted(path);
		for (let watch = 0; watch < 64; watch++)
			socket.write(encodeFrame({type: 'watch', watch, generation: 0, what: {interval: 50, log: 1}}));
		await until('all to watch', 5000, () => engine.watchers.size === 64, 5);
		socket.destroy();
		await until('none to watch', 5000, () => engine.watchers.size === 0, 5);
	}
	await end();
});

test('a client that asks a thousand costly things at once keeps no other one waiting', async () => {
	const {path, engine, end} = await open();
	const busy = performance.now.bind(performance);
	const send = engine.send.bind(engine);
	engine.send = command => {
		// As long as a list of a thousand torrents takes.
		for (const until = busy() + 4; busy() < until; );
		return send(command);
	};
	const greedy = await greeted(path);
	const other = await connectEngine(path, {version: '1.2.3'});
	const question = (id: number) => encodeFrame({type: 'send', id, command: {type: 'session.list'}});
	let answered = 0;
	const reader = new FrameReader();
	greedy.on('data', chunk => {
		answered += reader.push(chunk).length;
	});
	greedy.write(Buffer.concat(Array.from({length: 1000}, (_, id) => question(id))));
	await until('the first answers', 5000, () => engine.commands.length > 0, 1);
	await within(3000, 'an answer for the other', other.send({type: 'session.list'}));
	assert.ok(engine.commands.length < 600, `${engine.commands.length} were dealt with before`);
	await until('all answers', 30_000, () => answered === 1000, 5);
	other.close();
	greedy.destroy();
	await end();
});

test('what is asked is answered in order, however it is cut, also by a client that reads late', async () => {
	const {path, engine, end} = await open();
	const big = 'x'.repeat(20_000);
	engine.send = async () => ({id: big});
	const client = await greeted(path);
	const ids: number[] = [];
	const reader = new FrameReader();
	client.pause();
	for (let id = 0; id < 2000; id++)
		client.write(encodeFrame({type: 'send', id, command: {type: 'session.list'}}));
	client.on('data', chunk => {
		for (const message of reader.push(chunk)) ids.push((message as {id: number}).id);
	});
	client.resume();
	await until('all answers', 30_000, () => ids.length === 2000, 5);
	assert.deepEqual(
		ids,
		Array.from({length: 2000}, (_, id) => id),
	);
	client.destroy();
	await end();
});

test('while the engine begins to listen no other thread makes folders that nobody may enter', async () => {
	const engine = new EmptyEngine();
	const path = join(folder, `${sockets++}.sock`);
	const mask = process.umask();
	const serving = serveEngine(engine, path, {version: '1.2.3', about: {}});
	assert.equal(process.umask(), mask);
	const served = await serving;
	assert.equal(statSync(path).mode & 0o777, 0o600);
	await served.close('the test is over');
	await assert.rejects(serveEngine(engine, join(folder, 'none', 'x.sock'), {version: '1.2.3', about: {}}), {
		code: /^(?:ENOENT|EACCES)$/,
	});
	assert.equal(process.umask(), mask);
	await assert.rejects(serveEngine(engine, folder, {version: '1.2.3', about: {}}), {
		message: `${folder} is in the way of the engine's socket: move it away, then try again`,
	});
});
