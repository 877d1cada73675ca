import assert from 'node:assert/strict';
import test from 'node:test';
import {ExtensionRegistry} from '../../../source/engine/extensions/extension-registry.ts';
import {LtDonthave} from '../../../source/engine/extensions/lt-donthave.ts';
import {incomingPeer} from '../../../source/engine/peers/open-peer.ts';
import {ourHandshake} from '../../../source/engine/peers/our-handshake.ts';
import type {Peer, PeerOwner} from '../../../source/engine/peers/peer-connection.ts';
import {WriteBatch} from '../../../source/engine/peers/write-batch.ts';
import {BlockPool} from '../../../source/io/disk/block-pool.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {messageId, PeerWireWriter} from '../../../source/protocol/wire/decoder.ts';
import {encodeHandshake} from '../../../source/protocol/wire/handshake.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {FakeConnection} from '../../helpers/lone-torrent.ts';

const infoHash = new Uint8Array(20).fill(7);

/** A torrent that nobody knows the pieces of until the test says how many there are, and one peer of it. */
class EarlyPeer {
	pieceCount = 0;
	readonly peer: Peer;
	readonly connection = new FakeConnection({host: '198.51.100.1', port: 6881}, true);
	/** What the torrent was told of its pieces. */
	readonly told: string[] = [];

	constructor(fast = true) {
		const clock = new HandClock();
		const early = this;
		const note = (what: string) => () => void this.told.push(what);
		const owner: PeerOwner = {
			get pieceCount() {
				return early.pieceCount;
			},
			blocksPerPiece: 2,
			swarmKeys: {v1: infoHash, v2: undefined},
			extensions: new ExtensionRegistry(
				{
					...{info: undefined, isPrivate: false, uploadOnly: false, peers: []},
					...{peerListens() {}},
				},
				[new LtDonthave()],
				[],
			),
			peerReady() {},
			peerPieces: note('pieces'),
			peerForgets: note('forgets'),
			peerHas: note('has'),
			peerLost: note('lost'),
			peerChokes() {},
			peerInterest() {},
			blockStart: () => -1,
			blockEnd() {},
			peerRejects() {},
			peerRequests: (peer, piece, begin, length) => peer.sendReject(piece, begin, length),
			peerCancels() {},
			peerRead() {},
			peerClosed() {},
			peerHasNode() {},
			peerHashes() {},
		};
		const ourId = new Uint8Array(20);
		this.peer = incomingPeer(
			{
				...{clock, writeBatch: new WriteBatch(clock), pool: new BlockPool(1), peerId: ourId},
				...{router: {route: () => owner, halfOpenClosed() {}}, nextPeerId: () => 1},
			},
			this.connection,
			(hash, isV1OfTwo) => ourHandshake(hash, isV1OfTwo, {peerId: ourId}),
		);
		this.connection.events = this.peer.events;
		const peerId = new Uint8Array(20).fill(1);
		this.connection.say(encodeHandshake({infoHash, peerId, extended: true, fast, dht: false, v2: false}));
	}

	say(write: (writer: PeerWireWriter) => void): void {
		const writer = new PeerWireWriter();
		write(writer);
		this.connection.say(writer.take());
	}

	/** The metadata came; answers what the peer has: `x.x`. */
	known(pieceCount: number): string {
		this.pieceCount = pieceCount;
		this.peer.contentKnown();
		return Array.from({length: pieceCount}, (_, piece) => (this.peer.hasPiece(piece) ? 'x' : '.')).join('');
	}
}

test('what a peer says it has before the metadata is there counts from then on', () => {
	const bitfield = new EarlyPeer();
	bitfield.say(writer => writer.bitfield(Uint8Array.of(0b1000_0000, 0b0100_0000)));
	bitfield.say(writer => writer.piece(messageId.have, 4));
	assert.equal(bitfield.peer.hasSpoken, true);
	assert.deepEqual([bitfield.peer.isSeed, bitfield.peer.pieceCount], [false, 0]);
	assert.equal(bitfield.known(10), 'x...x....x');
	assert.equal(bitfield.peer.pieceCount, 3);
	const seed = new EarlyPeer();
	seed.say(writer => writer.plain(messageId.haveAll));
	assert.equal(seed.peer.isSeed, false);
	assert.equal(seed.known(10), 'xxxxxxxxxx');
	assert.equal(seed.peer.isSeed, true);
	const starter = new EarlyPeer();
	starter.say(writer => writer.plain(messageId.haveNone));
	assert.equal(starter.peer.hasSpoken, false);
	assert.equal(starter.known(10), '..........');
	const late = new EarlyPeer(false);
	late.say(writer => writer.plain(messageId.interested));
	late.say(writer => writer.bitfield(Uint8Array.of(255, 0b1100_0000)));
	assert.equal(late.known(10), 'xxxxxxxxxx');
	const loser = new EarlyPeer();
	loser.say(writer => {
		writer.plain(messageId.haveAll);
		writer.extended(3, Uint8Array.of(0, 0, 0, 1));
	});
	assert.equal(loser.known(3), 'x.x');
	for (const {told, connection} of [bitfield, seed, starter, late, loser])
		assert.deepEqual([told, connection.reason], [[], undefined]);
});

test('what it says afterwards is heard as of any peer', () => {
	const early = new EarlyPeer();
	early.say(writer => writer.bitfield(Uint8Array.of(0b1000_0000)));
	early.known(4);
	early.say(writer => writer.piece(messageId.have, 2));
	assert.deepEqual(early.told, ['has']);
	early.say(writer => writer.piece(messageId.have, 4));
	assert.match(early.connection.reason ?? 'it is still there', /have of piece 4/);
});

test('who said what cannot be is let go when that shows', () => {
	const cases: Array<readonly [say: (writer: PeerWireWriter) => void, reason: RegExp]> = [
		[writer => writer.bitfield(new Uint8Array(3)), /bitfield of 3 bytes for 10 pieces/],
		[writer => writer.bitfield(Uint8Array.of(0, 1)), /spare bits/],
		[writer => writer.piece(messageId.have, 10), /have of piece 10/],
	];
	for (const [say, reason] of cases) {
		const early = new EarlyPeer();
		early.say(say);
		assert.equal(early.connection.reason, undefined);
		assert.equal(early.known(10), '..........');
		assert.match(early.connection.reason ?? 'it is still there', reason);
		assert.equal(early.peer.misbehaved, true);
	}
});

test('what no torrent can have is not kept', () => {
	for (const say of [
		(writer: PeerWireWriter) => writer.bitfield(new Uint8Array(65_537)),
		(writer: PeerWireWriter) => writer.piece(messageId.have, 524_288),
	]) {
		const early = new EarlyPeer();
		early.say(say);
		assert.notEqual(early.connection.reason, undefined);
	}
});

test('pieces it may be asked for though it chokes us are kept, but for those that are none', () => {
	const early = new EarlyPeer();
	early.say(writer => {
		for (const piece of [2, 11, 3]) writer.piece(messageId.allowedFast, piece);
		writer.piece(messageId.suggest, 400);
	});
	early.known(10);
	assert.deepEqual([...early.peer.fastPieces], [2, 3]);
	const talker = new EarlyPeer();
	talker.say(writer => {
		for (let piece = 0; piece < 300; piece++) writer.piece(messageId.allowedFast, piece);
	});
	assert.equal(talker.peer.fastPieces.size, 32);
});

test('how many requests it takes at a time holds when there is something to ask for', () => {
	const early = new EarlyPeer();
	early.peer.takesRequests(3);
	early.known(10);
	assert.equal(early.peer.requests.queue.room, 3);
	assert.equal(early.peer.requests.queue.has(1, 1), false);
});

test('telling all of it over and over ends the connection, as it does later', () => {
	for (const say of [
		(writer: PeerWireWriter) => writer.bitfield(new Uint8Array(2)),
		(writer: PeerWireWriter) => writer.plain(messageId.haveAll),
		(writer: PeerWireWriter) => writer.plain(messageId.haveNone),
		(writer: PeerWireWriter) => writer.piece(messageId.have, 1),
		(writer: PeerWireWriter) => writer.extended(3, Uint8Array.of(0, 0, 0, 1)),
	]) {
		const early = new EarlyPeer();
		for (let times = 0; times < 2000; times++) early.say(say);
		assert.match(early.connection.reason ?? 'it is still there', /senseless/);
	}
});

test('its program, interest and numbers are known though its pieces are not', () => {
	const early = new EarlyPeer();
	early.say(writer => {
		writer.extended(0, encodeBencode({m: {lt_donthave: 9}}));
		writer.plain(messageId.unchoke);
		writer.plain(messageId.interested);
		writer.block(messageId.request, 0, 0, 16_384);
	});
	const {peer} = early;
	assert.equal(peer.extensions.numberOf('lt_donthave'), 9);
	assert.deepEqual([peer.peerChoking, peer.peerInterested, peer.isClosed], [false, true, false]);
});
