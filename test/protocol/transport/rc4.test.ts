import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import test from 'node:test';
import {Rc4} from '../../../source/protocol/transport/rc4.ts';
import {Rc4Machine} from '../../../source/protocol/transport/rc4-machine.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';

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

test('what is encrypted many bytes at a time is what it is byte by byte, however it is cut', () => {
	const random = seededRandom(41);
	const key = Buffer.from('0102030405060708', 'hex');
	for (let round = 0; round < 60; round++) {
		const length = Math.floor(random.next() * (round < 50 ? 6000 : 300_000));
		const text = Uint8Array.from({length}, (_, at) => at * 7);
		const slowly = new Uint8Array(text);
		const byBytes = new Rc4(key);
		for (let at = 0; at < length; at += 500) byBytes.apply(slowly, at, Math.min(length, at + 500));
		// With room before and after that stays as it is, and at any place in memory.
		const shift = round % 5;
		const memory = Buffer.alloc(length + 20, 0xaa);
		const bytes = memory.subarray(shift, shift + length + 10);
		bytes.set(text, 3);
		const atOnce = new Rc4(key);
		const middle = Math.floor(random.next() * length);
		atOnce.apply(bytes, 3, 3 + middle);
		atOnce.apply(bytes, 3 + middle, 3 + length);
		assert.ok(Buffer.from(slowly).equals(bytes.subarray(3, 3 + length)), `${length} bytes, cut at ${middle}`);
		for (const edge of [memory.subarray(0, shift + 3), memory.subarray(shift + 3 + length)])
			assert.ok(edge.every(byte => byte === 0xaa));
	}
});

test('ciphers that take turns do not mix', () => {
	const keys = ['one', 'two', 'three'].map(key => Buffer.from(key));
	const alone = keys.map(key => {
		const bytes = new Uint8Array(8000);
		new Rc4(key).apply(bytes);
		return bytes;
	});
	const ciphers = keys.map(key => new Rc4(key));
	const inTurns = keys.map(() => new Uint8Array(8000));
	for (let at = 0; at < 8000; at += 1000)
		for (const [index, cipher] of ciphers.entries()) cipher.apply(inTurns[index]!, at, at + 1000);
	assert.deepEqual(inTurns, alone);
});

test('where there is no WebAssembly, or no memory for it, there is no machine', () => {
	const full = {
		Module: class {},
		Instance: class {
			readonly exports = {};
			constructor() {
				throw new RangeError('could not allocate memory');
			}
		},
	};
	assert.equal(Rc4Machine.open(full), undefined);
	assert.ok(Rc4Machine.open() instanceof Rc4Machine);
});

test('without WebAssembly it makes the same', () => {
	const script = `
		import {Rc4} from ${JSON.stringify(new URL('../../../source/protocol/transport/rc4.ts', import.meta.url).href)};
		const bytes = new Uint8Array(5001);
		new Rc4(Buffer.from('key')).apply(bytes);
		console.log(typeof WebAssembly, Buffer.from(bytes).toString('hex'));
	`;
	const flags = ['--import=tsx', '--input-type=module'];
	// What reads TypeScript needs it, and has been loaded by then.
	const {stdout, stderr} = spawnSync(
		process.execPath,
		[...flags, '-e', `delete globalThis.WebAssembly;${script}`],
		{
			encoding: 'utf8',
		},
	);
	const bytes = new Uint8Array(5001);
	new Rc4(Buffer.from('key')).apply(bytes);
	assert.equal(stdout.trim(), `undefined ${Buffer.from(bytes).toString('hex')}`, stderr);
});
