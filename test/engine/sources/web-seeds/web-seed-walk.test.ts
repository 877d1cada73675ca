import assert from 'node:assert/strict';
import test from 'node:test';
import {FakeWeb, type FakeWebStream} from '../../../helpers/fake-web-server.ts';
import {settled} from '../../../helpers/hand-clock.ts';
import {sender} from '../../../helpers/lone-leech.ts';
import {LoneTorrent} from '../../../helpers/lone-torrent.ts';
import {seeded} from '../../../policy/seeded.ts';

const urls = [1, 2, 3].map(n => `http://s${n}.example/lone.bin`);
const statuses = [200, 204, 206, 302, 304, 400, 403, 404, 416, 429, 500, 503];

/** Servers that do what they like, and a peer that comes and goes. */
async function walk(seed: number): Promise<void> {
	const random = seeded(seed);
	const any = (below: number): number => Math.floor(random() * below);
	const web = new FakeWeb();
	const lone = new LoneTorrent({pieces: 30, pool: 90, random, webSeeds: {urls, dialer: web}});
	await lone.start();
	const {torrent, parts, content, clock} = lone;
	/** The stream in whose answer something is still to come. */
	const half = new Map<FakeWebStream, number>();
	const act = (stream: FakeWebStream): void => {
		const [ask] = stream.asks;
		const left = half.get(stream);
		if (left !== undefined) {
			const from = content.length - left;
			const to = Math.min(content.length, from + any(60_000));
			stream.say(content.subarray(from, to));
			half.set(stream, content.length - to);
			if (to === content.length || random() < 0.1) {
				half.delete(stream);
				stream.hangUp();
			}
			return;
		}
		if (ask === undefined) return;
		switch (any(9)) {
			case 0:
				return stream.hangUp();
			case 1:
				return stream.refuse(
					statuses[any(statuses.length)]!,
					...(random() < 0.5 ? ['Location: /other'] : []),
				);
			case 2: {
				const wrong = Uint8Array.from(content);
				wrong[any(wrong.length)]! ^= 1 << any(8);
				return stream.give(wrong);
			}
			case 3:
				return stream.give(content, 1 + any(100_000));
			case 4: {
				const text = Buffer.from(
					`HTTP/1.1 206 x\r\nContent-Range: bytes ${ask.from}-${ask.from + 9}/*\r\n\r\n`,
				);
				text[any(text.length)] = any(256);
				return stream.say(text);
			}
			case 5:
				stream.asks.shift();
				stream.say(
					`HTTP/1.1 206 x\r\nContent-Range: bytes ${ask.from}-${ask.from + ask.length - 1}/${content.length}\r\n`,
					`Content-Length: ${ask.length}\r\n\r\n`,
				);
				half.set(stream, content.length - ask.from);
				return;
			default:
				return stream.give(content);
		}
	};
	let peers = 0;
	for (let step = 0; step < 120 && !parts.have.full; step++) {
		for (const stream of web.streams) {
			if (stream.isClosed) half.delete(stream);
			else if (random() < 0.6) act(stream);
		}
		await settled();
		const what = any(24);
		if (what === 0)
			torrent.post({type: 'prioritisePieces', pieces: [[any(15), 15 + any(15)]], priority: any(5) as 0});
		if (what === 1) torrent.post({type: 'prioritisePieces', pieces: [[0, 29]], priority: 2});
		if (what === 2)
			torrent.post({type: 'set', settings: {maxDownload: random() < 0.5 ? null : any(200_000)}});
		if (what === 3) torrent.post({type: 'removeWebSeed', url: urls[any(3)]!});
		if (what === 4) torrent.post({type: 'addWebSeeds', urls: [urls[any(3)]!], isNamed: true});
		if (what === 5) torrent.post({type: 'deadline', pieces: [[any(30), 29]], within: any(3000)});
		if (what === 6 && peers < 5) {
			const peer = await sender(lone, 10 + peers++);
			peer.answer((await peer.hears('request')).slice(0, any(20)));
			if (random() < 0.5) peer.connection.hangUp();
		}
		await clock.pass(any(2000));
		torrent.post({type: 'resupply', now: clock.now()});
		torrent.post({type: 'tick', now: clock.now()});
		await settled();
		assert.ok(lone.pool.available <= lone.pool.capacity, 'no more memory is given back than was taken');
	}
	torrent.post({type: 'set', settings: {maxDownload: null}});
	torrent.post({type: 'prioritisePieces', pieces: [[0, 29]], priority: 2});
	torrent.post({type: 'addWebSeeds', urls: ['http://good.example/'], isNamed: true});
	for (let step = 0; step < 600 && !parts.have.full; step++) {
		for (const stream of web.streams) {
			if (stream.isClosed) continue;
			if (stream.server.url.host !== 'good.example') stream.hangUp();
			else if (stream.asks.length > 0) stream.give(content);
			await settled();
		}
		await clock.pass(1000);
		torrent.post({type: 'resupply', now: clock.now()});
		torrent.post({type: 'tick', now: clock.now()});
		await settled();
	}
	assert.equal(parts.have.full, true, `${parts.have.count} of 30 pieces`);
	assert.ok(Buffer.from(content).equals(lone.disk));
	await torrent.close();
	await settled();
	assert.equal(lone.pool.free, lone.pool.capacity);
	assert.equal(lone.pool.available, lone.pool.capacity);
	assert.equal(parts.downloader.picker.seeds, 0);
}

for (const seed of [...Array(12).keys(), 123, 164, 187]) {
	test(`whatever servers and people do, a good server completes it and no memory is lost: walk ${seed}`, () =>
		walk(seed));
}
