import assert from 'node:assert/strict';
import {test} from 'node:test';
import {qrCode} from '../../source/base/qr-code.ts';

type Code = ReadonlyArray<readonly boolean[]>;

/** The standard's tables for level L, from version 1 on: data words and correction words of each block. */
const blocks: ReadonlyArray<readonly (readonly [data: number, correction: number])[]> = [
	[[19, 7]],
	[[34, 10]],
	[[55, 15]],
	[[80, 20]],
	[[108, 26]],
	[
		[68, 18],
		[68, 18],
	],
	[
		[78, 20],
		[78, 20],
	],
	[
		[97, 24],
		[97, 24],
	],
	[
		[116, 30],
		[116, 30],
	],
	[
		[68, 18],
		[68, 18],
		[69, 18],
		[69, 18],
	],
];

const masks: ReadonlyArray<(i: number, j: number) => boolean> = [
	(i, j) => (i + j) % 2 === 0,
	i => i % 2 === 0,
	(_i, j) => j % 3 === 0,
	(i, j) => (i + j) % 3 === 0,
	(i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
	(i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
	(i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
	(i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

/** Powers of 2 in the field, and whose they are. */
const powers: number[] = [];
const logs: number[] = [];
for (let i = 0, value = 1; i < 255; i++) {
	powers.push(value);
	logs[value] = i;
	value = (value << 1) ^ (value > 127 ? 0x11d : 0);
}

/** Reads the format that stands around the upper left finder: level and mask. */
function formatOf(code: Code): {readonly level: number; readonly mask: number} {
	const places = [
		...[0, 1, 2, 3, 4, 5, 7, 8].map(j => [8, j] as const),
		...[7, 5, 4, 3, 2, 1, 0].map(i => [i, 8] as const),
	];
	const bits = places.reduce((sum, [i, j]) => (sum << 1) | (code[i]![j] ? 1 : 0), 0) ^ 0x5412;
	return {level: bits >> 13, mask: (bits >> 10) & 7};
}

/** Whether a square holds no data, by the standard's drawing. */
function isFunction(i: number, j: number, size: number): boolean {
	const version = (size - 17) / 4;
	if (i === 6 || j === 6) return true;
	if ((i < 9 && j < 9) || (i < 9 && j >= size - 8) || (i >= size - 8 && j < 9)) return true;
	if (version >= 7 && ((i < 6 && j >= size - 11) || (j < 6 && i >= size - 11))) return true;
	if (version === 1) return false;
	const steps = version < 7 ? [6, size - 7] : [6, (size - 1) / 2, size - 7];
	return steps.some(a =>
		steps.some(b => {
			const atFinder = (a === 6 && b === 6) || (a === 6 && b === size - 7) || (a === size - 7 && b === 6);
			return !atFinder && Math.abs(i - a) <= 2 && Math.abs(j - b) <= 2;
		}),
	);
}

/** Reads a code as a camera does, and checks the correction of each block. */
function read(code: Code): Uint8Array {
	const size = code.length;
	const {level, mask} = formatOf(code);
	assert.equal(level, 1, 'level L');
	const bits: number[] = [];
	let up = true;
	for (let right = size - 1; right > 0; right -= 2) {
		if (right === 6) right--;
		for (let step = 0; step < size; step++) {
			const i = up ? size - 1 - step : step;
			for (const j of [right, right - 1])
				if (!isFunction(i, j, size)) bits.push(Number(code[i]![j] !== masks[mask]!(i, j)));
		}
		up = !up;
	}
	const parts = blocks[(size - 17) / 4 - 1]!;
	const all = parts.reduce((sum, [data, correction]) => sum + data + correction, 0);
	const words = Array.from({length: all}, (_, at) =>
		bits.slice(at * 8, at * 8 + 8).reduce((word, bit) => (word << 1) | bit, 0),
	);
	const read = parts.map(() => [] as number[]);
	let at = 0;
	for (let n = 0; n < 69 + 55; n++)
		parts.forEach(([data], block) => {
			if (n < data) read[block]!.push(words[at++]!);
		});
	const correction = parts[0]![1];
	for (let n = 0; n < correction; n++) for (const block of read) block.push(words[at++]!);
	for (const block of read)
		for (let power = 0; power < correction; power++) {
			const sum = block.reduce(
				(value, word) => (value === 0 ? 0 : powers[(logs[value]! + power) % 255]!) ^ word,
				0,
			);
			assert.equal(sum, 0, `syndrome ${power}`);
		}
	const data = read.flatMap((block, index) => block.slice(0, parts[index]![0]));
	const nibbles = data.flatMap(word => [word >> 4, word & 15]);
	assert.equal(nibbles.shift(), 4, 'bytes');
	const lengthNibbles = size < 57 ? 2 : 4;
	const length = nibbles.splice(0, lengthNibbles).reduce((sum, nibble) => sum * 16 + nibble, 0);
	return Uint8Array.from({length}, (_, n) => nibbles[n * 2]! * 16 + nibbles[n * 2 + 1]!);
}

for (const length of [0, 1, 17, 18, 53, 78, 106, 107, 154, 192, 230, 231, 271]) {
	test(`a code of ${length} bytes is read as they were`, () => {
		const bytes = Uint8Array.from({length}, (_, at) => (at * 37 + length) & 255);
		assert.deepEqual(read(qrCode(bytes)!), bytes);
	});
}

test('a code is as small as it can be', () => {
	assert.equal(qrCode(new Uint8Array(17))?.length, 21);
	assert.equal(qrCode(new Uint8Array(18))?.length, 25);
	assert.equal(qrCode(new Uint8Array(271))?.length, 57);
});

test('more than 271 bytes have no code', () => {
	assert.equal(qrCode(new Uint8Array(272)), undefined);
});
