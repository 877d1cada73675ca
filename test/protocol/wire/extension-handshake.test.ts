import assert from 'node:assert/strict';
import test from 'node:test';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {
	answerMetadataRequest,
	decodeExtensionHandshake,
	decodeMetadataMessage,
	encodeExtensionHandshake,
	metadataPiece,
} from '../../../source/protocol/wire/extension-handshake.ts';

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

test('what we tell of ourselves can be read again', () => {
	const told = decodeExtensionHandshake(
		encodeExtensionHandshake({
			...{client: 'tortui 1', reqq: 2000, port: 6881, metadataSize: 12_345, uploadOnly: true},
			yourIp: Uint8Array.of(192, 0, 2, 7),
		}),
	);
	assert.deepEqual(
		{...told, yourIp: told.yourIp && [...told.yourIp]},
		{
			...{metadata: 1, pex: undefined, donthave: 3, uploadOnlyId: 4, metadataSize: 12_345, reqq: 2000},
			...{port: 6881, client: 'tortui 1', uploadOnly: true, yourIp: [192, 0, 2, 7]},
		},
	);
});

test('what a peer says wrongly it has not said', () => {
	const read = (fields: Parameters<typeof encodeBencode>[0]) =>
		decodeExtensionHandshake(encodeBencode(fields));
	assert.deepEqual(
		Object.values(read({})).filter(value => value !== undefined),
		[],
	);
	for (const [p, port] of [
		[0, undefined],
		[1, 1],
		[65_535, 65_535],
		[65_536, undefined],
		[-5, undefined],
	] as const) {
		assert.equal(read({p}).port, port);
	}
	assert.equal(read({reqq: 0}).reqq, undefined);
	assert.equal(read({reqq: 1 << 20}).reqq, 1 << 20);
	assert.equal(read({reqq: (1 << 20) + 1}).reqq, undefined);
	assert.equal(read({metadata_size: 32 << 20}).metadataSize, 32 << 20);
	assert.equal(read({metadata_size: (32 << 20) + 1}).metadataSize, undefined);
	for (const [id, number] of [
		[0, 0],
		[255, 255],
		[256, undefined],
		[-1, undefined],
	] as const) {
		assert.equal(read({m: {ut_metadata: id}}).metadata, number);
	}
	assert.equal(read({m: 'none'}).metadata, undefined);
	assert.equal(read({upload_only: 0}).uploadOnly, false);
	assert.equal(read({upload_only: 7}).uploadOnly, true);
	assert.equal(read({v: 'x'.repeat(500)}).client?.length, 128);
	assert.equal(read({yourip: 'y'.repeat(500)}).yourIp?.length, 16);
	assert.throws(() => decodeExtensionHandshake(new TextEncoder().encode('le')));
});

const info = Uint8Array.from({length: 2 * metadataPiece + 100}, (_, n) => n % 251);

test('metadata is given piece by piece, the last one as long as it is, and others are refused', () => {
	for (const [piece, length] of [
		[0, metadataPiece],
		[1, metadataPiece],
		[2, 100],
	] as const) {
		const answer = decodeMetadataMessage(answerMetadataRequest(info, piece))!;
		assert.deepEqual([answer.type, answer.piece, answer.totalSize], ['data', piece, info.length]);
		assert.deepEqual(answer.data, info.subarray(piece * metadataPiece, piece * metadataPiece + length));
	}
	for (const [bytes, piece] of [
		[info, 3],
		[undefined, 0],
		[info.subarray(0, metadataPiece), 1],
	] as const) {
		const answer = decodeMetadataMessage(answerMetadataRequest(bytes, piece))!;
		assert.deepEqual([answer.type, answer.piece, answer.data.length], ['reject', piece, 0]);
	}
});

test('metadata messages that mean nothing are none', () => {
	assert.equal(decodeMetadataMessage(encodeBencode({msg_type: 0, piece: 5}))?.type, 'request');
	for (const fields of [
		{msg_type: 3, piece: 0},
		{msg_type: -1, piece: 0},
		{msg_type: 0},
		{piece: 0},
		{msg_type: 0, piece: -1},
	])
		assert.equal(decodeMetadataMessage(encodeBencode(fields)), undefined, JSON.stringify(fields));
	const data = decodeMetadataMessage(new TextEncoder().encode('d8:msg_typei1e5:piecei0eerest'));
	assert.equal(latin(data!.data), 'rest');
});
