import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.js';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {
	messageId,
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
} from '../../../source/protocol/wire/decoder.js';
import {encodeHandshake} from '../../../source/protocol/wire/handshake.js';
import {type FakeConnection, LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

const mebibyte = 1 << 20;

function hello(lone: LoneTorrent, id: number, fast = true): Uint8Array {
	return encodeHandshake({
		infoHash: lone.torrent.infoHash,
		peerId: new Uint8Array(20).fill(id),
		extended: true,
		fast,
		dht: false,
		v2: false,
	});
}

/** The same message many times. */
function repeat(count: number, say: (writer: PeerWireWriter, index: number) => void): Uint8Array {
	const writer = new PeerWireWriter();
	for (let index = 0; index < count; index++) say(writer, index);
	return writer.take();
}

function length(chunks: readonly Uint8Array[]): number {
	return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Counts messages of a kind among what the engine said. */
function count(bytes: Uint8Array, wanted: keyof PeerWireSink): number {
	let found = 0;
	const sink = new Proxy({} as PeerWireSink, {
		get: (_, name) => () => {
			if (name === wanted) found++;
			return -1;
		},
	});
	new PeerWireDecoder(sink, new Uint8Array(0)).push(bytes);
	return found;
}

async function met(lone: LoneTorrent, id: number, fast = true, host?: string): Promise<FakeConnection> {
	const connection = lone.incoming(4000 + id, host ?? `198.51.100.${id}`);
	connection.say(hello(lone, id, fast));
	await turn();
	return connection;
}

/** Seconds of silence but for keep-alives, second by second. */
async function idle(lone: LoneTorrent, seconds: number, talkers: readonly FakeConnection[]): Promise<void> {
	for (let second = 0; second < seconds; second++) {
		await lone.clock.pass(1000);
		if (second % 50 === 0) for (const connection of talkers) connection.say(new Uint8Array(4));
		lone.torrent.post({type: 'tick', now: lone.clock.now()});
	}
}

test('a peer that asks and asks and takes no answer is let go before its answers fill the memory', async () => {
	const lone = new LoneTorrent({seeds: true});
	await lone.start();
	const connection = await met(lone, 1);
	connection.reads = false;
	const requests = repeat(3000, writer => writer.block(messageId.request, 0, 0, blockLength));
	for (let round = 0; round < 200; round++) {
		connection.say(requests);
		await turn();
	}
	assert.ok(connection.unsent < 4 * mebibyte, `${connection.unsent} bytes wait for it`);
	assert.match(connection.reason ?? 'it is still there', /takes/);
	await lone.torrent.close();
});

test('a peer that asks for blocks and never takes them does not keep memory for uploads for ever', async () => {
	const lone = new LoneTorrent({seeds: true});
	await lone.start();
	const connection = await met(lone, 1);
	connection.say(repeat(1, writer => writer.plain(messageId.interested)));
	await turn();
	await turn();
	connection.reads = false;
	connection.say(repeat(20, (writer, piece) => writer.block(messageId.request, piece % 12, 0, blockLength)));
	await turn();
	assert.ok(connection.unsent > blockLength, 'it was given nothing');
	await idle(lone, 100, [connection]);
	assert.equal(connection.reason, undefined);
	await idle(lone, 60, [connection]);
	assert.match(connection.reason ?? 'it is still there', /takes/);
	await lone.torrent.close();
});

test('a peer that takes a block only now and then keeps its connection', async () => {
	const lone = new LoneTorrent({seeds: true});
	await lone.start();
	const connection = await met(lone, 1);
	connection.say(repeat(1, writer => writer.plain(messageId.interested)));
	await turn();
	await turn();
	for (let times = 0; times < 5; times++) {
		connection.say(repeat(1, writer => writer.block(messageId.request, 0, 0, blockLength)));
		await turn();
		await idle(lone, 100, [connection]);
		connection.take();
	}
	assert.equal(connection.reason, undefined);
	await lone.torrent.close();
});

test('metadata is given as fast as it is taken, not as fast as it is asked for', async () => {
	const lone = new LoneTorrent({seeds: true, infoPadding: 3_000_000});
	await lone.start();
	const connection = await met(lone, 1);
	connection.say(repeat(1, writer => writer.extended(0, encodeBencode({m: {ut_metadata: 9}}))));
	connection.reads = false;
	const asked = 184;
	const requests = repeat(asked, (writer, piece) => writer.extended(1, encodeBencode({msg_type: 0, piece})));
	for (let round = 0; round < 8; round++) connection.say(requests);
	await turn();
	assert.ok(connection.unsent < mebibyte / 2, `${connection.unsent} bytes wait for it`);
	assert.equal(connection.reason, undefined);
	// It takes them after all, and gets every one it asked for.
	for (let round = 0; round < 60; round++) {
		connection.drain();
		await turn();
	}
	const given = count(connection.take(), 'extended') - 1;
	// The first few had gone when they were asked for again.
	assert.ok(given >= asked && given < asked + 20, `${given} of ${asked}`);
	await lone.torrent.close();
});

test('metadata is given a few times over, not without end', async () => {
	const lone = new LoneTorrent({seeds: true, infoPadding: 100_000});
	await lone.start();
	const connection = await met(lone, 1);
	connection.say(repeat(1, writer => writer.extended(0, encodeBencode({m: {ut_metadata: 9}}))));
	const request = repeat(1, writer => writer.extended(1, encodeBencode({msg_type: 0, piece: 0})));
	let given = 0;
	for (let round = 0; round < 1000 && connection.reason === undefined; round++) {
		connection.say(request);
		await turn();
		connection.drain();
		const taken = connection.take();
		if (taken.length > 16_384) given++;
	}
	assert.ok(given >= 20 && given < 60, `${given} pieces`);
	assert.match(connection.reason ?? 'it is still there', /senseless/);
	await lone.torrent.close();
});

test('a peer that chokes and unchokes thousands of times is not asked thousands of times', async () => {
	for (const fast of [true, false]) {
		const lone = new LoneTorrent({pieces: 40});
		await lone.start();
		const connection = await met(lone, 1, fast);
		connection.say(repeat(1, writer => writer.bitfield(new Uint8Array(5).fill(255))));
		connection.say(
			repeat(6000, writer => {
				writer.plain(messageId.unchoke);
				writer.plain(messageId.choke);
			}),
		);
		for (let round = 0; round < 500; round++) {
			connection.say(repeat(1, writer => writer.plain(messageId.unchoke)));
			connection.say(repeat(1, writer => writer.plain(messageId.choke)));
		}
		await turn();
		assert.ok(length(connection.written) < 50_000, `${length(connection.written)} bytes were sent to it`);
		await lone.torrent.close();
	}
});

test('a peer that unchokes and refuses every request is let go', async () => {
	const lone = new LoneTorrent({pieces: 40});
	await lone.start();
	const connection = await met(lone, 1);
	connection.say(repeat(1, writer => writer.plain(messageId.haveAll)));
	connection.say(repeat(1, writer => writer.plain(messageId.unchoke)));
	for (let round = 0; round < 3000 && connection.reason === undefined; round++) {
		await turn();
		const refusals = new PeerWireWriter();
		const sink = new Proxy({} as PeerWireSink, {
			get: (_, name) => (piece: number, begin: number, size: number) => {
				if (name === 'request') refusals.block(messageId.reject, piece, begin, size);
			},
		});
		const decoder = new PeerWireDecoder(sink, new Uint8Array(0));
		decoder.push(hello(lone, 1));
		decoder.push(round === 0 ? connection.take().subarray(68) : connection.take());
		connection.say(refusals.take());
	}
	assert.match(connection.reason ?? 'it is still there', /refuses/);
	await lone.torrent.close();
});

test('a peer that has everything, lacks a piece and has it again, over and over, is let go', async () => {
	const lone = new LoneTorrent({pieces: 40});
	await lone.start();
	const connection = await met(lone, 1);
	connection.say(repeat(1, writer => writer.plain(messageId.haveAll)));
	connection.say(
		repeat(2000, writer => {
			writer.extended(3, new Uint8Array(4));
			writer.piece(messageId.have, 0);
		}),
	);
	assert.match(connection.reason ?? 'it is still there', /senseless/);
	await lone.torrent.close();
});

test('those who only hold their place make room for newcomers, one at a time; those who trade keep theirs', async () => {
	const lone = new LoneTorrent({seeds: true, maxPeers: 6});
	await lone.start();
	const holders: FakeConnection[] = [];
	for (let id = 1; id <= 6; id++) {
		const holder = await met(lone, id);
		holder.say(repeat(1, writer => writer.plain(messageId.interested)));
		holders.push(holder);
	}
	const early = await met(lone, 20);
	assert.equal(early.reason, 'asked for a torrent we do not have');
	for (let times = 0; times < 3; times++) {
		await idle(lone, 50, holders);
		holders[0]!.say(repeat(1, writer => writer.block(messageId.request, 0, 0, blockLength)));
		await turn();
	}
	const newcomer = await met(lone, 21);
	assert.equal(newcomer.reason, undefined);
	assert.equal(holders.filter(({reason}) => reason !== undefined).length, 1);
	const another = await met(lone, 22);
	assert.notEqual(another.reason, undefined, 'two came in at once');
	await idle(lone, 6, holders);
	assert.equal((await met(lone, 23)).reason, undefined);
	assert.equal(holders[0]!.reason, undefined);
	assert.equal(lone.torrent.swarm.peers.size, 6);
	assert.equal(lone.connections, 6);
	await lone.torrent.close();
	assert.equal(lone.connections, 0);
});

test('a list full of addresses that do not answer leaves a place for who comes', async () => {
	const lone = new LoneTorrent({maxPeers: 6});
	await lone.start();
	const addresses = Array.from({length: 200}, (_, at) => ({host: `192.0.2.${at + 1}`, port: 6881}));
	lone.torrent.post({type: 'peers', addresses, source: 'tracker'});
	assert.equal(lone.dialled.length, 6);
	await idle(lone, 2, []);
	assert.notEqual((await met(lone, 1)).reason, undefined, 'they may yet answer');
	await idle(lone, 2, []);
	assert.equal((await met(lone, 2)).reason, undefined);
	assert.equal(lone.torrent.swarm.peers.size, 6);
	assert.equal(lone.dialled[0]!.reason, 'made room for one that came');
	await lone.torrent.close();
});

test('one address cannot take all places, however many ports it comes from; this machine may', async () => {
	const lone = new LoneTorrent({seeds: true});
	await lone.start();
	const many: FakeConnection[] = [];
	for (let id = 1; id <= 20; id++) many.push(await met(lone, id, true, '203.0.113.9'));
	assert.equal(many.filter(({reason}) => reason === undefined).length, 4);
	for (let id = 21; id <= 30; id++) assert.equal((await met(lone, id, true, '127.0.0.1')).reason, undefined);
	assert.equal((await met(lone, 31)).reason, undefined);
	await lone.torrent.close();
});

test('a wrong block in a huge piece is found without all of the piece in memory', async () => {
	const pieceLength = 4 * mebibyte;
	const lone = new LoneTorrent({pieces: 1, pieceLength, short: 100, pool: 600});
	await lone.start();
	const [liar, honest] = ['203.0.113.1', '203.0.113.2'].map(host => lone.incoming(5000, host));
	const {torrent} = lone;
	for (const [connection, id] of [
		[liar!, 1],
		[honest!, 2],
	] as const) {
		connection.say(hello(lone, id));
		connection.say(repeat(1, writer => writer.plain(messageId.haveAll)));
		await turn();
	}
	const [one, other] = [...torrent.peers];
	const deliver = (wrong: number) => {
		torrent.content!.downloader.picker.take(0);
		const {partials} = torrent.content!.downloader;
		const partial = partials.get(0) ?? partials.begin(0);
		for (let block = 0; block < partial.blocks; block++) {
			const slot = lone.pool.take();
			const size = torrent.content!.map.blockSize(0, block);
			lone.pool.bytes.set(lone.block(0, block * blockLength, size), slot * blockLength);
			if (block === wrong) lone.pool.bytes[slot * blockLength]! ^= 1;
			partials.receive(partial, block, slot, block % 2 === 0 ? one!.id : other!.id);
		}
		torrent.content!.downloader.submitForHash(partial);
		lone.storage.work();
	};
	deliver(100);
	assert.equal(torrent.content!.smartBan.hashFailures, 1);
	deliver(-1);
	for (let rest = 0; rest < 12; rest++) await turn();
	assert.ok(torrent.content!.have.full);
	assert.equal(lone.storage.longestRead, 0, 'it is the disk that reads what must be compared');
	assert.match(liar!.reason ?? 'it is still there', /banned/);
	assert.doesNotMatch(honest!.reason ?? '', /banned/);
	await lone.torrent.close();
});
