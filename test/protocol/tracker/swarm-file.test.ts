import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import {
	decodeSwarmFile,
	encodeSwarmFileHead,
	encodeSwarmRecord,
	peerRecord,
	type SwarmRecord,
} from '../../../source/protocol/tracker/swarm-file.js';
import {seeded} from '../../policy/seeded.ts';

const secret = Uint8Array.from({length: 32}, (_, n) => n);
const records: readonly SwarmRecord[] = [
	{
		infoHash: 'ab'.repeat(20),
		name: 'Ein schöner Film 🎬',
		completed: 4_000_000_000,
		isSettled: true,
		peers: Uint8Array.from({length: 2 * peerRecord.length}, (_, n) => n),
	},
	{infoHash: '01'.repeat(20), name: undefined, completed: 0, isSettled: false, peers: new Uint8Array()},
];

function file(): Uint8Array {
	return Buffer.concat([encodeSwarmFileHead(1_700_000_000_123, secret), ...records.map(encodeSwarmRecord)]);
}

test('what is written is read again', () => {
	assert.deepEqual(decodeSwarmFile(file()), {wall: 1_700_000_000_123, secret, swarms: records});
});

test('a file that is cut anywhere but between torrents is no file', () => {
	const whole = file();
	const between = [whole.length, whole.length - 31, 57];
	for (let length = 0; length < whole.length; length++) {
		if (between.includes(length)) continue;
		assert.throws(() => decodeSwarmFile(whole.subarray(0, length)), ProtocolError, `${length}`);
	}
});

test('whatever the bytes, they are a file or one kind of error, and take no more memory than they have', () => {
	const random = seeded(3);
	const whole = file();
	for (let round = 0; round < 5000; round++) {
		const bytes = Uint8Array.from(whole);
		for (let n = 0; n < 3; n++)
			bytes[17 + Math.floor(random() * (bytes.length - 17))] = Math.floor(random() * 256);
		try {
			const {swarms} = decodeSwarmFile(bytes);
			assert.ok(swarms.length <= bytes.length);
		} catch (error) {
			assert.ok(error instanceof ProtocolError, String(error));
		}
	}
});
