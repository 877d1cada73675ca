import assert from 'node:assert/strict';
import test from 'node:test';
import {type Bencodable, encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {
	decodeExtensionHandshake,
	encodeExtensionHandshake,
	readClientFields,
	readExtensionNumber,
	readYourIp,
} from '../../../source/protocol/wire/extension-handshake.ts';
import {decodeDonthave} from '../../../source/protocol/wire/lt-donthave.ts';
import {
	decodeUploadOnly,
	encodeUploadOnly,
	readUploadOnly,
} from '../../../source/protocol/wire/upload-only.ts';

const read = (fields: Bencodable) => decodeExtensionHandshake(encodeBencode(fields));

test('what we tell of ourselves can be read again', () => {
	const told = decodeExtensionHandshake(
		encodeExtensionHandshake(
			{ut_metadata: 1, lt_donthave: 3, upload_only: 4},
			{
				...{v: 'tortui 1', reqq: 2000, p: 6881, upload_only: true},
				...{yourip: Uint8Array.of(192, 0, 2, 7), ipv6: undefined},
			},
		),
	);
	assert.deepEqual(
		['ut_metadata', 'ut_pex', 'lt_donthave', 'upload_only'].map(name => readExtensionNumber(told, name)),
		[1, undefined, 3, 4],
	);
	assert.deepEqual(readClientFields(told), {client: 'tortui 1', reqq: 2000, port: 6881});
	assert.equal(readUploadOnly(told), true);
	assert.deepEqual([...readYourIp(told)!], [192, 0, 2, 7]);
	assert.equal(told.has('ipv6'), false);
});

test('what a peer says wrongly it has not said', () => {
	const nothing = read({});
	assert.deepEqual(readClientFields(nothing), {client: undefined, reqq: undefined, port: undefined});
	assert.deepEqual([readUploadOnly(nothing), readYourIp(nothing)], [undefined, undefined]);
	assert.equal(readExtensionNumber(nothing, 'ut_metadata'), undefined);
	for (const [p, port] of [
		[0, undefined],
		[1, 1],
		[65_535, 65_535],
		[65_536, undefined],
		[-5, undefined],
	] as const) {
		assert.equal(readClientFields(read({p})).port, port);
	}
	assert.equal(readClientFields(read({reqq: 0})).reqq, undefined);
	assert.equal(readClientFields(read({reqq: 1 << 20})).reqq, 1 << 20);
	assert.equal(readClientFields(read({reqq: (1 << 20) + 1})).reqq, undefined);
	for (const [id, number] of [
		[0, 0],
		[255, 255],
		[256, undefined],
		[-1, undefined],
	] as const) {
		assert.equal(readExtensionNumber(read({m: {ut_metadata: id}}), 'ut_metadata'), number);
	}
	assert.equal(readExtensionNumber(read({m: 'none'}), 'ut_metadata'), undefined);
	assert.equal(readUploadOnly(read({upload_only: 0})), false);
	assert.equal(readUploadOnly(read({upload_only: 7})), true);
	assert.equal(readClientFields(read({v: 'x'.repeat(500)})).client?.length, 128);
	for (const length of [0, 3, 5, 15, 17, 500]) {
		assert.equal(readYourIp(read({yourip: 'y'.repeat(length)})), undefined, `${length} bytes`);
	}
	assert.equal(readYourIp(read({yourip: 'y'.repeat(16)}))?.length, 16);
	assert.throws(() => decodeExtensionHandshake(new TextEncoder().encode('le')));
});

test('that a peer only uploads can be said later, and taken back', () => {
	assert.equal(decodeUploadOnly(encodeUploadOnly(true)), true);
	assert.equal(decodeUploadOnly(encodeUploadOnly(false)), false);
	assert.equal(decodeUploadOnly(Uint8Array.of(9, 9)), true);
	assert.equal(decodeUploadOnly(new Uint8Array(0)), undefined);
});

test('a piece that is lost is named by four bytes', () => {
	assert.equal(decodeDonthave(Uint8Array.of(0, 0, 1, 2)), 258);
	assert.equal(decodeDonthave(Uint8Array.of(255, 255, 255, 255, 7)), 2 ** 32 - 1);
	assert.equal(decodeDonthave(Uint8Array.of(0, 0, 1)), undefined);
});
