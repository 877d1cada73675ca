import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../source/base/units.js';
import {encodeBencode} from '../../source/protocol/bencode/bencode.js';
import {
	messageId,
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
	writePieceHeader,
} from '../../source/protocol/wire/decoder.js';
import {encodeHandshake} from '../../source/protocol/wire/handshake.js';
import {type FakeConnection, LoneTorrent, turn} from '../helpers/lone-torrent.ts';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(5);
const inputs = fuzzRounds(30_000);
const slots = 48;

interface Asked {
	readonly piece: number;
	readonly begin: number;
	readonly length: number;
}

/** The other side of a connection: reads what the engine says, and says what chance has it say. */
class Stranger implements PeerWireSink {
	readonly connection: FakeConnection;
	readonly asked: Asked[] = [];
	/** Its bytes that are still on their way. */
	pending: Uint8Array = new Uint8Array(0);
	greeted = false;
	extended_ = false;
	readonly #decoder: PeerWireDecoder;
	readonly #memory = new Uint8Array(blockLength);
	readonly #lone: LoneTorrent;
	readonly #random: () => number;
	readonly #honest: boolean;

	constructor(lone: LoneTorrent, connection: FakeConnection, random: () => number) {
		this.#lone = lone;
		this.connection = connection;
		this.#random = random;
		this.#honest = random() < 0.4;
		this.#decoder = new PeerWireDecoder(this, this.#memory);
	}

	/** What the engine says must be what the protocol allows: the decoder throws when it is not. */
	read(): void {
		if (this.connection.reads) this.#decoder.push(this.connection.take());
	}

	handshake(): void {
		this.greeted = true;
	}

	keepAlive(): void {}
	choke(): void {}
	unchoke(): void {}
	interested(): void {}
	notInterested(): void {}
	haveAll(): void {}
	haveNone(): void {}
	suggest(): void {}
	port(): void {}
	allowedFast(): void {}
	reject(): void {}

	have(piece: number): void {
		assert.ok(piece < this.#lone.parts.pieceCount && this.#lone.parts.have.has(piece));
	}

	bitfield(bytes: Uint8Array): void {
		assert.equal(bytes.length, this.#lone.parts.have.bytes.length);
	}

	request(piece: number, begin: number, length: number): void {
		assert.ok(this.#lone.parts.map.isBlock(piece, begin, length));
		this.asked.push({piece, begin, length});
	}

	cancel(piece: number, begin: number): void {
		const at = this.asked.findIndex(asked => asked.piece === piece && asked.begin === begin);
		if (at >= 0 && this.#random() < 0.7) this.asked.splice(at, 1);
	}

	blockStart(piece: number, _begin: number, length: number): number {
		assert.ok(this.#lone.parts.have.has(piece) && length > 0);
		return 0;
	}

	blockEnd(): void {}
	extended(): void {}

	/** Something to say; sensible for the most part, or nobody gets past the first message. */
	speech(): Uint8Array {
		const random = this.#random;
		const below = (limit: number) => Math.floor(random() * limit);
		const {torrent} = this.#lone;
		const writer = new PeerWireWriter();
		const piece = () =>
			random() < 0.03 ? Math.floor(random() * 2 ** 32) : below(torrent.content!.pieceCount);
		const block = (id: number) => {
			const index = piece();
			const blocks = torrent.content!.map.isPiece(index) ? torrent.content!.map.blockCount(index) : 1;
			const at = below(blocks);
			const odd = random() < 0.1;
			const length = torrent.content!.map.isPiece(index)
				? torrent.content!.map.blockSize(index, at)
				: blockLength;
			writer.block(
				id,
				index,
				odd ? below(99_999) : at * blockLength,
				odd ? Math.floor(random() * 2 ** 32) : length,
			);
		};
		switch (this.#honest ? 10 + below(6) : below(16)) {
			case 0:
				for (let count = 1 + below(20); count > 0; count--) writer.plain(below(4));
				break;
			case 1:
				writer.plain([14, 15][below(2)]!);
				break;
			case 2:
				writer.bitfield(
					Uint8Array.from(torrent.content!.have.bytes, (_, at) =>
						at === torrent.content!.have.bytes.length - 1 ? 0 : below(256),
					),
				);
				break;
			case 3:
				for (let count = below(10); count > 0; count--) block(messageId.cancel);
				break;
			case 4:
				for (let count = below(10); count > 0; count--) block(messageId.reject);
				break;
			case 5:
				for (let count = below(10); count > 0; count--) writer.piece([13, 17][below(2)]!, piece());
				break;
			case 6: {
				const lost = new Uint8Array(4);
				for (let count = below(5); count > 0; count--) {
					new DataView(lost.buffer).setUint32(0, piece());
					writer.extended(3, lost);
					if (random() < 0.5) writer.piece(messageId.have, piece());
				}
				writer.extended(4, Uint8Array.of(below(2)));
				break;
			}
			case 7:
				writer.extended(
					0,
					encodeBencode({
						m: {ut_metadata: below(4), lt_donthave: 7},
						p: below(70_000),
						reqq: below(600),
						upload_only: below(2),
						v: '\u001b[2Jclient',
					}),
				);
				break;
			case 8:
				writer.extended(1, encodeBencode({msg_type: below(4), piece: below(3)}));
				break;
			case 9:
				this.#giveBlock(
					writer,
					{piece: piece(), begin: below(4) * 8192, length: 1 + below(blockLength)},
					true,
				);
				break;
			case 10:
			case 11:
			case 12:
				for (let count = 1 + below(4); count > 0 && this.asked.length > 0; count--) {
					const [asked] = this.asked.splice(below(this.asked.length), 1);
					if (random() < 0.08) writer.block(messageId.reject, asked!.piece, asked!.begin, asked!.length);
					else this.#giveBlock(writer, asked!, !this.#honest && random() < 0.4);
				}
				break;
			case 13:
				for (let count = below(8); count > 0; count--) writer.piece(messageId.have, piece());
				writer.plain(messageId.unchoke);
				break;
			case 14:
				writer.plain(messageId.interested);
				for (let count = below(20); count > 0; count--) block(messageId.request);
				break;
			default:
				writer.plain(messageId.unchoke);
		}
		const said = writer.take();
		return random() < 0.04 ? mutate(said, random) : said;
	}

	#giveBlock(writer: PeerWireWriter, {piece, begin, length}: Asked, wrong: boolean): void {
		const framed = new Uint8Array(13 + length);
		writePieceHeader(framed, 0, piece, begin, length);
		framed.set(this.#lone.block(piece, begin, length), 13);
		if (wrong) framed[13 + (length >> 1)]! ^= 1;
		writer.raw(framed);
	}

	/** Sends some of what it has to say, cut anywhere. */
	deliver(): void {
		const random = this.#random;
		let rest = this.pending;
		while (rest.length > 0) {
			const most = random() < 0.1 ? 3 : 40_000;
			const count = Math.min(rest.length, 1 + Math.floor(random() * most));
			this.connection.say(rest.slice(0, count));
			rest = rest.subarray(count);
			// The end may come much later.
			if (random() < 0.2) break;
		}
		this.pending = rest;
	}
}

/** Slots at blocks that came and are neither written nor judged. */
function heldByPieces(lone: LoneTorrent): number {
	let held = 0;
	for (const partial of lone.parts.downloader.partials.all()) {
		for (let block = 0; block < partial.blocks; block++) if (partial.slots[block]! >= 0) held++;
	}
	return held;
}

function checkLedger(lone: LoneTorrent, where: string): void {
	const {partials} = lone.parts.downloader;
	for (const partial of partials.all()) {
		let free = 0;
		let received = 0;
		for (let block = 0; block < partial.blocks; block++) {
			if (partial.states[block] !== 0) received++;
			else if (partial.requests[block] === 0) free++;
			assert.equal(partial.requests[block]! > 0 && partial.states[block] !== 0, false, where);
		}
		assert.equal(partial.received, received, where);
		assert.equal(partial.free, free, where);
		assert.equal([...partials.open()].includes(partial), free > 0, where);
		assert.equal(lone.parts.have.has(partial.piece) && !partial.hashing, false, where);
	}
}

/** Nobody is connected: nothing may be promised, counted or asked for. */
function checkQuiet(lone: LoneTorrent, where: string): void {
	const {torrent, pool} = lone;
	assert.equal(torrent.swarm.peers.size, 0, where);
	assert.equal(pool.free + heldByPieces(lone), slots, `${where}: slots are lost`);
	assert.equal(pool.available, pool.free, `${where}: slots stay promised`);
	for (let piece = 0; piece < torrent.content!.pieceCount; piece++) {
		assert.equal(
			torrent.content!.downloader.picker.availability(piece),
			0,
			`${where}: piece ${piece} is counted`,
		);
	}
	for (const partial of torrent.content!.downloader.partials.all()) {
		assert.ok(
			partial.requests.every(count => count === 0),
			`${where}: piece ${partial.piece} is asked of nobody`,
		);
		assert.equal(partial.exclusive, partial.hashing ? partial.exclusive : -1, where);
	}
	checkLedger(lone, where);
}

async function play(run: number): Promise<number> {
	const where = `run ${run} of seed ${seed}`;
	const random = seeded(seed * 1_000_003 + run);
	const below = (limit: number) => Math.floor(random() * limit);
	const lone = new LoneTorrent({
		pieces: 1 + below(9),
		pieceLength: blockLength * (1 + below(3)),
		short: below(blockLength - 1),
		seeds: random() < 0.25,
		random,
		pool: slots,
		maxPeers: 6,
	});
	await lone.start();
	const {torrent} = lone;
	let strangers: Stranger[] = [];
	let said = 0;
	let port = 1000;

	const meet = () => {
		let connection: FakeConnection;
		if (random() < 0.5) connection = lone.incoming(port++);
		else {
			torrent.post({
				type: 'peers',
				addresses: [{host: `203.0.113.${1 + below(250)}`, port: port++}],
				source: 'manual',
			});
			const dialled = lone.dialled.pop();
			if (dialled === undefined) return;
			connection = dialled;
			if (random() < 0.1) return connection.hangUp();
			connection.events.connected();
		}
		const stranger = new Stranger(lone, connection, random);
		strangers.push(stranger);
		const peerId = new Uint8Array(20).fill(below(random() < 0.2 ? 2 : 200));
		const hello = encodeHandshake({
			infoHash: random() < 0.03 ? new Uint8Array(20) : torrent.infoHash,
			peerId: random() < 0.02 ? lone.services.peerId : peerId,
			extended: random() < 0.7,
			fast: random() < 0.7,
			dht: false,
			v2: false,
		});
		stranger.pending = random() < 0.03 ? mutate(hello, random) : hello;
	};

	for (let step = 5 + below(50); step > 0; step--) {
		if (strangers.length < 4 && (strangers.length === 0 || random() < 0.15)) meet();
		const stranger = strangers[below(strangers.length)];
		if (stranger !== undefined) {
			stranger.pending = new Uint8Array([...stranger.pending, ...stranger.speech()]);
			stranger.deliver();
			said++;
			if (random() < 0.01) stranger.connection.hangUp();
			if (random() < 0.02) stranger.connection.reads = !stranger.connection.reads;
		}
		checkLedger(lone, where);
		if (random() < 0.3) {
			await turn();
			for (const other of strangers) other.read();
			strangers = strangers.filter(({connection}) => connection.reason === undefined);
		}
		if (random() < 0.05) await lone.clock.pass(below(30_000));
		if (random() < 0.1) torrent.post({type: 'tick', now: lone.clock.now()});
		if (random() < 0.01) torrent.post({type: 'prioritise', files: [0], priority: random() < 0.5 ? 0 : 3});
		if (random() < 0.01 && lone.storage !== undefined)
			await torrent.content!.downloader.unfinished.save(lone.storage);
		if (random() < 0.005) lone.storage.failure = {code: 'io', message: 'the disk is broken'};
		if (random() < 0.02) lone.buffersFreed();
	}

	const active = torrent.active;
	for (const {connection} of strangers) {
		connection.hangUp();
		assert.equal(connection.paused && connection.reason === undefined, false);
	}
	torrent.swarm.closeAll('the end');
	await lone.clock.pass(16_000);
	// Who goes makes room for another to be dialled, until all are waiting to be tried again.
	while (torrent.swarm.peers.size > 0) {
		torrent.swarm.closeAll('the end');
		await turn();
	}
	for (let rest = 0; rest < 4; rest++) await turn();
	checkQuiet(lone, where);
	assert.equal(lone.connections, 0, `${where}: ${lone.connections} connections are counted and not there`);
	// Nothing that is told as had may be wrong.
	for (let piece = 0; piece < torrent.content!.pieceCount; piece++) {
		if (!torrent.content!.have.has(piece)) continue;
		const from = piece * lone.pieceLength;
		const length = torrent.content!.map.pieceSize(piece);
		assert.ok(
			Buffer.from(lone.disk.subarray(from, from + length)).equals(lone.block(piece, 0, length)),
			`${where}: piece ${piece} is wrong on the disk`,
		);
	}
	const closing = torrent.close();
	for (let rest = 0; rest < 4; rest++) await turn();
	await lone.clock.pass(16_000);
	await closing;
	assert.equal(lone.pool.free, slots, `${where}: slots are lost${active ? '' : ' (it had stopped)'}`);
	assert.equal(lone.clock.next, undefined, `${where}: a timer is left`);
	return said;
}

test(`whatever peers say, in whatever pieces, costs at most their connection (seed ${seed})`, async () => {
	let said = 0;
	let run = 0;
	for (; said < inputs; run++) said += await play(run);
	assert.ok(run > 0);
});
