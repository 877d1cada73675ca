import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.js';
import {
	messageId,
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
} from '../../../source/protocol/wire/decoder.js';
import {encodeHandshake} from '../../../source/protocol/wire/handshake.js';
import {type FakeConnection, LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

const places = 20;

function greeting(lone: LoneTorrent, id: number): Uint8Array {
	const writer = new PeerWireWriter();
	writer.plain(messageId.haveAll);
	writer.plain(messageId.unchoke);
	const hello = encodeHandshake({
		infoHash: lone.torrent.infoHash,
		peerId: new Uint8Array(20).fill(id),
		extended: false,
		fast: true,
		dht: false,
		v2: false,
	});
	return Buffer.concat([hello, writer.take()]);
}

/** A block's message, of which it sends a byte now and then and never the last. */
const block = (() => {
	const bytes = Buffer.alloc(13 + blockLength);
	bytes.writeUInt32BE(9 + blockLength);
	bytes[4] = messageId.piece;
	return bytes;
})();

/** The honest one: what it is asked for, it sends. */
class Sender {
	#asked: Array<readonly [piece: number, begin: number, length: number]> = [];
	readonly #decoder: PeerWireDecoder;

	constructor() {
		const sink = new Proxy({} as PeerWireSink, {
			get: (_, name) =>
				name === 'request'
					? (piece: number, begin: number, length: number) => void this.#asked.push([piece, begin, length])
					: () => -1,
		});
		this.#decoder = new PeerWireDecoder(sink, new Uint8Array(0));
	}

	serve(lone: LoneTorrent, connection: FakeConnection): void {
		this.#decoder.push(connection.take());
		for (const [piece, begin, length] of this.#asked.splice(0)) {
			const head = Buffer.alloc(13);
			head.writeUInt32BE(9 + length);
			head[4] = messageId.piece;
			head.writeUInt32BE(piece, 5);
			head.writeUInt32BE(begin, 9);
			connection.say(Buffer.concat([head, lone.block(piece, begin, length)]));
		}
	}
}

test('a set of peers that send a byte a second takes all places only for minutes, whoever dialled whom', async () => {
	const lone = new LoneTorrent({pieces: 8, maxPeers: places});
	await lone.start();
	const drips = Array.from({length: places}, (_, n) => ({host: `203.0.113.${n + 1}`, port: 6881}));
	const honest = {host: '192.0.2.1', port: 6881};
	lone.torrent.post({type: 'peers', addresses: drips, source: 'tracker'});
	lone.torrent.post({type: 'peers', addresses: [honest], source: 'tracker'});
	const met = new Set<FakeConnection>();
	const sender = new Sender();
	let sent = 0;
	for (let second = 0; second < 600 && lone.parts.downloader.needed.count > 0; second++) {
		for (const connection of lone.dialled) {
			if (connection.reason !== undefined) continue;
			const isHonest = connection.remote.host === honest.host;
			if (!met.has(connection)) {
				met.add(connection);
				connection.events.connected();
				connection.say(greeting(lone, met.size));
			}
			if (isHonest) sender.serve(lone, connection);
			else connection.say(block.subarray(sent, sent + 1));
		}
		sent++;
		await turn();
		await lone.clock.pass(1000);
		lone.torrent.post({type: 'tick', now: lone.clock.now()});
	}
	assert.equal(lone.parts.downloader.needed.count, 0, `after ${lone.clock.now() / 1000} s of places held`);
	assert.ok(lone.torrent.swarm.peers.size <= places);
	await lone.torrent.close();
});
