import assert from 'node:assert/strict';
import test from 'node:test';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {decodeExtensionHandshake} from '../../../source/protocol/wire/extension-handshake.ts';
import {
	answerMetadataRequest,
	decodeMetadataMessage,
	metadataPiece,
	readMetadataSize,
} from '../../../source/protocol/wire/ut-metadata.ts';

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

test('a size no metadata can have is none', () => {
	for (const [size, read] of [
		[1, 1],
		[32 << 20, 32 << 20],
		[(32 << 20) + 1, undefined],
		[0, undefined],
		[-1, undefined],
		['much', undefined],
	] as const) {
		const handshake = decodeExtensionHandshake(encodeBencode({metadata_size: size}));
		assert.equal(readMetadataSize(handshake), read);
	}
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
