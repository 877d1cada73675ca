import assert from 'node:assert/strict';
import {test} from 'node:test';
import {decodeNatPmp, encodeNatPmpAddress, encodeNatPmpMap} from '../../../source/protocol/lan/nat-pmp.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

test('requests are laid out as RFC 6886, 3.2 and 3.3 have it', () => {
	const wish = {internalPort: 6881, externalPort: 7000, lifetime: 3600};
	assert.deepEqual(encodeNatPmpMap({...wish, transport: 'udp'}), bytes('00 01 0000 1ae1 1b58 00000e10'));
	assert.deepEqual(encodeNatPmpMap({...wish, transport: 'tcp'}), bytes('00 02 0000 1ae1 1b58 00000e10'));
	assert.deepEqual(encodeNatPmpAddress(), bytes('00 00'));
});

test('answers are read: a mapping, an address, and that it is not understood', () => {
	assert.deepEqual(decodeNatPmp(bytes('00 82 0000 00000010 1ae1 1b58 00000e10')), {
		kind: 'map',
		result: 0,
		epoch: 16,
		transport: 'tcp',
		internalPort: 6881,
		externalPort: 7000,
		lifetime: 3600,
	});
	assert.deepEqual(decodeNatPmp(bytes('00 80 0000 00000010 cb007109')), {
		kind: 'address',
		result: 0,
		epoch: 16,
		externalAddress: Uint8Array.of(203, 0, 113, 9),
	});
	assert.deepEqual(decodeNatPmp(bytes('00 81 0001 00000010')), {kind: 'unsupported', isPcp: true});
	assert.deepEqual(decodeNatPmp(bytes('00 82 0001 00000010')), {kind: 'unsupported', isPcp: false});
	assert.deepEqual(decodeNatPmp(bytes('00 81 0005')), {kind: 'unsupported', isPcp: false});
});

test('what is too short, too long or no answer is a ProtocolError', () => {
	for (const hex of [
		'',
		'00 82 00',
		'00 02 0000 00000010 1ae1 1b58 00000e10',
		'00 82 0000 00000010 1ae1 1b58',
		'00 80 0000 00000010 cb0071',
		'00 83 0000 00000010 1ae1 1b58 00000e10',
		'02 82 0000 00000010 1ae1 1b58 00000e10',
	]) {
		assert.throws(() => decodeNatPmp(bytes(hex)), {name: 'ProtocolError'}, hex);
	}
});
