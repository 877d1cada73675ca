import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {decodePex, encodePex} from '../../../source/protocol/wire/ut-pex.js';
import {seeded} from '../../helpers/fake-engine.js';

const message = {
	added: [
		{host: '203.0.113.1', port: 6881, flags: 0x12},
		{host: '2001:db8::5', port: 7000, flags: 0x04},
		{host: '198.51.100.9', port: 1, flags: 0},
	],
	dropped: [
		{host: '192.0.2.7', port: 51_413},
		{host: '2001:db8::6', port: 9},
	],
};

test('both families travel in one message, each with its flags', () => {
	const read = decodePex(encodePex(message), 50);
	assert.deepEqual(read.added, [message.added[0], message.added[2], message.added[1]]);
	assert.deepEqual(read.dropped, message.dropped);
});

test('flags that are not one for each peer are none, and addresses nobody has are left out with theirs', () => {
	const added = Uint8Array.from([203, 0, 113, 1, 1, 1, 0, 0, 0, 0, 1, 1, 203, 0, 113, 2, 1, 1]);
	const read = decodePex(encodeBencode({added, 'added.f': Uint8Array.of(1, 2, 4)}), 50);
	assert.deepEqual(
		read.added.map(({host, flags}) => [host, flags]),
		[
			['203.0.113.1', 1],
			['203.0.113.2', 4],
		],
	);
	const bare = decodePex(encodeBencode({added, 'added.f': Uint8Array.of(1, 2)}), 50);
	assert.deepEqual(
		bare.added.map(({flags}) => flags),
		[0, 0],
	);
});

test('no more are read than are wanted, and what is missing is nothing', () => {
	const added = Uint8Array.from({length: 600}, (_, at) => (at % 6 === 0 ? 20 : at % 251));
	assert.ok(decodePex(encodeBencode({added}), 50).added.length <= 50);
	assert.deepEqual(decodePex(encodeBencode({}), 50), {added: [], dropped: []});
	assert.throws(() => decodePex(Uint8Array.of(1, 2, 3), 50), {name: 'ProtocolError'});
});

test('any bytes are a message or a ProtocolError', () => {
	const random = seeded(4);
	const whole = encodePex(message);
	for (let turn = 0; turn < 5000; turn++) {
		const bytes = whole.slice(0, random() < 0.3 ? Math.floor(random() * whole.length) : whole.length);
		for (let n = 0; n < 3; n++)
			if (bytes.length > 0) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
		try {
			const {added, dropped} = decodePex(bytes, 50);
			assert.ok(added.length <= 100 && dropped.length <= 100);
			for (const {port} of [...added, ...dropped]) assert.ok(port > 0 && port < 65_536);
		} catch (error) {
			assert.equal((error as Error).name, 'ProtocolError');
		}
	}
});
