import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import {
	decodeHashes,
	decodeHashRequest,
	encodeHashes,
	encodeHashRequest,
	type HashRequest,
	hashRequestKey,
} from '../../../source/protocol/wire/hash-messages.js';

const root = Uint8Array.from({length: 32}, (_, at) => at);
const request: HashRequest = {root, base: 3, index: 1024, length: 512, proofLayers: 11};

test('a request is a root and four numbers of 32 bits', () => {
	const hex = Buffer.from(encodeHashRequest(request)).toString('hex');
	assert.equal(
		hex,
		`${Buffer.from(root).toString('hex')}${'00000003'}${'00000400'}${'00000200'}${'0000000b'}`,
	);
	assert.deepEqual(decodeHashRequest(encodeHashRequest(request)), request);
});

test('numbers of a request are read without a sign', () => {
	const payload = encodeHashRequest(request).fill(0xff, 32);
	const {base, index, length, proofLayers} = decodeHashRequest(payload);
	assert.deepEqual([base, index, length, proofLayers], Array(4).fill(2 ** 32 - 1));
});

test('a request of any other length is refused', () => {
	for (const length of [0, 32, 47, 49, 80])
		assert.throws(() => decodeHashRequest(new Uint8Array(length)), ProtocolError);
});

test('hashes come behind the request they answer', () => {
	const hashes = new Uint8Array(96).fill(7);
	const message = decodeHashes(encodeHashes({...request, length: 2, proofLayers: 1}, hashes));
	assert.deepEqual(message, {...request, length: 2, proofLayers: 1, hashes});
});

test('hashes that are none, not whole ones, or more than may be asked for are refused', () => {
	const of = (bytes: number) => encodeHashes(request, new Uint8Array(bytes));
	for (const bytes of [0, 31, 33, 8241 * 32]) assert.throws(() => decodeHashes(of(bytes)), ProtocolError);
	assert.equal(decodeHashes(of(8240 * 32)).hashes.length, 8240 * 32);
});

test('a root that was read outlives the buffer it came in', () => {
	const payload = encodeHashRequest(request);
	const read = decodeHashRequest(payload);
	payload.fill(0);
	assert.deepEqual(read.root, root);
});

test('requests are the same when they are in everything', () => {
	const same = (one: HashRequest, other: HashRequest) => hashRequestKey(one) === hashRequestKey(other);
	assert.ok(same(request, {...request, root: root.slice()}));
	assert.ok(!same(request, {...request, root: root.slice().fill(0, 31)}));
	for (const name of ['base', 'index', 'length', 'proofLayers'] as const)
		assert.ok(!same(request, {...request, [name]: 0}), name);
});
