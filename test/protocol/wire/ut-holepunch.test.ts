import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.ts';
import {decodeHolepunch, encodeHolepunch} from '../../../source/protocol/wire/ut-holepunch.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('messages of both families are as BEP 55 has them, and read as they were written', () => {
	const four = {kind: 'rendezvous', address: {host: '8.8.4.4', port: 6881}, error: 0} as const;
	assert.equal(hex(encodeHolepunch(four)), '0000080804041ae100000000');
	assert.deepEqual(decodeHolepunch(encodeHolepunch(four)), four);
	const six = {kind: 'error', address: {host: '2001:db9::1', port: 258}, error: 3} as const;
	assert.equal(hex(encodeHolepunch(six)), `020120010db9${'00'.repeat(11)}01010200000003`);
	assert.deepEqual(decodeHolepunch(encodeHolepunch(six)), six);
});

test('the error may be missing; what is cut is an error, and what nobody knows is read over', () => {
	const bytes = encodeHolepunch({kind: 'connect', address: {host: '8.8.4.4', port: 6881}, error: 0});
	assert.deepEqual(decodeHolepunch(bytes.subarray(0, 8)), {
		...{kind: 'connect', address: {host: '8.8.4.4', port: 6881}, error: 0},
	});
	for (let length = 2; length < 8; length++)
		assert.throws(() => decodeHolepunch(bytes.subarray(0, length)), /bytes/);
	for (const odd of [
		'',
		'00',
		'0300080804041ae1',
		'0002080804041ae1',
		'0000080804040000',
		'0000000000001ae1',
	])
		assert.equal(decodeHolepunch(Buffer.from(odd, 'hex')), undefined, odd);
});

test(`whatever comes is read, read over or an error of the protocol`, () => {
	const random = seededRandom(31);
	for (let round = 0; round < 20_000; round++) {
		const bytes = random.bytes(Math.floor(random.next() * 26));
		if (bytes.length > 1) {
			bytes[0]! &= 3;
			bytes[1]! &= 3;
		}
		try {
			const message = decodeHolepunch(bytes);
			if (message !== undefined) assert.deepEqual(decodeHolepunch(encodeHolepunch(message)), message);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
		}
	}
});
