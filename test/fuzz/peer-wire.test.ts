import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {blockLength} from '../../source/base/units.js';
import {
	messageId,
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
	writePieceHeader,
} from '../../source/protocol/wire/decoder.js';
import {encodeHandshake, handshakeLength} from '../../source/protocol/wire/handshake.js';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(11);
const rounds = fuzzRounds(70_000);
const memory = new Uint8Array(4 * blockLength).fill(0xee);

/** Writes down what it is told, and drops or takes blocks by turns. */
class Listener implements PeerWireSink {
	told = '';
	#blocks = 0;

	handshake(): void {
		this.told += 'h';
	}

	keepAlive(): void {
		this.told += 'k';
	}

	choke(): void {
		this.told += '0';
	}

	unchoke(): void {
		this.told += '1';
	}

	interested(): void {
		this.told += '2';
	}

	notInterested(): void {
		this.told += '3';
	}

	have(piece: number): void {
		this.told += `4${piece}.`;
	}

	bitfield(bytes: Uint8Array): void {
		this.told += `5${bytes.length}.`;
	}

	request(piece: number, begin: number, length: number): void {
		this.told += `6${piece},${begin},${length}.`;
	}

	blockStart(piece: number, begin: number, length: number): number {
		assert.ok(length > 0 && length <= blockLength);
		this.told += `7${piece},${begin},${length}.`;
		return this.#blocks++ % 3 === 0 ? -1 : blockLength;
	}

	blockEnd(): void {
		this.told += 'e';
	}

	cancel(piece: number, begin: number, length: number): void {
		this.told += `8${piece},${begin},${length}.`;
	}

	port(port: number): void {
		this.told += `9${port}.`;
	}

	suggest(piece: number): void {
		this.told += `s${piece}.`;
	}

	haveAll(): void {
		this.told += 'A';
	}

	haveNone(): void {
		this.told += 'N';
	}

	reject(piece: number, begin: number, length: number): void {
		this.told += `r${piece},${begin},${length}.`;
	}

	allowedFast(piece: number): void {
		this.told += `f${piece}.`;
	}

	extended(id: number, payload: Uint8Array): void {
		this.told += `x${id},${payload.length}.`;
	}

	hashMessage(id: number, payload: Uint8Array): void {
		this.told += `m${id},${payload.length}.`;
	}
}

/** A handshake and some messages, most of them of the right form. */
function conversation(random: () => number): Uint8Array {
	const below = (limit: number) => Math.floor(random() * limit);
	const wild = () => (random() < 0.2 ? Math.floor(random() * 2 ** 32) : below(64));
	const writer = new PeerWireWriter();
	writer.raw(
		encodeHandshake({
			infoHash: new Uint8Array(20).fill(1),
			peerId: new Uint8Array(20).fill(2),
			extended: random() < 0.8,
			fast: random() < 0.8,
			dht: false,
			v2: false,
		}),
	);
	for (let count = below(8); count > 0; count--) {
		switch (below(10)) {
			case 0:
				writer.keepAlive();
				break;
			case 1:
				writer.plain([0, 1, 2, 3, 14, 15][below(6)]!);
				break;
			case 2:
				writer.piece([4, 13, 17][below(3)]!, wild());
				break;
			case 3:
				writer.block([6, 8, 16][below(3)]!, wild(), wild(), wild());
				break;
			case 4:
				writer.bitfield(new Uint8Array(below(200)));
				break;
			case 5:
				writer.extended(below(5), new Uint8Array(1 + below(300)));
				break;
			case 6: {
				const length = 1 + below(random() < 0.1 ? blockLength : 300);
				const framed = new Uint8Array(13 + length);
				writePieceHeader(framed, 0, wild(), wild(), length);
				writer.raw(framed);
				break;
			}
			case 7: {
				// A number nobody has given a meaning, or an announced length that never comes.
				const length = random() < 0.5 ? below(500) + 1 : Math.floor(random() * 2 ** 32);
				writer.raw(Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length, below(256)));
				writer.raw(new Uint8Array(Math.min(length - 1, 500)));
				break;
			}
			case 8:
				writer.raw(Uint8Array.of(0, 0, 0, 3, 9, below(256), below(256)));
				break;
			default:
				writer.raw(Uint8Array.from({length: below(40)}, () => below(256)));
		}
	}
	return writer.take();
}

/** What the decoder makes of the bytes when they come in chunks of at most `most`; the refusal's code at the end. */
function decode(bytes: Uint8Array, most: number, random: () => number): string {
	const listener = new Listener();
	const decoder = new PeerWireDecoder(listener, memory);
	// As in the engine: one buffer for all, whose end is somebody else's bytes.
	const buffer = new Uint8Array(most + 8).fill(0xaa);
	try {
		for (let at = 0; at < bytes.length; ) {
			const count = Math.min(bytes.length - at, 1 + Math.floor(random() * most));
			buffer.set(bytes.subarray(at, at + count));
			decoder.push(buffer, count);
			at += count;
			assert.ok(
				decoder.held <= Math.max(handshakeLength, 2 * at),
				`${decoder.held} bytes are held of ${at} that came`,
			);
		}
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		return `${listener.told}!${error.code}`;
	}
	return listener.told;
}

test(`any bytes, cut anywhere, give the same messages or the same refusal (seed ${seed})`, () => {
	const random = seeded(seed);
	let refused = 0;
	for (let round = 0; round < rounds; round++) {
		const sample = conversation(random);
		const bytes = random() < 0.5 ? sample : mutate(sample, random);
		const whole = decode(bytes, bytes.length + 1, () => 0.999_999);
		if (whole.includes('!')) refused++;
		const cut = decode(bytes, 1 + Math.floor(random() * (random() < 0.3 ? 4 : 200)), random);
		assert.equal(cut, whole, `round ${round} of seed ${seed}`);
	}
	assert.ok(refused > rounds / 10 && refused < rounds, `${refused} of ${rounds} were refused`);
	assert.ok(memory.subarray(0, blockLength).every(byte => byte === 0xee));
	assert.ok(memory.subarray(2 * blockLength).every(byte => byte === 0xee));
});

test('pure noise after a handshake is refused within a few bytes, and before it at the first', () => {
	const random = seeded(seed + 1);
	const hello = conversation(() => 0).subarray(0, handshakeLength);
	for (let round = 0; round < rounds / 20; round++) {
		const noise = Uint8Array.from({length: 400}, () => Math.floor(random() * 256));
		if (noise[0] !== 19) assert.match(decode(noise, 1, random), /^!bad-handshake$/);
		decode(new Uint8Array([...hello, ...noise]), 7, random);
	}
});

test('a length that is only announced costs no memory', () => {
	for (const id of [messageId.bitfield, messageId.extended, messageId.hashes, 200]) {
		for (const length of [1 << 14, 1 << 18, (1 << 20) - 1, 2 ** 32 - 1]) {
			const decoder = new PeerWireDecoder(new Listener(), memory);
			const head = new Uint8Array(5);
			new DataView(head.buffer).setUint32(0, length);
			head[4] = id;
			try {
				decoder.push(conversation(() => 0).subarray(0, handshakeLength));
				decoder.push(head);
			} catch (error) {
				assert.ok(error instanceof ProtocolError);
			}
			assert.ok(decoder.held <= 1024, `message ${id} of ${length} bytes: ${decoder.held} are held`);
			let sent = 0;
			try {
				for (; sent < 100_000; sent += 1000) {
					decoder.push(new Uint8Array(1000));
					assert.ok(decoder.held <= 2 * (sent + 2000), `${decoder.held} are held of ${sent}`);
				}
			} catch (error) {
				assert.ok(error instanceof ProtocolError);
			}
		}
	}
});
