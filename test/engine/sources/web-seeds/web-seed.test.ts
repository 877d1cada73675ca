import assert from 'node:assert/strict';
import test from 'node:test';
import {ServerSlots} from '../../../../source/engine/sources/web-seeds/server-slots.ts';
import {FakeWeb, type FakeWebStream} from '../../../helpers/fake-web-server.ts';
import {settled} from '../../../helpers/hand-clock.ts';
import {sender} from '../../../helpers/lone-leech.ts';
import {type LoneOptions, LoneTorrent} from '../../../helpers/lone-torrent.ts';

const url = 'http://seed.example/lone.bin';
const block = 16_384;

/** A torrent whose file a web server has, and nobody else. */
async function open(
	options: LoneOptions & {readonly urls?: readonly string[]; readonly servers?: ServerSlots} = {},
) {
	const web = new FakeWeb();
	const {urls = [url], servers, ...rest} = options;
	const lone = new LoneTorrent({
		random: () => 0,
		...rest,
		webSeeds: {urls, dialer: web, ...(servers && {slots: servers})},
	});
	await lone.start();
	await settled();
	const {torrent, parts, content} = lone;
	const seed = (at = 0) => [...parts.webSeeds.all][at]!;
	/** Answers whatever is asked until nothing is. */
	const serve = async (stream = () => web.last): Promise<void> => {
		while (stream().asks.length > 0 && !stream().isClosed) {
			stream().give(content);
			await settled();
		}
	};
	const second = async (seconds = 1): Promise<void> => {
		for (let n = 0; n < seconds; n++) {
			await lone.clock.pass(1000);
			torrent.post({type: 'tick', now: lone.clock.now()});
			await settled();
		}
	};
	const warnings = (): string[] => lone.lines.filter(([level]) => level === 'warn').map(([, text]) => text);
	return {web, lone, torrent, parts, content, seed, serve, second, warnings};
}

const asksOf = ({asks}: FakeWebStream) => asks.map(({from, length}) => [from, length]);

test('a torrent is had of a web server alone, in runs of whole pieces over one connection', async () => {
	const {web, torrent, parts, content, lone, serve, second} = await open({pieces: 200, pool: 4096});
	assert.deepEqual(asksOf(web.last), [[0, 64 * block]], 'the first run is 1 MiB');
	web.last.connect();
	await serve();
	assert.equal(parts.have.full, true);
	assert.ok(Buffer.from(content).equals(lone.disk));
	assert.equal(torrent.stats.downloaded, content.length);
	assert.equal(web.streams.length, 1);
	assert.equal(lone.pool.free, lone.pool.capacity);
	await second(2);
	assert.equal(web.last.isClosed, true, 'nothing is wanted of it any more');
	assert.equal(parts.downloader.picker.seeds, 0);
});

test('the next run is asked for before the one before has come', async () => {
	const {web, content} = await open({pieces: 600, pool: 4096});
	web.last.give(content);
	await settled();
	const [first] = asksOf(web.last);
	assert.deepEqual(first, [64 * block, 128 * block]);
	// Half of it.
	web.last.say(
		`HTTP/1.1 206 x\r\nContent-Range: bytes ${64 * block}-${192 * block - 1}/${content.length}\r\n\r\n`,
	);
	assert.equal(web.last.isClosed, false);
});

test('bytes come in any portions, and what broke off goes on where it was over another connection', async () => {
	const {web, parts, content, lone} = await open({pieces: 12});
	const {length} = web.last.asks[0]!;
	web.last.say(
		`HTTP/1.1 206 x\r\nContent-Length: ${length}\r\nContent-Range: bytes 0-${length - 1}/${content.length}\r\n\r\n`,
	);
	for (let at = 0; at < 300_000; at += 777) web.last.say(content.subarray(at, Math.min(at + 777, 300_000)));
	web.last.hangUp();
	await settled();
	assert.equal(web.streams.length, 2);
	assert.deepEqual(asksOf(web.last), [[300_000, length - 300_000]]);
	web.last.give(content);
	await settled();
	assert.equal(parts.have.full, true);
	assert.equal(parts.torrent.stats.downloaded, content.length);
	assert.equal(parts.torrent.stats.wasted, 0);
	assert.equal(lone.pool.free, lone.pool.capacity);
});

test('a server that gives less than it was asked for is asked for the rest', async () => {
	const {web, parts, content} = await open({pieces: 12});
	for (let n = 0; n < 12 && !parts.have.full; n++) {
		web.last.give(content, 50_000);
		await settled();
	}
	assert.equal(parts.have.full, true);
	assert.equal(web.streams.length, 1);
});

test('a server that closes each connection after an answer is asked over new ones', async () => {
	const {web, parts, content} = await open({pieces: 200, pool: 4096});
	for (let n = 0; n < 20 && !parts.have.full; n++) {
		const {from, length} = web.last.asks.shift()!;
		assert.equal(web.last.asks.length, 0, 'nothing is asked for behind it');
		web.last.say(
			`HTTP/1.0 206 x\r\nContent-Length: ${length}\r\nContent-Range: bytes ${from}-${from + length - 1}/*\r\n\r\n`,
			content.subarray(from, from + length),
		);
		await settled();
	}
	assert.equal(parts.have.full, true);
});

test('all of the file in place of a part of it is refused; where all of it was asked for it is taken', async () => {
	const whole = await open({pieces: 12});
	whole.web.last.say(`HTTP/1.1 200 OK\r\nContent-Length: ${whole.content.length}\r\n\r\n`, whole.content);
	await settled();
	assert.equal(whole.parts.have.full, true);
	const part = await open({pieces: 600, pool: 4096});
	part.web.last.say(`HTTP/1.1 200 OK\r\nContent-Length: ${part.content.length}\r\n\r\n`, part.content);
	await settled();
	assert.equal(part.web.last.isClosed, true);
	assert.equal(part.parts.torrent.stats.downloaded, 0);
	assert.match(
		part.warnings()[0]!,
		/seed\.example: it sends whole files only, no ranges: asked again in 30 s/,
	);
	assert.equal(part.parts.downloader.partials.size, 0);
	assert.equal(part.lone.pool.available, part.lone.pool.capacity);
});

test('who fails is asked again later and later, and at once when something has come', async () => {
	const {web, seed, second, content, parts} = await open({pieces: 12});
	for (const [at, wait] of [30, 60, 120].entries()) {
		assert.equal(web.streams.length, at + 1);
		web.last.hangUp('connection refused');
		await second(wait - 1);
		assert.equal(web.streams.length, at + 1);
		const {state} = seed();
		assert.deepEqual([state.name, state.name === 'waiting' && state.why], ['waiting', 'connection refused']);
		await second(2);
	}
	web.last.give(content, 100_000);
	await settled();
	web.last.hangUp();
	await settled();
	assert.equal(web.streams.length, 5);
	web.last.give(content);
	await settled();
	assert.equal(parts.have.full, true);
});

test('a server that is busy is left alone for as long as it says', async () => {
	for (const [status, header, wait] of [
		[429, 'Retry-After: 300', 300],
		[503, `Retry-After: ${new Date(1_700_000_000_000 + 100_000).toUTCString()}`, 100],
		[503, 'Retry-After: soon', 30],
		[429, 'Retry-After: 99999999', 86_400],
	] as const) {
		const {web, second, seed} = await open({pieces: 12});
		web.last.refuse(status, header);
		await settled();
		const {state} = seed();
		assert.equal(state.name === 'waiting' && state.until, wait * 1000, header);
		if (wait > 1000) continue;
		await second(wait + 1);
		assert.equal(web.streams.length, 2);
	}
});

test('who asks to be asked again at once is asked so, and later and later when it says that each time', async () => {
	const {web, second, seed, lone} = await open({pieces: 12});
	const waits: number[] = [];
	for (let n = 0; n < 8; n++) {
		web.last.refuse(503, 'Retry-After: 0');
		await settled();
		const {state} = seed();
		assert.ok(state.name === 'waiting');
		waits.push(Math.round((state.until - lone.clock.now()) / 1000));
		await second(waits.at(-1)! + 1);
	}
	assert.deepEqual(waits, [1, 2, 4, 8, 15, 30, 30, 30]);
});

test('a file that is not there, or is another one, is not asked for again for an hour', async () => {
	for (const answer of [
		'HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc',
		'HTTP/1.1 416 x\r\nContent-Length: 0\r\n\r\n',
		'HTTP/1.1 206 x\r\nContent-Length: 10\r\nContent-Range: bytes 0-9/10\r\n\r\n0123456789',
	]) {
		const {web, seed, second, parts} = await open({pieces: 12});
		web.last.say(answer);
		await settled();
		const {state} = seed();
		assert.equal(state.name === 'waiting' && state.until, 3_600_000, answer);
		assert.equal(parts.downloader.picker.seeds, 0);
		await second(3590);
		assert.equal(web.streams.length, 1);
		await second(12);
		assert.equal(web.streams.length, 2, answer);
	}
});

test('a file that is wrong is never asked of the server again; what its blocks promised is given back', async () => {
	const {web, seed, second, content, warnings, lone, parts} = await open({pieces: 12});
	const wrong = Uint8Array.from(content);
	wrong[40_000]! ^= 1;
	web.last.give(wrong);
	await settled();
	assert.deepEqual(seed().state, {name: 'off', why: 'wrong data'});
	assert.ok(warnings().some(line => line === 'piece 1 from web seed seed.example is wrong: fetched again'));
	assert.ok(
		warnings().some(
			line => line === 'web seed seed.example has wrong data: lone.bin is not asked of it again',
		),
	);
	assert.equal(parts.have.has(1), false);
	await second(4000);
	assert.equal(web.streams.length, 1);
	assert.equal(lone.pool.available, lone.pool.capacity);
});

test('redirects are followed up to five, each with its own connection, and never from public to private ones', async () => {
	const {web, content, parts, warnings} = await open({pieces: 12});
	web.last.isPublic = true;
	web.last.refuse(302, 'Location: /other');
	await settled();
	assert.equal(web.streams.length, 1);
	assert.equal(web.last.asks[0]?.url, 'http://seed.example/other');
	web.last.refuse(301, 'Location: https://mirror.example:444/x?y=1');
	await settled();
	assert.equal(web.last.server.url.href, 'https://mirror.example:444/x?y=1');
	assert.equal(web.last.server.fromPublic, true);
	web.last.give(content);
	await settled();
	assert.equal(parts.have.full, true);
	assert.deepEqual(warnings(), []);

	const loop = await open({pieces: 12});
	for (let n = 0; n < 6; n++) {
		loop.web.last.refuse(302, `Location: /${n}`);
		await settled();
	}
	assert.match(loop.warnings()[0]!, /redirects more than 5 times/);
	const odd = await open({pieces: 12});
	odd.web.last.refuse(302, 'Location: file:///etc/passwd');
	await settled();
	assert.match(odd.warnings()[0]!, /redirects to file:, not http/);
});

test('a connection with a local address carries nothing that it would not have been made for', async () => {
	// The same server, asked for something with a query: its address is judged by that.
	const query = await open({pieces: 12});
	query.web.last.refuse(302, 'Location: /delete?all=1');
	await settled();
	assert.equal(query.web.streams.length, 2);
	assert.equal(query.web.streams[0]?.isClosed, true);
	assert.equal(query.web.last.server.url.search, '?all=1');
	assert.equal(query.web.last.server.trusted, false);
	// And what was allowed a query is good for what has none.
	query.web.last.refuse(302, 'Location: /other');
	await settled();
	assert.equal(query.web.streams.length, 2);

	// To a public one, and from there back to where it may not lead.
	const back = await open({pieces: 12});
	back.web.last.refuse(302, 'Location: http://public.example/x');
	await settled();
	back.web.last.isPublic = true;
	back.web.last.refuse(302, `Location: ${new URL('/status', url).href}`);
	await settled();
	assert.equal(back.web.streams.length, 3);
	assert.equal(back.web.last.server.fromPublic, true);
});

test('where a redirect led is asked for at first again when the file is not there any more', async () => {
	const {web, content, parts} = await open({pieces: 12});
	web.last.refuse(302, 'Location: /signed?until=1');
	await settled();
	web.last.give(content, 100_000);
	await settled();
	web.last.refuse(403);
	await settled();
	assert.equal(web.last.asks[0]?.url, url);
	web.last.refuse(302, 'Location: /signed?until=2');
	await settled();
	web.last.give(content);
	await settled();
	assert.equal(parts.have.full, true);
});

test('who says nothing for 20 s, one byte a second, or headers without an end, is left', async () => {
	const silent = await open({pieces: 12});
	await silent.second(22);
	assert.match(silent.warnings()[0]!, /said nothing for 20 s/);

	const slow = await open({pieces: 12});
	const {length} = slow.web.last.asks[0]!;
	slow.web.last.say(`HTTP/1.1 206 x\r\nContent-Range: bytes 0-${length - 1}/${slow.content.length}\r\n\r\n`);
	for (let n = 0; n < 33 && slow.warnings().length === 0; n++) {
		slow.web.last.say('x');
		await slow.second();
	}
	assert.match(slow.warnings()[0]!, /too slow: \d\d bytes in 30 s/);
	assert.equal(slow.lone.pool.available, slow.lone.pool.capacity);

	const endless = await open({pieces: 12});
	endless.web.last.say('HTTP/1.1 206 x\r\n');
	for (let n = 0; n < 33 && endless.warnings().length === 0; n++) {
		endless.web.last.say('X: y\r\n');
		await endless.second();
	}
	assert.match(endless.warnings()[0]!, /its answer has no beginning/);

	const flood = await open({pieces: 12});
	flood.web.last.say('HTTP/1.1 206 x\r\n', `X: ${'y'.repeat(70_000)}`);
	assert.match(flood.warnings()[0]!, /not HTTP/);
});

test('who gives a byte an answer is as slow as who gives a byte a second', async () => {
	for (const closes of [false, true]) {
		const {web, content, second, warnings, seed} = await open({pieces: 12});
		for (let n = 0; n < 40 && warnings().length === 0; n++) {
			web.last.give(content, 1);
			if (closes) web.last.hangUp();
			await second();
		}
		assert.match(warnings()[0] ?? '', /too slow/);
		assert.equal(seed().state.name, 'waiting');
	}
});

test('what makes no sense costs the connection, and nothing else', async () => {
	for (const [answer, why] of [
		['SSH-2.0-OpenSSH\r\n', /not HTTP/],
		['HTTP/1.1 206 x\r\nContent-Length: 9\r\n\r\n012345678', /does not say which bytes/],
		['HTTP/1.1 206 x\r\nContent-Range: bytes 5-9/*\r\nContent-Length: 5\r\n\r\n01234', /other bytes/],
		[
			'HTTP/1.1 206 x\r\nContent-Range: bytes 0-9/*\r\nContent-Length: 11\r\n\r\n01234567890',
			/have a length of 11/,
		],
		[
			'HTTP/1.1 206 x\r\nContent-Range: bytes 0-4/*\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n012345678\r\n0\r\n\r\n',
			/more than it was asked/,
		],
		[
			'HTTP/1.1 206 x\r\nContent-Range: bytes 0-4/*\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n01\r\n0\r\n\r\n',
			/less than it says/,
		],
		['HTTP/1.1 206 x\r\nContent-Encoding: gzip\r\nContent-Range: bytes 0-4/*\r\n\r\n', /compresses/],
		['HTTP/1.1 302 x\r\nContent-Length: 0\r\n\r\n', /redirects to nowhere/],
		['HTTP/1.1 101 Switching Protocols\r\n\r\n', /something other than HTTP/],
		['HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n', /500 internal error/],
		['HTTP/1.1 299 x\r\nContent-Length: 0\r\n\r\n', /299/],
	] as const) {
		const {web, warnings, seed, lone} = await open({pieces: 12});
		web.last.say(answer);
		await settled();
		assert.match(warnings()[0] ?? '', why, answer);
		assert.equal(seed().state.name, 'waiting', answer);
		assert.equal(web.last.isClosed, true);
		assert.equal(lone.pool.available, lone.pool.capacity, answer);
	}
});

test('an answer behind what was asked ends a kept connection', async () => {
	const {web, content, parts} = await open({pieces: 12});
	web.last.give(content);
	await settled();
	assert.equal(parts.have.full, true);
	web.last.say('HTTP/1.1 200 OK\r\n\r\n');
	assert.equal(web.last.isClosed, true);
});

test('paused, it lets the server go, and what has come is on the disk', async () => {
	const {web, torrent, content, lone} = await open({pieces: 12});
	const {length} = web.last.asks[0]!;
	web.last.say(
		`HTTP/1.1 206 x\r\nContent-Range: bytes 0-${length - 1}/${content.length}\r\n\r\n`,
		content.subarray(0, 100_000),
	);
	torrent.post({type: 'pause'});
	await settled();
	assert.equal(web.last.isClosed, true);
	assert.equal(lone.pool.available, lone.pool.capacity);
	assert.ok(Buffer.from(content.subarray(0, 98_304)).equals(lone.disk.subarray(0, 98_304)));
});

test('a limit holds to the byte, by reading no faster, and requests stay long', async () => {
	const {web, lone, torrent, content, second} = await open({pieces: 30, pool: 1024});
	torrent.post({type: 'set', settings: {maxDownload: 20_000}});
	const stream = web.last;
	const {length} = stream.asks[0]!;
	assert.equal(length, content.length);
	stream.say(`HTTP/1.1 206 x\r\nContent-Range: bytes 0-${length - 1}/${content.length}\r\n\r\n`);
	let at = 0;
	for (let tenth = 0; tenth < 300; tenth++) {
		while (!stream.isPaused) {
			const most = stream.most ?? 65_536;
			stream.say(content.subarray(at, at + most));
			at += most;
		}
		await lone.clock.pass(100);
		torrent.post({type: 'resupply', now: lone.clock.now()});
		if (tenth % 10 === 9) await second(0);
	}
	assert.ok(Math.abs(at - 600_000) < 30_000, `${at} bytes in 30 s`);
	assert.equal(stream.isClosed, false);
	torrent.post({type: 'set', settings: {maxDownload: null}});
	torrent.post({type: 'tick', now: lone.clock.now()});
	assert.equal(stream.isPaused, false);
});

test('under a limit of nothing no web server is asked', async () => {
	const {web, torrent, second} = await open({pieces: 12});
	torrent.post({type: 'set', settings: {maxDownload: 0}});
	await second(2);
	assert.equal(web.last.isClosed, true);
	assert.equal(web.streams.length, 1);
});

test('four servers are asked at a time; one that is off makes room for the next, and a server has four connections', async () => {
	const urls = [1, 2, 3, 4, 5].map(n => `http://s${n}.example/lone.bin`);
	const {web, second} = await open({pieces: 400, pool: 4096, urls});
	assert.deepEqual(
		web.streams.map(({server}) => server.url.host),
		urls.slice(0, 4).map(text => new URL(text).host),
	);
	web.streams[1]!.hangUp('connection refused');
	await second();
	assert.equal(web.last.server.url.host, 's5.example');
	const same = [1, 2, 3, 4, 5].map(n => `http://s.example/${n}.bin`);
	const one = await open({pieces: 400, pool: 4096, urls: same});
	assert.equal(one.web.streams.length, 4);
	one.web.streams[0]!.hangUp('connection refused');
	await one.second();
	assert.equal(one.web.last.asks[0]?.url, 'http://s.example/5.bin');
});

test('what is due comes at once, though a server was asked for long runs of something else', async () => {
	const {web, lone, torrent, content, second} = await open({pieces: 200, pool: 1024});
	const stream = web.last;
	const {length} = stream.asks.shift()!;
	stream.say(`HTTP/1.1 206 x\r\nContent-Range: bytes 0-${length - 1}/${content.length}\r\n\r\n`);
	// 32 KiB a second.
	for (let n = 0; n < 10; n++) {
		stream.say(content.subarray(n * 32_768, (n + 1) * 32_768));
		await second();
	}
	torrent.post({type: 'deadline', pieces: [[150, 160]], within: 5000, step: 1000});
	await settled();
	assert.equal(stream.isClosed, true);
	const [first] = web.last.asks;
	assert.equal(first?.from, 150 * 2 * block);
	assert.ok((first?.length ?? 0) <= 64 * block, `${first?.length}`);
	// What comes soon is left as it is.
	web.last.give(content);
	await settled();
	torrent.post({type: 'deadline', pieces: [[170, 171]], within: 5000});
	await settled();
	assert.equal(web.last.isClosed, false);
	await torrent.close();
	assert.equal(lone.pool.free, lone.pool.capacity);
});

test('what other torrents hold of a server’s connections is not had; when one is let go it is asked', async () => {
	const slots = new ServerSlots();
	for (let n = 0; n < 4; n++) assert.equal(slots.take('seed.example'), true);
	assert.equal(slots.take('seed.example'), false);
	assert.equal(slots.mayTake('seed.example:8080'), true);
	const {web, second} = await open({pieces: 12, servers: slots});
	await second(3);
	assert.equal(web.streams.length, 0);
	slots.give('seed.example');
	await second();
	assert.equal(web.streams.length, 1);
	assert.equal(slots.mayTake('seed.example'), false);
	web.last.hangUp('connection refused');
	assert.equal(slots.mayTake('seed.example'), true);
});

test('what does not come is not paid back: it was not paid for', async () => {
	const {web, lone, torrent, content} = await open({pieces: 30, pool: 1024});
	torrent.post({type: 'set', settings: {maxDownload: 100_000}});
	const {length} = web.last.asks[0]!;
	web.last.say(`HTTP/1.1 206 x\r\nContent-Range: bytes 0-${length - 1}/${content.length}\r\n\r\n`);
	web.last.say(content.subarray(0, 60_000));
	assert.equal(web.last.isPaused, true);
	web.last.hangUp();
	await settled();
	assert.equal(torrent.rateLimits.download.grant(lone.clock.now(), 100_000), 0);
});

test('web seeds are added and taken out while it runs; one a person names may be local', async () => {
	const {web, torrent, second, content, parts} = await open({pieces: 200, pool: 4096});
	torrent.post({type: 'removeWebSeed', url});
	await settled();
	assert.equal(web.last.isClosed, true);
	assert.deepEqual(torrent.webSeeds, []);
	torrent.post({type: 'addWebSeeds', urls: ['http://127.0.0.1/x?y'], isNamed: true});
	await settled();
	assert.equal(web.streams.length, 2);
	assert.equal(web.last.server.trusted, true);
	assert.equal(web.streams[0]!.server.trusted, false);
	torrent.post({type: 'addWebSeeds', urls: [url]});
	await second();
	assert.deepEqual(
		torrent.webSeeds,
		['http://127.0.0.1/x?y'],
		'a link does not bring back what was taken out',
	);
	torrent.post({type: 'addWebSeeds', urls: [url], isNamed: true});
	await second();
	assert.deepEqual(torrent.webSeeds.length, 2);
	for (const stream of web.streams)
		while (!stream.isClosed && stream.asks.length > 0) {
			stream.give(content);
			await settled();
		}
	for (let n = 0; n < 20 && !parts.have.full; n++) {
		for (const stream of web.streams) if (!stream.isClosed && stream.asks.length > 0) stream.give(content);
		await settled();
	}
	assert.equal(parts.have.full, true);
	assert.deepEqual(torrent.export().removedWebSeeds, undefined);
	assert.deepEqual(torrent.export().namedWebSeeds, ['http://127.0.0.1/x?y', url]);
});

test('at the end a peer that would have nothing to do takes the end of a run; the server is let go where only that is left', async () => {
	const {web, lone, content, parts} = await open({pieces: 30, pool: 1024});
	assert.equal(web.last.asks[0]?.length, content.length);
	const peer = await sender(lone, 1);
	const requests = await peer.hears('request');
	assert.ok(requests.length >= 8, `${requests.length} blocks`);
	assert.ok(
		requests.every(request => Number(/\d+/.exec(request)![0]) >= 15),
		requests.join(),
	);
	peer.answer(requests);
	for (let round = 0; round < 20 && !parts.have.has(29); round++) {
		await settled();
		peer.answer(await peer.hears('request'));
		await peer.listen();
	}
	assert.equal(parts.have.has(29), true);
	const {length} = web.last.asks.shift()!;
	const seed = [...parts.webSeeds.all][0]!;
	const left = seed.outstanding * block;
	assert.ok(left > 0 && left < content.length - 400_000, `${left} bytes are left to it`);
	web.last.say(`HTTP/1.1 206 x\r\nContent-Range: bytes 0-${length - 1}/${content.length}\r\n\r\n`);
	for (let at = 0; !web.last.isClosed && at < content.length; at += 10_000) {
		web.last.say(content.subarray(at, Math.min(content.length, at + 10_000)));
		await settled();
		peer.answer(await peer.hears('request'));
	}
	await settled();
	assert.equal(parts.have.full, true);
	assert.equal(web.last.isClosed, true);
	assert.ok(parts.torrent.stats.downloaded < content.length + 300_000, `${parts.torrent.stats.downloaded}`);
	assert.equal(lone.pool.free, lone.pool.capacity);
});

test('what a server was asked for goes to peers when it fails, and a piece both gave tells whose fault it is', async () => {
	const {web, lone, content, parts, second, seed} = await open({pieces: 12});
	const {length} = web.last.asks.shift()!;
	const wrong = Uint8Array.from(content);
	wrong[5]! ^= 1;
	// One block of the first piece, which is wrong, and then nothing more.
	web.last.say(
		`HTTP/1.1 206 x\r\nContent-Range: bytes 0-${length - 1}/${content.length}\r\n\r\n`,
		wrong.subarray(0, block),
	);
	web.last.hangUp();
	const peer = await sender(lone, 1);
	for (let round = 0; round < 40 && !parts.have.full; round++) {
		peer.answer(await peer.hears('request'));
		await peer.listen();
		if (round % 4 === 3) await second();
	}
	assert.equal(parts.have.full, true);
	assert.equal(parts.smartBan.hashFailures, 1);
	assert.equal(parts.smartBan.bans, 0, 'the peer is innocent');
	assert.equal(peer.connection.reason, undefined);
	assert.deepEqual([seed().state.name, seed().lacking.get(0)?.why], ['off', 'wrong data']);
});
