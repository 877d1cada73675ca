import assert from 'node:assert/strict';
import test from 'node:test';
import {Rc4} from '../../../source/protocol/transport/rc4.ts';

/** What RFC 6229 lists: key, and 16 bytes of what it makes from where on. */
const vectors: ReadonlyArray<readonly [key: string, at: number, bytes: string]> = [
	['0102030405', 0, 'b2396305f03dc027ccc3524a0a1118a8'],
	['0102030405', 16, '6982944f18fc82d589c403a47a0d0919'],
	['0102030405', 240, '28cb1132c96ce286421dcaadb8b69eae'],
	['0102030405', 1008, '45129048e6a0ed0b56b490338f078da5'],
	['0102030405', 1024, '30abbcc7c20b01609f23ee2d5f6bb7df'],
	['0102030405', 2048, 'cc582f8ba9f265e2b1be9112e975d2d7'],
	['0102030405', 4096, 'ff25b58995996707e51fbdf08b34d875'],
	['0102030405060708090a0b0c0d0e0f10', 0, '9ac7cc9a609d1ef7b2932899cde41b97'],
	['0102030405060708090a0b0c0d0e0f10', 16, '5248c4959014126a6e8a84f11d1a9e1c'],
];

for (const [key, at, bytes] of vectors) {
	test(`with the key ${key} the bytes from ${at} on are those of RFC 6229`, () => {
		const cipher = new Rc4(Buffer.from(key, 'hex'));
		cipher.skip(at);
		const made = new Uint8Array(16);
		cipher.apply(made);
		assert.equal(Buffer.from(made).toString('hex'), bytes);
	});
}

test('bytes come out the same wherever in memory they are and however they are cut, and nothing else is touched', () => {
	const key = Buffer.from('0102030405', 'hex');
	const whole = new Uint8Array(300);
	new Rc4(key).apply(whole);
	for (let from = 0; from < 9; from++) {
		for (let length = 0; length < 40; length++) {
			const memory = Buffer.alloc(400).subarray(3);
			const cipher = new Rc4(key);
			for (let at = 0; at < 300; at += length + 1)
				cipher.apply(memory, from + at, from + Math.min(300, at + length + 1));
			assert.deepEqual([...memory.subarray(from, from + 300)], [...whole]);
			assert.ok(memory.subarray(0, from).every(byte => byte === 0));
			assert.ok(memory.subarray(from + 300).every(byte => byte === 0));
		}
	}
});

test('what one encrypts another with the same key decrypts', () => {
	const text = Buffer.from('nineteen bytes of it');
	const bytes = new Uint8Array(text);
	new Rc4(Buffer.from('key')).apply(bytes);
	assert.notDeepEqual([...bytes], [...text]);
	new Rc4(Buffer.from('key')).apply(bytes);
	assert.deepEqual([...bytes], [...text]);
});
