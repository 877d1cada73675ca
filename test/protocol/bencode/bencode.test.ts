import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import {decodeBencode, encodeBencode} from '../../../source/protocol/bencode/bencode.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const text = (value: Uint8Array | undefined): string | undefined =>
	value && Buffer.from(value).toString('latin1');

test('reads the four kinds of values', () => {
	const root = decodeBencode(bytes('d4:infod6:lengthi42ee4:listl3:abci-7e0:lee4:name3:abce'));
	assert.equal(root.type, 'dictionary');
	assert.equal(root.get('info')?.get('length')?.number(), 42);
	assert.equal(root.get('name')?.text(), 'abc');
	const items = [...root.get('list')!.items()];
	assert.deepEqual(
		items.map(item => item.type),
		['bytes', 'integer', 'bytes', 'list'],
	);
	assert.equal(items[1]!.integer(), -7);
	assert.equal(root.size, 3);
	assert.equal(root.get('list')!.size, 4);
	assert.deepEqual(
		[...root.entries()].map(([key]) => text(key)),
		['info', 'list', 'name'],
	);
});

test('answers undefined when a value is of another type than asked for', () => {
	const root = decodeBencode(bytes('d1:ai1e1:b1:xe'));
	assert.equal(root.get('a')?.bytes(), undefined);
	assert.equal(root.get('b')?.integer(), undefined);
	assert.equal(root.get('a')?.get('x'), undefined);
	assert.deepEqual([...root.items()], []);
	assert.equal(root.get('missing'), undefined);
});

test('tells where a value stands, byte for byte', () => {
	const source = 'd4:infod1:ai1ee1:zi0ee';
	const info = decodeBencode(bytes(source)).get('info')!;
	assert.equal(text(info.raw), 'd1:ai1ee');
	assert.deepEqual([info.start, info.end], [7, 15]);
});

test('leaves bytes after the value alone and says where it ended', () => {
	const root = decodeBencode(bytes('d8:msg_typei1e5:piecei0eeDATA'));
	assert.equal(root.end, 25);
});

test('keeps keys named after parts of objects as plain keys', () => {
	const root = decodeBencode(bytes('d9:__proto__d1:ai1ee11:constructori2ee'));
	assert.equal(root.get('__proto__')?.get('a')?.number(), 1);
	assert.equal(root.get('constructor')?.number(), 2);
	assert.equal(root.get('toString'), undefined);
});

test('64-bit integers are exact', () => {
	const read = (digits: string) => decodeBencode(bytes(`i${digits}e`)).integer();
	assert.equal(read('9007199254740991'), 9007199254740991);
	assert.equal(read('9007199254740981'), 9007199254740981);
	assert.equal(read('9007199254740993'), 9007199254740993n);
	assert.equal(read('9223372036854775807'), 9223372036854775807n);
	assert.equal(read('-9223372036854775808'), -9223372036854775808n);
	assert.equal(decodeBencode(bytes('i9007199254740993e')).number(), undefined);
});

const malformed: ReadonlyArray<readonly [what: string, source: string]> = [
	['nothing', ''],
	['an open dictionary', 'd1:ai1e'],
	['an open list', 'li1e'],
	['an open integer', 'i12'],
	['an integer without digits', 'ie'],
	['a minus alone', 'i-e'],
	['a plus sign', 'i+1e'],
	['a fraction', 'i1.5e'],
	['2^63', 'i9223372036854775808e'],
	['an integer of 100 digits', `i${'9'.repeat(100)}e`],
	['a string beyond the end', '5:abc'],
	['a string of more bytes than numbers can count', '99999999999999999999:a'],
	['a negative length', 'l-3:e'],
	['a length without a colon', '12'],
	['a key without a value', 'd1:ae'],
	['a key that is no string', 'di1ei2ee'],
	['a list as a key', 'dlei2ee'],
	['an end without a beginning', 'e'],
	['an unknown kind', 'x'],
	['HTML', '<html>'],
];

for (const [what, source] of malformed) {
	test(`refuses ${what}`, () => {
		assert.throws(() => decodeBencode(bytes(source)), ProtocolError);
	});
}

const deviations: ReadonlyArray<readonly [what: string, source: string]> = [
	['unsorted keys', 'd1:bi1e1:ai2ee'],
	['repeated keys', 'd1:ai1e1:ai2ee'],
	['a longer key before its beginning', 'd2:aai1e1:ai2ee'],
	['leading zeros', 'i007e'],
	['minus zero', 'i-0e'],
	['leading zeros in a length', '01:a'],
];

for (const [what, source] of deviations) {
	test(`lets ${what} pass with a note, unless it has to be strict`, () => {
		assert.notEqual(decodeBencode(bytes(source)).deviation, undefined);
		assert.throws(() => decodeBencode(bytes(source), {strict: true}), ProtocolError);
	});
}

test('the first of repeated keys counts', () => {
	assert.equal(decodeBencode(bytes('d1:ai1e1:ai2ee')).get('a')?.number(), 1);
});

test('canonical bytes have no deviation', () => {
	assert.equal(decodeBencode(bytes('d0:i0e1:ai-1e2:aai0e1:b0:e'), {strict: true}).deviation, undefined);
});

test('stops at a depth and at a number of values', () => {
	const nested = (depth: number) => bytes('l'.repeat(depth) + 'e'.repeat(depth));
	decodeBencode(nested(100));
	assert.throws(() => decodeBencode(nested(101)), /nested more than 100 deep/);
	assert.throws(() => decodeBencode(nested(5_000_000)), /nested more than 100 deep/);
	const many = bytes(`l${'i1e'.repeat(20)}e`);
	decodeBencode(many, {tokens: 22});
	assert.throws(() => decodeBencode(many, {tokens: 21}), /more than 21 values/);
});

test('reads a view into a larger buffer', () => {
	const whole = bytes('xxxd1:a2:bcexxx');
	const root = decodeBencode(whole.subarray(3));
	assert.equal(text(root.get('a')?.bytes()), 'bc');
	assert.equal(text(root.raw), 'd1:a2:bce');
});

test('writes canonical bencode, binary and non-ASCII keys sorted as bytes', () => {
	const value = new Map<Uint8Array | string, Map<string, number> | string>([
		['\u{1f600}', 'a'],
		['\uff5e', new Map([['b', 1]])],
		[Uint8Array.of(200, 1), 'c'],
		[Uint8Array.of(0, 255), 'd'],
	]);
	const encoded = encodeBencode(value);
	const root = decodeBencode(encoded, {strict: true});
	assert.equal(root.size, 4);
	assert.equal(
		text(encodeBencode({b: [1, 'x', {z: -1}], a: bytes('\u00ff'), c: undefined})),
		'd1:a1:\u00ff1:bli1e1:xd1:zi-1eeee',
	);
});
