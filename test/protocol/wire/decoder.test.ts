import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
	writePieceHeader,
} from '../../../source/protocol/wire/decoder.ts';
import {encodeHandshake, type Handshake} from '../../../source/protocol/wire/handshake.ts';
import {seeded} from '../../policy/seeded.ts';

const ours: Handshake = {
	infoHash: Uint8Array.from({length: 20}, (_, n) => n),
	peerId: Uint8Array.from({length: 20}, (_, n) => 100 + n),
	extended: true,
	fast: false,
	dht: true,
	v2: false,
};

/** Hears everything, in words. Blocks go to the beginning of its memory, but for those of piece 99. */
class Ear implements PeerWireSink {
	readonly heard: string[] = [];
	readonly memory = new Uint8Array(2 * blockLength);
	#length = 0;
	#target = 0;

	handshake({infoHash, peerId, extended, fast, dht, v2}: Handshake): void {
		this.heard.push(
			`handshake ${infoHash[19]} ${peerId[0]} ${[extended, fast, dht, v2].map(Number).join('')}`,
		);
	}
	keepAlive(): void {
		this.heard.push('keep-alive');
	}
	choke(): void {
		this.heard.push('choke');
	}
	unchoke(): void {
		this.heard.push('unchoke');
	}
	interested(): void {
		this.heard.push('interested');
	}
	notInterested(): void {
		this.heard.push('not interested');
	}
	have(piece: number): void {
		this.heard.push(`have ${piece}`);
	}
	bitfield(bytes: Uint8Array): void {
		this.heard.push(`bitfield ${Buffer.from(bytes).toString('hex')}`);
	}
	request(...block: number[]): void {
		this.heard.push(`request ${block.join(' ')}`);
	}
	blockStart(piece: number, begin: number, length: number): number {
		this.heard.push(`block ${piece} ${begin} ${length}`);
		this.#length = length;
		this.#target = piece === 99 ? -1 : 7;
		return this.#target;
	}
	blockEnd(): void {
		const bytes = this.memory.subarray(this.#target, this.#target + this.#length);
		this.heard.push(this.#target < 0 ? 'dropped' : `of ${bytes.reduce((sum, byte) => sum + byte, 0)}`);
	}
	cancel(...block: number[]): void {
		this.heard.push(`cancel ${block.join(' ')}`);
	}
	port(port: number): void {
		this.heard.push(`port ${port}`);
	}
	suggest(piece: number): void {
		this.heard.push(`suggest ${piece}`);
	}
	haveAll(): void {
		this.heard.push('have all');
	}
	haveNone(): void {
		this.heard.push('have none');
	}
	reject(...block: number[]): void {
		this.heard.push(`reject ${block.join(' ')}`);
	}
	allowedFast(piece: number): void {
		this.heard.push(`allowed fast ${piece}`);
	}
	extended(id: number, payload: Uint8Array): void {
		this.heard.push(`extended ${id} ${Buffer.from(payload).toString('latin1')}`);
	}
	hashMessage(id: number, payload: Uint8Array): void {
		this.heard.push(`hash message ${id} of ${payload.length}`);
	}
}

function open() {
	const ear = new Ear();
	const decoder = new PeerWireDecoder(ear, ear.memory);
	decoder.push(encodeHandshake(ours));
	ear.heard.length = 0;
	return {ear, decoder};
}

/** Bytes of a message as BEP 3 has them: length, number, payload in hex. */
const message = (id: number, hex = ''): Buffer => {
	const payload = Buffer.from(hex.replaceAll(' ', ''), 'hex');
	const head = Buffer.alloc(5);
	head.writeUInt32BE(payload.length + 1);
	head[4] = id;
	return Buffer.concat([head, payload]);
};

/** Every message, as bytes and in words. */
const vocabulary: ReadonlyArray<readonly [bytes: Buffer, words: readonly string[]]> = [
	[Buffer.alloc(4), ['keep-alive']],
	[message(0), ['choke']],
	[message(1), ['unchoke']],
	[message(2), ['interested']],
	[message(3), ['not interested']],
	[message(4, 'fedcba98'), ['have 4275878552']],
	[message(5, 'a0ff01'), ['bitfield a0ff01']],
	[message(6, '00000102 00004000 00003fff'), ['request 258 16384 16383']],
	[message(8, '00000103 00008000 00004000'), ['cancel 259 32768 16384']],
	[message(9, '1ae1'), ['port 6881']],
	[message(13, '00000009'), ['suggest 9']],
	[message(14), ['have all']],
	[message(15), ['have none']],
	[message(16, '80000000 ffffffff 00000001'), ['reject 2147483648 4294967295 1']],
	[message(17, '0000000a'), ['allowed fast 10']],
	[message(20, '03 616263'), ['extended 3 abc']],
	[message(20, '00'), ['extended 0 ']],
	[message(7, '00000005 00004000 010203'), ['block 5 16384 3', 'of 6']],
	[message(7, '00000063 00000000 0a'), ['block 99 0 1', 'dropped']],
	[
		message(7, `00000001 00000000 ${'01'.repeat(blockLength)}`),
		[`block 1 0 ${blockLength}`, `of ${blockLength}`],
	],
	// Of BEP 52, and of nobody: read over.
	[message(21, '00'.repeat(48)), ['hash message 21 of 48']],
	[message(22, '00'.repeat(80)), ['hash message 22 of 80']],
	[message(23, '00'.repeat(48)), ['hash message 23 of 48']],
	[message(99, '010203'), []],
	[message(10), []],
];

test('every message says what it says', () => {
	for (const [bytes, words] of vocabulary) {
		const {ear, decoder} = open();
		decoder.push(bytes);
		assert.deepEqual(ear.heard, words);
		assert.equal(decoder.inBlock, false);
	}
});

test('wherever the bytes are cut, the same is said', () => {
	const random = seeded(12);
	for (let round = 0; round < 60; round++) {
		const chosen = Array.from({length: 30}, () => vocabulary[Math.floor(random() * vocabulary.length)]!);
		const bytes = Buffer.concat(chosen.map(([each]) => each));
		const {ear, decoder} = open();
		const longest = [1, 2, 7, 20, 5000, 40_000][round % 6]!;
		for (let at = 0; at < bytes.length; ) {
			const size = 1 + Math.floor(random() * longest);
			// What lies behind the end of what came is somebody else's.
			const chunk = Buffer.concat([bytes.subarray(at, at + size), Buffer.from([0, 0, 0, 1, 2])]);
			decoder.push(chunk, Math.min(size, bytes.length - at));
			at += size;
		}
		assert.deepEqual(
			ear.heard,
			chosen.flatMap(([, words]) => words),
		);
	}
});

test('a handshake is told with all it says, be it cut or followed by more', () => {
	for (const [flags, shown] of [
		[{}, '1010'],
		[{extended: false, fast: true, dht: false, v2: true}, '0101'],
	] as const) {
		const bytes = Buffer.concat([encodeHandshake({...ours, ...flags}), message(14)]);
		for (const cut of [0, 1, 19, 47, 67, 68, 70]) {
			const ear = new Ear();
			const decoder = new PeerWireDecoder(ear, ear.memory);
			decoder.push(bytes.subarray(0, cut));
			decoder.push(bytes.subarray(cut));
			assert.deepEqual(ear.heard, [`handshake 19 100 ${shown}`, 'have all']);
		}
	}
});

test('what is no handshake is refused at its first wrong byte', () => {
	for (const wrong of [0, 1, 10, 19]) {
		const bytes = encodeHandshake(ours);
		bytes[wrong]! ^= 1;
		const ear = new Ear();
		const decoder = new PeerWireDecoder(ear, ear.memory);
		decoder.push(bytes.subarray(0, wrong));
		assert.throws(() => decoder.push(bytes.subarray(wrong, wrong + 1)), {code: 'bad-handshake'});
		assert.deepEqual(ear.heard, []);
	}
});

/** Only the first bytes of a message: its length, its number and a little more. */
const head = (id: number, length: number): Buffer => {
	const bytes = Buffer.alloc(13);
	bytes.writeUInt32BE(length);
	bytes[4] = id;
	return bytes;
};

test('a length that cannot be right is refused as soon as it has come, whole or bit by bit', () => {
	const longest = 1 + blockLength;
	for (const [id, lengths] of [
		[0, [2]],
		[1, [2]],
		[2, [2]],
		[3, [2, 5]],
		[14, [2]],
		[15, [2]],
		[4, [1, 4, 6]],
		[13, [4, 6]],
		[17, [4, 6]],
		[6, [12, 14]],
		[8, [12, 14]],
		[16, [12, 14]],
		[9, [2, 4]],
		[21, [48, 50]],
		[23, [48, 50]],
		[7, [8, 9, blockLength + 10]],
		[20, [1, (1 << 20) + 1]],
		[5, [262_146]],
		[22, [48, 49, 80, 82, 49 + 8192 * 32 + 1, 49 + 8241 * 32]],
		[10, [longest + 1]],
		[200, [longest + 1, 2 ** 32 - 1]],
	] as const) {
		for (const length of lengths) {
			for (const step of [1, 13]) {
				const {ear, decoder} = open();
				const bytes = head(id, length);
				assert.throws(
					() => {
						for (let at = 0; at < 13; at += step) decoder.push(bytes.subarray(at, at + step));
					},
					{code: 'bad-length'},
					`${id} of ${length}`,
				);
				assert.deepEqual(ear.heard, []);
			}
		}
	}
});

test('the longest and the shortest that can be right are not', () => {
	for (const [id, length] of [
		[7, 10],
		[7, 9 + blockLength],
		[20, 2],
		[20, 1 << 20],
		[5, 1],
		[5, 262_145],
		[22, 81],
		[22, 49 + 8240 * 32],
		[10, 1],
		[10, 1 + blockLength],
	] as const) {
		const {decoder} = open();
		decoder.push(head(id, length));
	}
});

test('a message that is announced costs no more memory than what came of it', () => {
	const {decoder} = open();
	const bytes = Buffer.concat([head(20, 1 << 20), Buffer.alloc(1000)]);
	for (let at = 0; at < bytes.length; at += 10) decoder.push(bytes.subarray(at, at + 10));
	assert.ok(decoder.held <= 2 * bytes.length, `${decoder.held} bytes`);
	decoder.push(Buffer.alloc((1 << 20) + 4 - bytes.length));
	assert.ok(decoder.held < 200, `${decoder.held} bytes are kept for nothing`);
});

test('while a block arrives it says so, and once stopped it says nothing', () => {
	const {ear, decoder} = open();
	const block = message(7, '00000005 00000000 01020304');
	decoder.push(block.subarray(0, 15));
	assert.equal(decoder.inBlock, true);
	decoder.push(block.subarray(15));
	assert.equal(decoder.inBlock, false);
	const {choke} = ear;
	ear.choke = () => {
		choke.call(ear);
		decoder.stop();
	};
	decoder.push(Buffer.concat([message(0), message(1), message(2)]));
	decoder.push(message(3));
	assert.deepEqual(ear.heard.slice(-2), ['of 10', 'choke']);
});

test('what the writer writes is what the decoder reads, however much is collected', () => {
	const {ear, decoder} = open();
	const writer = new PeerWireWriter();
	const expected: string[] = [];
	for (let n = 0; n < 200; n++) {
		writer.keepAlive();
		writer.plain(1);
		writer.piece(4, n * 65_537);
		writer.block(6, n, 16_384 * n, 16_384);
		writer.extended(3, Buffer.from(`x${n}`));
		writer.bitfield(Uint8Array.of(n, 255));
		expected.push('keep-alive', 'unchoke', `have ${n * 65_537}`, `request ${n} ${16_384 * n} 16384`);
		expected.push(`extended 3 x${n}`, `bitfield ${n.toString(16).padStart(2, '0')}ff`);
	}
	const {length} = writer;
	const bytes = writer.take();
	assert.equal(bytes.length, length);
	assert.equal(writer.length, 0);
	decoder.push(bytes);
	assert.deepEqual(ear.heard, expected);
	assert.equal(writer.take().length, 0);
	writer.raw(Uint8Array.of(0, 0, 0, 1, 0));
	decoder.push(writer.take());
	assert.equal(ear.heard.at(-1), 'choke');
});

test('one long message finds room, and large numbers keep all their bytes', () => {
	const {ear, decoder} = open();
	const writer = new PeerWireWriter();
	writer.extended(9, Buffer.alloc(5000, 'y'));
	writer.piece(4, 0x81_02_03_04);
	decoder.push(writer.take());
	assert.deepEqual(ear.heard, [`extended 9 ${'y'.repeat(5000)}`, `have ${0x81_02_03_04}`]);
});

test('what was taken from the writer stays as it is', () => {
	const writer = new PeerWireWriter();
	writer.piece(4, 1);
	const taken = writer.take();
	writer.piece(4, 2);
	assert.equal(taken[8], 1);
	for (let n = 0; n < 20_000; n++) writer.keepAlive();
	assert.equal(writer.take().length, 80_009);
	writer.plain(0);
	assert.deepEqual([...writer.take()], [0, 0, 0, 1, 0]);
});

test('the header of a block is written where it is to be', () => {
	const bytes = new Uint8Array(20).fill(9);
	writePieceHeader(bytes.subarray(1), 2, 0x01020304, 0x00004000, 5);
	assert.deepEqual([...bytes], [9, 9, 9, 0, 0, 0, 14, 7, 1, 2, 3, 4, 0, 0, 64, 0, 9, 9, 9, 9]);
});

test('what is sliced off a message is a copy, though the message lies in a buffer whose slices are none', () => {
	const kept: Uint8Array[] = [];
	const ear = new Ear();
	ear.bitfield = bytes => void kept.push(bytes.slice());
	ear.extended = (_, bytes) => void kept.push(bytes.slice());
	const decoder = new PeerWireDecoder(ear, ear.memory);
	decoder.push(encodeHandshake(ours));
	const received = Buffer.alloc(100, 9);
	const messages = [0, 0, 0, 3, 5, 1, 2, 0, 0, 0, 4, 20, 7, 3, 4];
	received.set(messages, 1);
	decoder.push(received.subarray(1), messages.length);
	received.fill(0);
	assert.deepEqual(kept, [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
});
