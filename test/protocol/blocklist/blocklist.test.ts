import assert from 'node:assert/strict';
import {test} from 'node:test';
import {AddressRanges, RangeTableBuilder} from '../../../source/base/address-ranges.ts';
import {parseIp} from '../../../source/base/ip-address.ts';
import {BlocklistReader} from '../../../source/protocol/blocklist/blocklist.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';

/** A list read in pieces of so many bytes. */
function read(text: string | Uint8Array, step = 7) {
	const builder = new RangeTableBuilder();
	const reader = new BlocklistReader(builder);
	const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
	for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
	const count = reader.end();
	const ranges = new AddressRanges(builder.build());
	const blocks = (host: string): boolean => ranges.has(parseIp(host)!);
	return {...count, ranges, blocks};
}

/** Each form, what it names the ends of, and what lies just outside. */
const forms: ReadonlyArray<readonly [line: string, inside: readonly string[], outside: readonly string[]]> = [
	['Some Firm:1.2.3.4-1.2.3.9', ['1.2.3.4', '1.2.3.9'], ['1.2.3.3', '1.2.3.10']],
	['A: name, with: colons - and 9.9.9.9-lines:1.2.3.4-1.2.3.9', ['1.2.3.4'], ['9.9.9.9']],
	['1.2.3.4-1.2.3.9', ['1.2.3.4', '1.2.3.9'], ['1.2.3.10']],
	['001.002.003.004 - 001.002.003.009 , 000 , Some Firm', ['1.2.3.4', '1.2.3.9'], ['1.2.3.10']],
	['001.002.003.004-001.002.003.009,127,x', ['1.2.3.4'], ['1.2.3.10']],
	['001.002.003.004 - 001.002.003.009 , 128 , let through', [], ['1.2.3.4']],
	['1.2.3.0/24', ['1.2.3.0', '1.2.3.255'], ['1.2.2.255', '1.2.4.0']],
	['1.2.3.4', ['1.2.3.4'], ['1.2.3.3', '1.2.3.5']],
	['1.2.3.4 ; a remark', ['1.2.3.4'], ['1.2.3.5']],
	['0.0.0.0/0', ['0.0.0.0', '255.255.255.255', '::ffff:1.2.3.4'], ['::1']],
	['2001:db8::/32', ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'], ['2001:db7::', '2001:db9::']],
	['2001:db8::1-2001:db8::ff', ['2001:db8::1', '2001:db8::ff'], ['2001:db8::', '2001:db8::100']],
	['2001:db8::1', ['2001:db8::1'], ['2001:db8::2']],
	['::ffff:1.2.3.0/120', ['1.2.3.0', '1.2.3.255', '::ffff:1.2.3.7'], ['1.2.4.0']],
	['::/0', ['::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], ['1.2.3.4']],
	['fe80::/65', ['fe80::7fff:ffff:ffff:ffff'], ['fe80::8000:0:0:0']],
];

for (const [line, inside, outside] of forms)
	test(`a line of a blocklist: ${line}`, () => {
		const {blocks, good, broken} = read(`${line}\r\n`);
		assert.deepEqual([good, broken], [1, 0]);
		for (const host of inside) assert.equal(blocks(host), true, host);
		for (const host of outside) assert.equal(blocks(host), false, host);
	});

test('an IPv4 address is the same inside IPv6, and where NAT64 and 6to4 lead to it', () => {
	const {blocks} = read('203.0.113.5');
	for (const host of ['203.0.113.5', '::ffff:203.0.113.5', '64:ff9b::203.0.113.5', '2002:cb00:7105::1'])
		assert.equal(blocks(host), true, host);
	for (const host of ['203.0.113.6', '64:ff9b::203.0.113.6', '2002:cb00:7106::1', '::cb00:7105'])
		assert.equal(blocks(host), false, host);
});

test('broken lines are counted, remarks are not, and the others hold', () => {
	const broken = [
		'1.2.3.9-1.2.3.4',
		'1.2.3.256',
		'1.2.3.0/33',
		'1.2.3',
		'name:',
		'2001:db8::/129',
		'<html>',
		'1.2.3.4/24/5',
		`${'x'.repeat(5000)}:7.7.7.7-7.7.7.8`,
		'2001:db8::2-2001:db8::1',
		'1.2.3.4-2001:db8::1',
	];
	const lines = ['# a remark', '', '  ', '; one', '// and one', '5.5.5.5', ...broken, '6.6.6.6'];
	for (const step of [1, 7, 100_000]) {
		const read1 = read(lines.join('\n'), step);
		assert.deepEqual([read1.good, read1.broken, read1.firstBroken], [2, broken.length, 7]);
		assert.deepEqual(['5.5.5.5', '6.6.6.6', '7.7.7.7', '1.2.3.4'].map(read1.blocks), [
			true,
			true,
			false,
			false,
		]);
	}
});

test('ranges that overlap or touch are one', () => {
	const {ranges, blocks} = read(
		[
			'9.0.0.0/8',
			'1.0.0.0-1.0.0.9',
			'1.0.0.10',
			'1.0.0.5-1.0.0.20',
			'9.1.0.0/16',
			'255.255.255.255',
			'2001:db8::/33',
			'2001:db8::/32',
		].join('\n'),
	);
	assert.equal(ranges.size, 4);
	assert.deepEqual(['1.0.0.20', '1.0.0.21', '9.255.255.255', '10.0.0.0', '255.255.255.255'].map(blocks), [
		true,
		false,
		true,
		false,
		true,
	]);
});

test('whatever the bytes, reading them ends, and as many lines are told as there are', () => {
	const random = seededRandom(42);
	const next = () => random.next();
	const letters = '0123456789abcf:./-,; #\n\r\t\u0000\u00ff';
	for (let round = 0; round < 300; round++) {
		const text = Array.from({length: 400}, () => letters[Math.floor(next() * letters.length)]).join('');
		const {good, broken} = read(text, 1 + Math.floor(next() * 50));
		const lines = text.split('\n').map(line => line.trim());
		assert.equal(
			good + broken,
			lines.filter(line => line !== '' && !/^(?:[#;]|\/\/)/.test(line)).length,
			`round ${round} of seed 42`,
		);
	}
});

test('of 400,000 ranges the table is below 20 MB, and each agrees with a plain search', () => {
	const builder = new RangeTableBuilder();
	const random = seededRandom(7);
	const next = () => random.next();
	const ends: Array<readonly [number, number]> = [];
	for (let index = 0; index < 400_000; index++) {
		const start = index * 10_000 + Math.floor(next() * 4000);
		const end = start + Math.floor(next() * 4000);
		ends.push([start, end]);
	}
	for (const [start, end] of ends.toSorted(() => next() - 0.5)) builder.add4(start, end);
	const table = builder.build();
	assert.ok(table.starts4.byteLength + table.ends4.byteLength < 20_000_000);
	const ranges = new AddressRanges(table);
	assert.equal(ranges.size, 400_000);
	const ip = new Uint8Array(4);
	const view = new DataView(ip.buffer);
	for (let index = 0; index < 400_000; index += 7) {
		const [start, end] = ends[index]!;
		for (const [address, isIn] of [
			[start, true],
			[end, true],
			[end + 1, false],
			[index * 10_000 - 1, false],
		] as const) {
			view.setUint32(0, Math.max(0, address));
			assert.equal(ranges.has(ip), address >= 0 && isIn, `${address}`);
		}
	}
});
