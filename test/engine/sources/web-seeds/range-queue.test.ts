import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../../source/base/units.ts';
import {RangeQueue} from '../../../../source/engine/sources/web-seeds/range-queue.ts';
import {PieceGeometry} from '../../../../source/policy/pieces/piece-geometry.ts';
import {seeded} from '../../../policy/seeded.ts';

const pieceLength = 2 * blockLength;

interface TestFile {
	readonly offset: number;
	readonly length: number;
	readonly pad: boolean;
}

/** A queue over files of these lengths, negative ones padding; their bytes are random, padding is zeros. */
function open(lengths: readonly number[], aligned = false, random = seeded(1)) {
	const files: TestFile[] = [];
	let offset = 0;
	for (const length of lengths) {
		files.push({offset, length: Math.abs(length), pad: length < 0});
		offset += Math.abs(length);
	}
	const stream = new Uint8Array(offset);
	for (const {offset: at, length, pad} of files)
		if (!pad) for (let n = at; n < at + length; n++) stream[n] = 1 + Math.floor(random() * 255);
	const map = aligned
		? PieceGeometry.aligned(offset, pieceLength, files)
		: PieceGeometry.uniform(offset, pieceLength, files);
	const memory = new Uint8Array(blockLength).fill(0xee);
	const came: string[] = [];
	let at = {piece: -1, begin: 0, length: 0};
	let wants = true;
	const queue = new RangeQueue(map, files, memory, {
		start: (piece, begin, length) => {
			at = {piece, begin, length};
			memory.fill(0xee);
			return wants ? 0 : -1;
		},
		end: () => {
			came.push(`${at.piece}+${at.begin}`);
			if (!wants) return;
			const from = map.pieceStart(at.piece) + at.begin;
			assert.ok(Buffer.from(memory.subarray(0, at.length)).equals(stream.subarray(from, from + at.length)));
		},
	});
	const ask = (piece: number, fixed = 0): void => {
		for (let block = 0; block < map.blockCount(piece); block++)
			queue.add(piece, block * blockLength, map.blockSize(piece, block), fixed);
	};
	/** So much of the first range comes. */
	const come = (most: number): void => {
		const {file, offset: from, length} = queue.ranges[0]!;
		const start = files[file]!.offset + from;
		const bytes = Buffer.from(stream.subarray(start, start + Math.min(most, length)));
		queue.take(bytes, 0, bytes.length);
	};
	const ranges = (): string[] =>
		queue.ranges.map(({file, offset: from, length}) => `${file}:${from}+${length}`);
	return {queue, map, ask, come, ranges, came, ignore: () => (wants = false)};
}

test('neighbouring pieces of a file are one range, what was asked for is not made longer', () => {
	const {ask, ranges} = open([10 * pieceLength]);
	ask(2);
	ask(3);
	assert.deepEqual(ranges(), [`0:${2 * pieceLength}+${2 * pieceLength}`]);
	ask(4, 1);
	ask(5, 1);
	ask(9, 1);
	assert.deepEqual(ranges().slice(1), [
		`0:${4 * pieceLength}+${2 * pieceLength}`,
		`0:${9 * pieceLength}+${pieceLength}`,
	]);
});

test('a piece over several files is a range of each, and padding is asked of nobody', () => {
	const {ask, ranges, come, came} = open([1000, 3, 0, -(blockLength - 1003), 50_000, -100, 7]);
	ask(0);
	assert.deepEqual(ranges(), ['0:0+1000', '1:0+3', `4:0+${blockLength}`]);
	while (ranges().length > 0) come(Infinity);
	assert.deepEqual(came, ['0+0', `0+${blockLength}`]);
});

test('files that begin with a piece are ranges of their own', () => {
	const {ask, ranges, come, came, map} = open([pieceLength + 5, -(pieceLength - 5), 40_000], true);
	for (let piece = 0; piece < map.pieceCount; piece++) ask(piece);
	assert.deepEqual(ranges(), [`0:0+${pieceLength + 5}`, '2:0+40000']);
	while (ranges().length > 0) come(5000);
	assert.equal(came.length, 2 + 1 + 2 + 1);
});

test('whatever the files and the portions, blocks are what the stream has there', () => {
	const random = seeded(9);
	const any = (below: number): number => Math.floor(random() * below);
	for (let round = 0; round < 150; round++) {
		const lengths = Array.from({length: 1 + any(12)}, () => {
			const length = random() < 0.5 ? any(40) : any(60_000);
			return random() < 0.2 ? -length : length;
		});
		if (!lengths.some(length => length > 0)) continue;
		const {map, queue, come, came} = open(lengths, false, random);
		const pieces = Array.from({length: map.pieceCount}, (_, piece) => piece).sort(() => random() - 0.5);
		let blocks = 0;
		for (const piece of pieces) {
			// Blocks of padding alone are asked of nobody.
			const padding = new Set(map.padBlocks(piece));
			for (let block = 0; block < map.blockCount(piece); block++) {
				if (padding.has(block)) continue;
				queue.add(piece, block * blockLength, map.blockSize(piece, block), any(queue.ranges.length + 1));
				blocks++;
			}
			if (random() < 0.5) while (queue.ranges.length > 0) come(1 + any(30_000));
		}
		while (queue.ranges.length > 0) come(1 + any(30_000));
		assert.equal(came.length, blocks, `${lengths}`);
	}
});

test('what is not wanted any more goes nowhere; forgotten, it tells what has not come', () => {
	const {ask, come, came, queue, ignore} = open([4 * pieceLength]);
	ignore();
	ask(0);
	ask(2);
	come(blockLength + 5);
	assert.deepEqual(came, ['0+0']);
	assert.equal(
		queue.before(() => false),
		2 * pieceLength - blockLength - 5,
	);
	assert.equal(
		queue.before(piece => piece === 2),
		blockLength - 5,
	);
	assert.equal(
		queue.before(() => true),
		0,
	);
	assert.deepEqual(queue.clear(), [blockLength, 2 * pieceLength, 2 * pieceLength + blockLength]);
	assert.equal(
		queue.before(() => false),
		0,
	);
});
