import {BlockPool, copyShared} from '../../source/io/disk/block-pool.ts';
import {
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
	writePieceHeader,
} from '../../source/protocol/wire/decoder.ts';
import {encodeHandshake} from '../../source/protocol/wire/handshake.ts';
import {secondsEach, tell} from './measure.ts';

const ignore = () => {};
const sink: PeerWireSink = {
	handshake: ignore,
	keepAlive: ignore,
	choke: ignore,
	unchoke: ignore,
	interested: ignore,
	notInterested: ignore,
	have: ignore,
	bitfield: ignore,
	request: ignore,
	blockStart: () => 0,
	blockEnd: ignore,
	cancel: ignore,
	port: ignore,
	suggest: ignore,
	haveAll: ignore,
	haveNone: ignore,
	reject: ignore,
	allowedFast: ignore,
	extended: ignore,
};

/** How fast bytes of a peer become messages. */
export function benchWire(): void {
	const pool = new BlockPool(64);
	const decoder = new PeerWireDecoder(sink, pool.bytes, copyShared);
	const id = new Uint8Array(20);
	decoder.push(
		encodeHandshake({infoHash: id, peerId: id, extended: true, fast: true, dht: false, v2: false}),
	);
	// 64 blocks, as they come: in buffers of 64 KiB that know nothing of messages.
	const stream = Buffer.alloc(64 * (13 + 16_384));
	for (let block = 0; block < 64; block++)
		writePieceHeader(stream, block * (13 + 16_384), 0, block * 16_384, 16_384);
	const pieces = secondsEach(() => {
		for (let at = 0; at < stream.length; at += 65_536) decoder.push(stream.subarray(at, at + 65_536));
	});
	tell('decoding blocks', `${Math.round(stream.length / 2 ** 20 / pieces)} MiB/s`, '> 3000 MiB/s');
	const writer = new PeerWireWriter();
	for (let piece = 0; piece < 4096; piece++) writer.piece(4, piece);
	const haves = Buffer.from(writer.take());
	tell(
		'decoding haves',
		`${((secondsEach(() => decoder.push(haves)) / 4096) * 1e9) | 0} ns each`,
		'< 100 ns',
	);
}
