import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatIp} from '../../../source/base/ip-address.ts';
import {decodePcp, encodePcpAnnounce, encodePcpMap, looksLikePcp} from '../../../source/protocol/lan/pcp.ts';

const nonce = Uint8Array.from({length: 12}, (_, at) => at + 1);
const client = Uint8Array.of(192, 168, 1, 20);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('a request for a mapping is laid out as RFC 6887, 7.1 and 11.1 have it', () => {
	const bytes = encodePcpMap({
		client,
		nonce,
		transport: 'udp',
		internalPort: 6881,
		externalPort: 7000,
		lifetime: 3600,
	});
	assert.equal(
		hex(bytes),
		[
			'02010000', // version 2, MAP, reserved
			'00000e10',
			'00000000000000000000ffffc0a80114',
			'0102030405060708090a0b0c',
			'11000000', // UDP, reserved
			'1ae11b58',
			'00000000000000000000ffff00000000',
		].join(''),
	);
	assert.equal(bytes.length, 60);
});

test('one over IPv6 names the IPv6 address, and likes no other', () => {
	const bytes = encodePcpMap({
		client: Uint8Array.from({length: 16}, (_, at) => at),
		nonce,
		transport: 'tcp',
		internalPort: 1,
		externalPort: 0,
		lifetime: 0,
	});
	assert.equal(hex(bytes.subarray(8, 24)), '000102030405060708090a0b0c0d0e0f');
	assert.equal(hex(bytes.subarray(44)), '0'.repeat(32));
	assert.equal(bytes[36], 6);
});

test('an announcement is a head and nothing more', () => {
	assert.equal(hex(encodePcpAnnounce(client)), '020000000000000000000000000000000000ffffc0a80114');
});

/** As a gateway answers. */
function answer(result: number, lifetime: number, epoch: number): Uint8Array {
	const bytes = encodePcpMap({
		client,
		nonce,
		transport: 'tcp',
		internalPort: 6881,
		externalPort: 7001,
		lifetime,
	});
	bytes[1] = 0x81;
	bytes[3] = result;
	bytes.fill(0, 8, 24);
	new DataView(bytes.buffer).setUint32(8, epoch);
	bytes.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 203, 0, 113, 9], 44);
	return bytes;
}

test('an answer says what was mapped, for how long, and how old the gateway is', () => {
	const read = decodePcp(answer(0, 1800, 77));
	assert(read.kind === 'map');
	const {externalAddress, nonce: theirs, ...others} = read;
	assert.deepEqual(others, {
		kind: 'map',
		result: 0,
		lifetime: 1800,
		epoch: 77,
		transport: 'tcp',
		internalPort: 6881,
		externalPort: 7001,
	});
	assert.equal(formatIp(externalAddress), '203.0.113.9');
	assert.deepEqual(theirs, nonce);
	assert.equal(looksLikePcp(answer(0, 1, 1)), true);
});

test('options behind a mapping are no matter, a cut one and a request are', () => {
	const whole = answer(2, 30, 1);
	const longer = new Uint8Array(72);
	longer.set(whole);
	assert.equal(decodePcp(longer).result, 2);
	for (const [bytes, why] of [
		[whole.subarray(0, 56), /half a PCP mapping/],
		[whole.subarray(0, 58), /58 bytes/],
		[new Uint8Array(1104), /1104 bytes/],
		[encodePcpAnnounce(client), /a PCP request/],
		[Uint8Array.of(1, ...whole.subarray(1)), /version 1/],
		[Uint8Array.of(2, 0x82, ...whole.subarray(2)), /kind 2/],
	] as const) {
		assert.throws(() => decodePcp(bytes), {name: 'ProtocolError', message: why});
	}
});
