import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseIp} from '../../../source/base/ip-address.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {allowedFastSet} from '../../../source/protocol/wire/allowed-fast.ts';

const infoHash = new Uint8Array(20).fill(0xaa);

function setFor(host: string, pieceCount: number, count: number): number[] {
	return allowedFastSet(parseIp(host)!, infoHash, pieceCount, count, hashFunctions.sha1);
}

test('the two examples of BEP 6', () => {
	assert.deepEqual(setFor('80.4.4.200', 1313, 7), [1059, 431, 808, 1217, 287, 376, 1188]);
	assert.deepEqual(setFor('80.4.4.200', 1313, 9), [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]);
});

test('neighbours may have the same pieces, others have others', () => {
	assert.deepEqual(setFor('80.4.4.1', 1313, 7), setFor('80.4.4.200', 1313, 7));
	assert.notDeepEqual(setFor('80.4.5.200', 1313, 7), setFor('80.4.4.200', 1313, 7));
	assert.deepEqual(setFor('2001:db8::1', 1313, 7), setFor('2001:db8::ffff:1', 1313, 7));
	assert.notDeepEqual(setFor('2001:db8:0:1::1', 1313, 7), setFor('2001:db8::1', 1313, 7));
});

test('of few pieces all may be had, each named once', () => {
	assert.deepEqual(setFor('80.4.4.200', 3, 5).sort(), [0, 1, 2]);
	assert.deepEqual(setFor('80.4.4.200', 1, 5), [0]);
});
