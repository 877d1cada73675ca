import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Peer} from '../../../source/engine/peers/peer-connection.js';
import {messageId, PeerWireWriter} from '../../../source/protocol/wire/decoder.js';
import {encodeHandshake} from '../../../source/protocol/wire/handshake.js';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

/** A seed with the fast extension that has unchoked us and sends nothing. */
async function silentSeed(lone: LoneTorrent) {
	await lone.start();
	const connection = lone.incoming(4000);
	connection.say(
		encodeHandshake({
			infoHash: lone.torrent.infoHash,
			peerId: new Uint8Array(20),
			extended: false,
			fast: true,
			dht: false,
			v2: false,
		}),
	);
	const writer = new PeerWireWriter();
	writer.plain(messageId.haveAll);
	writer.plain(messageId.unchoke);
	connection.say(writer.take());
	await turn();
	const [peer] = lone.torrent.peers as Iterable<Peer>;
	assert.ok(peer !== undefined);
	/** It refuses all that it was asked for before `cancel` took it back, or nothing was taken back. */
	const refuse = (cancel: boolean): void => {
		peer.now = lone.clock.now();
		lone.parts.downloader.refill(peer);
		const asked: Array<readonly [number, number]> = [];
		peer.requests.queue.each((piece, block) => asked.push([piece, block]));
		assert.ok(asked.length > 4);
		if (cancel) lone.parts.downloader.cancelAll(peer);
		for (const [piece, block] of asked) {
			const size = lone.parts.map.blockSize(piece, block);
			writer.block(messageId.reject, piece, block * 16_384, size);
			// Once more, though there is nothing left to refuse.
			if (!cancel) writer.block(messageId.reject, piece, block * 16_384, size);
		}
		connection.say(writer.take());
	};
	return {connection, refuse};
}

test('a peer that answers every cancel with a reject does nothing wrong', async () => {
	const {connection, refuse} = await silentSeed(new LoneTorrent({pieces: 40}));
	for (let round = 0; round < 100; round++) refuse(true);
	assert.equal(connection.reason, undefined);
});

test('a peer that refuses what nobody asked for is let go', async () => {
	const {connection, refuse} = await silentSeed(new LoneTorrent({pieces: 40}));
	for (let round = 0; round < 100 && connection.reason === undefined; round++) refuse(false);
	assert.match(connection.reason ?? '', /senseless|refuses/);
});
