import assert from 'node:assert/strict';
import test from 'node:test';
import {
	type Bencodable,
	compareBytes,
	decodeBencode,
	encodeBencode,
} from '../../../source/protocol/bencode/bencode.ts';
import {seeded} from '../../policy/seeded.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, letter => letter.charCodeAt(0));
const text = (found: Uint8Array | undefined): string => Buffer.from(found ?? []).toString('latin1');

test('every value knows where it begins and ends, its own bytes, its type and its size', () => {
	const whole = 'd1:ai-42e2:bblli0ee12:twelve bytese1:cd1:x0:ee';
	const root = decodeBencode(bytes(whole));
	const list = root.get('bb')!;
	const [inner, string] = [...list.items()];
	for (const [node, raw, type, size] of [
		[root, whole, 'dictionary', 3],
		[root.get('a')!, 'i-42e', 'integer', 0],
		[list, 'lli0ee12:twelve bytese', 'list', 2],
		[inner!, 'li0ee', 'list', 1],
		[string!, '12:twelve bytes', 'bytes', 0],
		[root.get('c')!, 'd1:x0:e', 'dictionary', 1],
		[root.get('c')!.get('x')!, '0:', 'bytes', 0],
	] as const) {
		assert.equal(text(node.raw), raw);
		assert.equal(whole.slice(node.start, node.end), raw);
		assert.equal(node.type, type);
		assert.equal(node.size, size);
	}
	assert.equal(text(string!.bytes()), 'twelve bytes');
	assert.equal(root.get('a')!.bytes(), undefined);
	assert.equal(list.bytes(), undefined);
	assert.deepEqual([...root.items()], []);
	assert.deepEqual([...list.entries()], []);
	assert.equal(list.get('a'), undefined);
	assert.deepEqual(
		[...root.entries()].map(([key, value]) => `${text(key)} ${value.type}`),
		['a integer', 'bb list', 'c dictionary'],
	);
	assert.deepEqual([root.has('bb'), root.has('b'), root.has('bbb')], [true, false, false]);
});

test('two byte strings are equal when their contents are', () => {
	const [a, b, c, d, number] = [...decodeBencode(bytes('l3:abc3:abd2:ab3:abci3ee')).items()];
	assert.equal(a!.equals(d!), true);
	assert.equal(a!.equals(decodeBencode(bytes('3:abc'))), true);
	assert.equal(a!.equals(b!), false);
	assert.equal(a!.equals(c!), false);
	assert.equal(number!.equals(number!), false);
});

test('whatever is written is read as it was, keys in the order of their bytes', () => {
	const random = seeded(31);
	const make = (depth: number): Bencodable => {
		const kind = Math.floor(random() * (depth > 3 ? 2 : 4));
		if (kind === 0) return Math.floor((random() - 0.5) * 10 ** Math.floor(random() * 15));
		if (kind === 1) return 'x'.repeat(Math.floor(random() * 15));
		const count = Math.floor(random() * 5);
		if (kind === 2) return Array.from({length: count}, () => make(depth + 1));
		return Object.fromEntries(
			Array.from({length: count}, () => [
				String.fromCharCode(97 + Math.floor(random() * 26)),
				make(depth + 1),
			]),
		);
	};
	const read = (node: ReturnType<typeof decodeBencode>): unknown => {
		if (node.type === 'integer') return node.number();
		if (node.type === 'bytes') return node.text();
		if (node.type === 'list') return [...node.items()].map(read);
		return Object.fromEntries([...node.entries()].map(([key, value]) => [text(key), read(value)]));
	};
	const sorted = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(sorted);
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(
			Object.entries(value)
				.sort(([one], [other]) => (one < other ? -1 : 1))
				.map(([key, entry]) => [key, sorted(entry)]),
		);
	};
	for (let round = 0; round < 400; round++) {
		const value = make(0);
		const encoded = encodeBencode(value);
		const node = decodeBencode(encoded);
		assert.equal(node.deviation, undefined);
		assert.equal(node.end, encoded.length);
		assert.equal(JSON.stringify(read(node)), JSON.stringify(sorted(value)));
	}
});

test('true and false are written as 1 and 0 wherever they stand, and what is undefined is left out', () => {
	assert.equal(text(encodeBencode(true)), 'i1e');
	assert.equal(text(encodeBencode([false, [true]])), 'li0eli1eee');
	assert.equal(text(encodeBencode({b: {c: true, d: undefined}, a: [1]})), 'd1:ali1ee1:bd1:ci1eee');
	assert.equal(
		text(
			encodeBencode(
				new Map<string, Bencodable>([
					['b', 1],
					['a', 2],
				]),
			),
		),
		'd1:ai2e1:bi1ee',
	);
});

test('bytes are compared as bytes, and what is shorter comes first', () => {
	const cases = ['', 'a', 'aa', 'ab', 'b', '\u007f', '\u0080', '\u00ff'];
	for (const [n, one] of cases.entries())
		for (const [m, other] of cases.entries())
			assert.equal(Math.sign(compareBytes(bytes(one), bytes(other))), Math.sign(n - m), `${one} ${other}`);
});

test('integers of any size are read exactly', () => {
	for (const [written, integer, number] of [
		['i9007199254740991e', 9_007_199_254_740_991, 9_007_199_254_740_991],
		['i-9007199254740991e', -9_007_199_254_740_991, -9_007_199_254_740_991],
		['i9007199254740992e', 9_007_199_254_740_992n, undefined],
		['i9223372036854775807e', 9_223_372_036_854_775_807n, undefined],
		['i-9223372036854775808e', -9_223_372_036_854_775_808n, undefined],
		['i0e', 0, 0],
		['i-7e', -7, -7],
	] as const) {
		const node = decodeBencode(bytes(written));
		assert.equal(node.integer(), integer);
		assert.equal(node.number(), number);
	}
	assert.throws(() => decodeBencode(bytes('i9223372036854775808e')));
	assert.throws(() => decodeBencode(bytes('i-9223372036854775809e')));
});
