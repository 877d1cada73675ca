import assert from 'node:assert/strict';
import test from 'node:test';
import {
	encodeUtpReset,
	readUtpPacket,
	stampUtpPacket,
	UtpHeader,
	utpHeaderLength,
	utpType,
	writePadding,
	writeSackHeader,
	writeUtpPacket,
} from '../../../source/protocol/transport/utp-packet.ts';

function read(bytes: Uint8Array): UtpHeader | undefined {
	const header = new UtpHeader();
	return readUtpPacket(bytes, header) ? header : undefined;
}

/** An ack of libtorrent's with a selective one of `length` bytes, and with what comes after. */
function withExtension(kind: number, length: number, ...rest: number[]): Uint8Array {
	const bytes = new Uint8Array(utpHeaderLength + 2 + length + rest.length).fill(0xee);
	bytes.fill(0, 0, utpHeaderLength);
	bytes[0] = 0x21;
	bytes[1] = kind;
	bytes[utpHeaderLength] = 0;
	bytes[utpHeaderLength + 1] = length;
	bytes.set(rest, utpHeaderLength + 2 + length);
	return bytes;
}

test('a packet is written field by field, and read again', () => {
	const bytes = new Uint8Array(utpHeaderLength + 3);
	writeUtpPacket(bytes, utpType.data, 0xbeef, 0xfffe);
	stampUtpPacket(bytes, 0xfedcba98, {delay: 0x01020304, window: 0x100000, acknowledged: 0x1234});
	assert.equal(Buffer.from(bytes).toString('hex'), '0100beeffedcba980102030400100000fffe1234000000');
	assert.deepEqual(
		{...read(bytes)},
		{
			type: utpType.data,
			connection: 0xbeef,
			timestamp: 0xfedcba98,
			delay: 0x01020304,
			window: 0x100000,
			sequence: 0xfffe,
			acknowledged: 0x1234,
			sackAt: 0,
			sackLength: 0,
			payloadAt: utpHeaderLength,
		},
	);
});

test('a selective ack of any length is read, as libtorrent sends one of 63 bytes', () => {
	for (const length of [4, 63, 255]) {
		const header = read(withExtension(1, length, 7, 8))!;
		assert.deepEqual([header.sackAt, header.sackLength, header.payloadAt], [22, length, 22 + length]);
	}
	assert.equal(read(withExtension(1, 0)), undefined);
});

test('extensions that nobody knows are skipped, those that do not fit make it no packet', () => {
	assert.equal(read(withExtension(3, 4, 1, 2))?.payloadAt, 26);
	assert.equal(read(withExtension(3, 4))?.sackLength, 0);
	const cut = withExtension(1, 8);
	for (let length = 0; length < cut.length; length++)
		assert.equal(read(cut.subarray(0, length)), undefined, `${length}`);
	const endless = withExtension(9, 0);
	endless[utpHeaderLength] = 9;
	assert.equal(read(endless), undefined);
});

test('other versions and types are none', () => {
	for (const first of [0x00, 0x02, 0x51, 0xf1, 0x64]) {
		const bytes = new Uint8Array(utpHeaderLength);
		bytes[0] = first;
		assert.equal(read(bytes), undefined, first.toString(16));
	}
});

test('a selective ack is written where it is read', () => {
	const bytes = new Uint8Array(utpHeaderLength + 6);
	writeUtpPacket(bytes, utpType.state, 1, 2);
	const at = writeSackHeader(bytes, 4);
	bytes[at] = 5;
	const header = read(bytes)!;
	assert.deepEqual([header.sackAt, header.sackLength, header.payloadAt], [at, 4, bytes.length]);
});

test('padding makes a packet about as long as wanted, is skipped, and is in extensions of eight bytes that all know', () => {
	for (const wanted of [2, 9, 10, 19, 257, 259, 684, 700, 1231]) {
		const bytes = new Uint8Array(utpHeaderLength + wanted + 4).fill(0xff);
		writeUtpPacket(bytes, utpType.data, 1, 2);
		const padded = writePadding(bytes, wanted);
		assert.ok(wanted >= padded && wanted - padded < 10, `${padded} of ${wanted}`);
		const header = read(bytes)!;
		assert.deepEqual([header.payloadAt, header.sackLength], [utpHeaderLength + padded, 0]);
		for (let kind = bytes[1]!, at = utpHeaderLength; kind !== 0; at += 10) {
			assert.deepEqual(
				[kind, bytes[at + 1], bytes.subarray(at + 2, at + 10).every(byte => byte === 0)],
				[2, 8, true],
			);
			kind = bytes[at]!;
		}
	}
});

test('a reset has the number of the stream, and that of the packet it is the answer to', () => {
	const header = read(encodeUtpReset(0xbeef, 0x1234))!;
	assert.deepEqual([header.type, header.connection, header.acknowledged], [utpType.reset, 0xbeef, 0x1234]);
});
