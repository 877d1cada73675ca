import assert from 'node:assert/strict';
import test from 'node:test';
import {looksLikeUtp} from '../../../source/protocol/transport/utp-packet.ts';
import {refuseUtpStream} from '../../../source/protocol/transport/utp-reset.ts';

/** A header of uTP: type, number of the connection, sequence number. */
function header(type: number, connection: number, sequence: number): Uint8Array {
	const bytes = new Uint8Array(20).fill(0x5a);
	bytes[0] = (type << 4) | 1;
	bytes[1] = 0;
	new DataView(bytes.buffer).setUint16(2, connection);
	new DataView(bytes.buffer).setUint16(16, sequence);
	return bytes;
}

test('who opens a stream is answered by a reset with its number, that acknowledges what it sent', () => {
	const reset = refuseUtpStream(header(4, 0xbeef, 0x1234))!;
	assert.equal(Buffer.from(reset).toString('hex'), `3100beef${'00'.repeat(14)}1234`);
	assert.equal(refuseUtpStream(Buffer.concat([header(4, 1, 1), new Uint8Array(8)]))?.length, 20);
});

test('nothing else is answered, resets least of all: two would speak for ever', () => {
	for (const type of [0, 1, 2, 3, 5, 15])
		assert.equal(refuseUtpStream(header(type, 1, 1)), undefined, `${type}`);
	assert.equal(refuseUtpStream(header(4, 1, 1).subarray(0, 19)), undefined);
	assert.equal(refuseUtpStream(new Uint8Array(0)), undefined);
});

test('what the DHT and trackers say is not taken for it', () => {
	for (const text of ['d1:ad2:id20:', 'd2:ip6:', 'li1ee'])
		assert.equal(looksLikeUtp(Buffer.from(text.padEnd(40, 'x'))), false);
	for (const action of [0, 1, 2, 3]) {
		const answer = new Uint8Array(20);
		answer[3] = action;
		assert.equal(looksLikeUtp(answer), false, `${action}`);
	}
	assert.equal(looksLikeUtp(header(0, 1, 1)), true);
});
