import assert from 'node:assert/strict';
import {request} from 'node:http';
import test, {type TestContext} from 'node:test';
import {UserError} from '../../../source/base/errors.ts';
import {StreamServer} from '../../../source/bridge/stream/stream-server.ts';
import {until, within} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {ask, dial} from '../http/doors.ts';
import {FakeEngine, FakeFile, pieceLength} from './fake-file.ts';

const id = 'ab'.repeat(20);

async function serving(t: TestContext, ...files: FakeFile[]) {
	const engine = new FakeEngine(...files);
	const clock = new HandClock();
	const server = new StreamServer({engine, clock, openFile: engine.openFile});
	t.after(async () => {
		const stopped = server.stop();
		await clock.pass(2000);
		await stopped;
	});
	const open = async (...indices: number[]) => {
		const {stream} = await server.send({type: 'stream.open', id, files: indices});
		const url = new URL(stream!.url);
		return {...stream!, port: Number(url.port), path: url.pathname};
	};
	return {engine, clock, server, open};
}

/** Asks for a file and reads it bit by bit, as long as the test wants. */
function reader(port: number, path: string, headers: Record<string, string> = {}) {
	const parts: Buffer[] = [];
	const over = Promise.withResolvers<'ended' | 'cut'>();
	const asked = request({host: '127.0.0.1', port, path, headers, agent: false}, answer => {
		answer.on('data', part => parts.push(part));
		answer.on('end', () => over.resolve('ended'));
		answer.on('error', () => over.resolve('cut'));
	});
	asked.on('error', () => over.resolve('cut'));
	asked.end();
	return {
		get bytes() {
			return Buffer.concat(parts);
		},
		over: within(20_000, 'the end of an answer', over.promise),
		leave: () => asked.destroy(),
	};
}

test('a file is read whole, in parts, from its end, and not beyond it', async t => {
	const file = new FakeFile(300_000, ['set', 'Der Film – 1 [x]?.mkv']).giveAll();
	const {open} = await serving(t, file);
	const {port, path, url, notes} = await open(0);
	assert.deepEqual(notes, []);
	assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}\/Der%20Film%20%E2%80%93%201%20%5Bx%5D%3F\.mkv$/);
	const get = (range?: string, more: Record<string, string> = {}, method = 'GET') =>
		ask(port, path, {method, headers: {...(range !== undefined && {range}), ...more}});
	const whole = await get();
	assert.equal(whole.status, 200);
	assert.deepEqual(whole.body, file.bytes);
	assert.equal(whole.headers['content-type'], 'video/x-matroska');
	assert.equal(whole.headers['accept-ranges'], 'bytes');
	assert.equal(whole.headers['content-length'], '300000');
	const tag = whole.headers.etag!;
	assert.match(tag, /^"[\w-]+"$/);
	const size = 300_000;
	for (const [range, start, end] of [
		['bytes=0-0', 0, 1],
		['bytes=0-99', 0, 100],
		['bytes=65530-131080', 65_530, 131_081],
		['bytes=299999-', size - 1, size],
		['bytes=250000-9999999999999999999999', 250_000, size],
		['bytes=-100', size - 100, size],
		['bytes=-9999999', 0, size],
		['Bytes = 5 - 9', 5, 10],
	] as const) {
		const part = await get(range);
		assert.equal(part.status, 206, range);
		assert.deepEqual(part.body, file.bytes.subarray(start, end), range);
		assert.equal(part.headers['content-range'], `bytes ${start}-${end - 1}/${size}`);
		assert.equal(part.headers['content-length'], String(end - start));
		const head = await get(range, {}, 'HEAD');
		assert.deepEqual([head.status, head.body.length], [206, 0]);
		assert.deepEqual(head.headers['content-range'], part.headers['content-range']);
		assert.deepEqual(head.headers['content-length'], part.headers['content-length']);
	}
	for (const range of ['bytes=300000-', 'bytes=300000-300010', 'bytes=9999999999999999999-', 'bytes=-0']) {
		const beyond = await get(range);
		assert.equal(beyond.status, 416, range);
		assert.equal(beyond.headers['content-range'], `bytes */${size}`);
	}
	for (const range of ['bytes=0-1,5-6', 'bytes=9-3', 'lines=1-2', 'bytes=x', 'bytes=', 'bytes=-']) {
		const odd = await get(range);
		assert.deepEqual([odd.status, odd.body.length], [200, size], range);
	}
	assert.equal((await get('bytes=0-9', {'if-range': tag})).status, 206);
	assert.equal((await get('bytes=0-9', {'if-range': '"other"'})).status, 200);
	assert.equal((await get('bytes=0-9', {'if-range': 'Wed, 21 Oct 2015 07:28:00 GMT'})).status, 200);
	assert.equal((await get(undefined, {'if-none-match': `"x", ${tag}`})).status, 304);
	const post = await ask(port, path, {method: 'POST', body: 'x'});
	assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
});

test('an empty file is empty', async t => {
	const {open} = await serving(t, new FakeFile(0, ['empty.txt']));
	const {port, path} = await open(0);
	const whole = await ask(port, path);
	assert.deepEqual([whole.status, whole.body.length, whole.headers['content-length']], [200, 0, '0']);
	assert.equal((await ask(port, path, {headers: {range: 'bytes=0-'}})).status, 416);
	assert.equal((await ask(port, path, {headers: {range: 'bytes=-5'}})).status, 416);
});

test('nobody reads who does not know the token, calls us by a strange name, or comes from a page of others', async t => {
	const {open} = await serving(t, new FakeFile(1000).giveAll());
	const {port, path} = await open(0);
	const [, token] = path.split('/');
	for (const wrong of [
		'/',
		'/film.mkv',
		`/${token}`,
		`/${token}/a/b`,
		`/${token!.slice(1)}/film.mkv`,
		`/${token!.toUpperCase()}x/film.mkv`,
		`/${'0'.repeat(32)}/film.mkv`,
		'/__proto__/x',
		'/constructor/x',
	])
		assert.equal((await ask(port, wrong)).status, 404, wrong);
	assert.equal((await ask(port, `/${token}/../${token}/x`)).status, 400);
	assert.equal((await ask(port, path, {headers: {host: 'attacker.example'}})).status, 421);
	assert.equal((await ask(port, path, {headers: {origin: 'http://attacker.example'}})).status, 403);
	// Another port that leads here, as SSH makes it.
	assert.equal((await ask(port, path, {headers: {host: 'localhost:9000'}})).status, 200);
});

test('what is not there yet is waited for, by several at a time, each in its own place', async t => {
	const file = new FakeFile(10 * pieceLength);
	const {open, engine, clock} = await serving(t, file);
	const {port, path} = await open(0);
	const one = reader(port, path);
	const other = reader(port, path, {range: `bytes=${5 * pieceLength}-`});
	await until('both wait', 5000, () => file.listeners === 1);
	await clock.pass(10);
	assert.ok(engine.due().includes(10));
	assert.equal(one.bytes.length + other.bytes.length, 0);
	file.give(10);
	await until('the first piece', 5000, () => one.bytes.length === pieceLength / 2);
	file.give(15, 16);
	await until('two in the middle', 5000, () => other.bytes.length === 1.5 * pieceLength);
	assert.equal(one.bytes.length, pieceLength / 2);
	file.giveAll();
	assert.deepEqual(await Promise.all([one.over, other.over]), ['ended', 'ended']);
	assert.deepEqual(one.bytes, file.bytes);
	assert.deepEqual(other.bytes, file.bytes.subarray(5 * pieceLength));
});

test('a connection is used again, and a reader that vanishes is let go wherever it is', async t => {
	const file = new FakeFile(10 * pieceLength).give(10, 11);
	const {open} = await serving(t, file);
	const {port, path} = await open(0);
	const {socket, heard, ended} = await dial(port);
	const get = (range: string) =>
		socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nRange: bytes=${range}\r\n\r\n`);
	get('0-4');
	await until('an answer', 5000, () => /206 Partial[\s\S]*\r\n\r\n[\s\S]{5}$/.test(heard()));
	get('10-13');
	await until('another', 5000, () => heard().match(/206 Partial/g)?.length === 2);
	get('0-');
	await until('what is there', 5000, () => heard().length > 1.5 * pieceLength);
	assert.equal(file.listeners, 1);
	socket.destroy();
	await ended;
	await until('it is let go', 5000, () => file.listeners === 0);
});

test('a reader that takes nothing is read little for', async t => {
	const file = new FakeFile(64 * 1_048_576).giveAll();
	const {open} = await serving(t, file);
	const {port, path} = await open(0);
	const {socket} = await dial(port);
	socket.pause();
	socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
	let before = -1;
	await until(
		'it stands still',
		10_000,
		() => {
			const still = file.read_ > 0 && file.read_ === before;
			before = file.read_;
			return still;
		},
		200,
	);
	assert.ok(file.read_ < 16 * 1_048_576, `${file.read_} bytes`);
	socket.destroy();
});

test('a thousand who ask at once harm nobody: some are served, the others are told, and later all are', async t => {
	const file = new FakeFile(10 * pieceLength);
	const {open} = await serving(t, file);
	const {port, path} = await open(0);
	const readers = Array.from({length: 1000}, () => reader(port, path));
	let over = 0;
	for (const {over: ended} of readers) void ended.then(() => over++);
	await until('most are sent away', 20_000, () => over >= 700);
	assert.equal(file.listeners, 1);
	file.giveAll();
	await Promise.all(readers.map(({over}) => over));
	const whole = readers.filter(({bytes}) => bytes.equals(file.bytes));
	assert.ok(whole.length >= 50, `${whole.length} were served`);
	assert.deepEqual((await ask(port, path)).body, file.bytes);
});

test('a stream that is closed cuts its readers off, and those of another one of the same file not', async t => {
	const file = new FakeFile(10 * pieceLength).give(10);
	const {open, server, engine} = await serving(t, file);
	const [one, other] = [await open(0), await open(0)];
	assert.notEqual(one.path, other.path);
	const [first, second] = [reader(one.port, one.path), reader(other.port, other.path)];
	await until('both read', 5000, () => first.bytes.length > 0 && second.bytes.length > 0);
	await server.send({type: 'stream.close', stream: one.stream});
	assert.equal(await first.over, 'cut');
	assert.equal((await ask(one.port, one.path)).status, 404);
	file.giveAll();
	assert.equal(await second.over, 'ended');
	await server.send({type: 'stream.close', stream: other.stream});
	await server.send({type: 'stream.close', stream: 'no such'});
	assert.deepEqual(engine.due(), []);
});

test('a torrent that is removed, or cannot be read, ends what is read of it', async t => {
	const file = new FakeFile(10 * pieceLength).give(10);
	const {open} = await serving(t, file);
	const {port, path} = await open(0);
	const waits = reader(port, path);
	await until('it reads', 5000, () => waits.bytes.length > 0);
	file.failure = new UserError('changed', 'somebody changed it');
	file.give(11);
	assert.equal(await waits.over, 'cut');
	file.failure = undefined;
	const again = reader(port, path);
	await until('it reads again', 5000, () => again.bytes.length > 0);
	file.remove();
	assert.equal(await again.over, 'cut');
	assert.equal((await ask(port, path)).status, 410);
});

test('several files are a playlist, with the name of the machine that was asked for', async t => {
	const files = ['01 one.mp3', '02 two\nx.mp3', 'c:\\odd\u0007.mp3'].map(name =>
		new FakeFile(1000, ['album', name]).giveAll(),
	);
	const {open, server} = await serving(t, ...files);
	const opened = await open(2, 0, 1);
	assert.match(opened.path, /\.m3u8$/);
	const {headers, body} = await ask(opened.port, opened.path, {headers: {host: 'localhost:9000'}});
	assert.match(headers['content-type']!, /mpegurl/);
	const lines = body.toString().trim().split('\n');
	assert.equal(lines[0], '#EXTM3U');
	assert.deepEqual(
		lines.filter(line => line.startsWith('#EXTINF')).map(line => line.slice(11)),
		['c:\\odd\u0007.mp3', '01 one.mp3', '02 two x.mp3'],
	);
	const urls = lines.filter(line => line.startsWith('http'));
	assert.equal(urls.length, 3);
	for (const [at, url] of urls.entries()) {
		assert.ok(url.startsWith('http://localhost:9000/'), url);
		const {pathname} = new URL(url);
		assert.equal(opened.files[at]!.url, `http://127.0.0.1:${opened.port}${pathname}`);
		assert.equal((await ask(opened.port, pathname)).status, 200);
	}
	await server.send({type: 'stream.close', stream: opened.stream});
	assert.equal((await ask(opened.port, opened.path)).status, 404);
	assert.equal((await ask(opened.port, new URL(urls[0]!).pathname)).status, 404);
});

test('a torrent that does not run does when it is played, and what was done is said', async t => {
	const file = new FakeFile(10 * pieceLength);
	const {open, engine} = await serving(t, file, new FakeFile(10));
	engine.torrent = {state: 'paused'};
	assert.deepEqual((await open(0)).notes, ['it was paused, and runs again']);
	assert.deepEqual(engine.take('torrent.resume'), [{type: 'torrent.resume', id}]);
	engine.torrent = {state: 'queued'};
	assert.deepEqual((await open(0)).notes, ['it is the first in the queue now']);
	assert.equal(engine.take('torrent.queue')[0]?.position, 1);
	engine.torrent = {state: 'downloading', choosing: true};
	file.priority = 0;
	assert.equal((await open(0)).notes.length, 2);
	assert.deepEqual(engine.take('torrent.choose')[0]?.priorities, [[1, 0]]);
	engine.torrent = {state: 'failed', reason: {text: 'the disk is full'} as never};
	await assert.rejects(open(0), /UserError: it has stopped: the disk is full/);
	engine.torrent = {state: 'metadata'};
	await assert.rejects(open(0), /UserError: nobody has said yet what it holds/);
	// What is whole is played as it is.
	file.giveAll();
	engine.torrent = {state: 'finished'};
	engine.sent.length = 0;
	assert.deepEqual((await open(0)).notes, []);
	assert.deepEqual(engine.take('torrent.resume'), []);
});

test('what cannot be streamed is refused with one line', async t => {
	const {open, server} = await serving(t, new FakeFile(10));
	await assert.rejects(open(1), /UserError: there is no file 1/);
	await assert.rejects(open(), /UserError: name a file/);
	await assert.rejects(open(...new Array(1001).fill(0)), /UserError: at most 1000 files/);
	await assert.rejects(
		server.send({type: 'stream.open', id: 'cd'.repeat(20), files: [0]}),
		/UserError: the engine has no such torrent/,
	);
	for (let at = 0; at < 250; at++) await open(0);
	const {port, path} = await open(0);
	assert.equal((await ask(port, path, {method: 'HEAD'})).status, 200);
});
