import assert from 'node:assert/strict';
import test from 'node:test';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';

const block = 16_384;
/** Three pieces of two and a half blocks, the last of which has one block and 100 bytes. */
const pieceLength = 2 * block + block / 2;
const map = PieceGeometry.uniform(2 * pieceLength + block + 100, pieceLength);

test('pieces and blocks are whole but for the last', () => {
	assert.deepEqual([map.pieceCount, map.blocksPerPiece], [3, 3]);
	assert.deepEqual(
		[0, 1, 2].map(piece => map.pieceSize(piece)),
		[pieceLength, pieceLength, block + 100],
	);
	assert.deepEqual(
		[0, 1, 2].map(piece => map.blockCount(piece)),
		[3, 3, 2],
	);
	assert.deepEqual(
		[0, 1, 2].map(number => map.blockSize(0, number)),
		[block, block, block / 2],
	);
	assert.deepEqual(
		[0, 1].map(number => map.blockSize(2, number)),
		[block, 100],
	);
	const even = PieceGeometry.uniform(4 * block, 2 * block);
	assert.deepEqual([even.pieceCount, even.pieceSize(1), even.blockCount(1)], [2, 2 * block, 2]);
});

test('only numbers of pieces that are there are pieces', () => {
	for (const piece of [0, 1, 2]) assert.equal(map.isPiece(piece), true);
	for (const piece of [-1, 3, 0.5, Number.NaN, Infinity, 2 ** 32]) {
		assert.equal(map.isPiece(piece), false);
		assert.equal(map.isBlock(piece, 0, block), false);
		assert.equal(map.holds(piece, 0, 1), false);
	}
});

test('a block is exactly one of a piece’s blocks', () => {
	for (const [piece, begin, length] of [
		[0, 0, block],
		[0, block, block],
		[0, 2 * block, block / 2],
		[2, block, 100],
	] as const) {
		assert.equal(map.isBlock(piece, begin, length), true);
	}
	for (const [piece, begin, length] of [
		[0, 1, block],
		[0, block / 2, block],
		[0, 0, block - 1],
		[0, 0, 2 * block],
		[0, 2 * block, block],
		[0, 3 * block, block],
		[2, block, block],
		[2, 2 * block, 100],
		[0, 0, 0],
	] as const) {
		assert.equal(map.isBlock(piece, begin, length), false, `${piece} ${begin} ${length}`);
	}
});

test('what may be asked for lies inside a piece', () => {
	assert.equal(map.holds(0, 5, pieceLength - 5), true);
	assert.equal(map.holds(0, 5, pieceLength - 4), false);
	assert.equal(map.holds(2, block, 100), true);
	assert.equal(map.holds(2, block, 101), false);
	assert.equal(map.holds(0, 0, 0), false);
	assert.equal(map.holds(0, 0, -1), false);
});

test('a range covers the pieces of its first and its last byte', () => {
	assert.deepEqual(map.span(0, 1), [0, 0]);
	assert.deepEqual(map.span(0, pieceLength), [0, 0]);
	assert.deepEqual(map.span(0, pieceLength + 1), [0, 1]);
	assert.deepEqual(map.span(pieceLength - 1, 2), [0, 1]);
	assert.deepEqual(map.span(pieceLength, 0), [1, 0]);
});

/** What each piece is: where it begins, its bytes, its blocks, and the files under it as `number:offset+length`. */
function table(geometry: PieceGeometry): string[] {
	return Array.from({length: geometry.pieceCount}, (_, piece) => {
		const blocks = Array.from({length: geometry.blockCount(piece)}, (_, n) => geometry.blockSize(piece, n));
		const files = geometry
			.filesOf(piece)
			.map(({file, offset, length}) => (file < 0 ? `.${length}` : `${file}:${offset}+${length}`));
		return [geometry.pieceStart(piece), geometry.pieceSize(piece), blocks.join('+'), files.join(' ')].join(
			' | ',
		);
	});
}

const kilo = 1024;
/** Of 40, 0, 32, 1 and 65 KiB, each filled up to a whole piece of 32 KiB, as v2 torrents are laid out. */
const filled = [
	{offset: 0, length: 40 * kilo, pad: false},
	{offset: 40 * kilo, length: 24 * kilo, pad: true},
	{offset: 64 * kilo, length: 0, pad: false},
	{offset: 64 * kilo, length: 32 * kilo, pad: false},
	{offset: 96 * kilo, length: kilo, pad: false},
	{offset: 97 * kilo, length: 31 * kilo, pad: true},
	{offset: 128 * kilo, length: 65 * kilo, pad: false},
];

test('uniform pieces are cut from the stream, whatever lies under them', () => {
	assert.deepEqual(table(PieceGeometry.uniform(193 * kilo, 32 * kilo, filled)), [
		'0 | 32768 | 16384+16384 | 0:0+32768',
		'32768 | 32768 | 16384+16384 | 0:32768+8192 .24576',
		'65536 | 32768 | 16384+16384 | 3:0+32768',
		'98304 | 32768 | 16384+16384 | 4:0+1024 .31744',
		'131072 | 32768 | 16384+16384 | 6:0+32768',
		'163840 | 32768 | 16384+16384 | 6:32768+32768',
		'196608 | 1024 | 1024 | 6:65536+1024',
	]);
});

test('aligned pieces end with their file', () => {
	const aligned = PieceGeometry.aligned(193 * kilo, 32 * kilo, filled);
	assert.deepEqual(table(aligned), [
		'0 | 32768 | 16384+16384 | 0:0+32768',
		'32768 | 8192 | 8192 | 0:32768+8192',
		'65536 | 32768 | 16384+16384 | 3:0+32768',
		'98304 | 1024 | 1024 | 4:0+1024',
		'131072 | 32768 | 16384+16384 | 6:0+32768',
		'163840 | 32768 | 16384+16384 | 6:32768+32768',
		'196608 | 1024 | 1024 | 6:65536+1024',
	]);
	assert.equal(aligned.isBlock(1, 0, 8192), true);
	assert.equal(aligned.isBlock(1, 0, 16_384), false);
	assert.equal(aligned.holds(1, 8191, 1), true);
	// Some ask for the padding behind a file.
	assert.equal(aligned.holds(1, 8191, 2), true);
	assert.equal(aligned.holds(1, 16_384, 16_385), false);
	assert.deepEqual(
		Array.from({length: 7}, (_, piece) => [aligned.dataSize(piece), aligned.treeWidth(piece)]),
		[
			[32_768, 2],
			[8192, 2],
			[32_768, 2],
			[1024, 1],
			[32_768, 2],
			[32_768, 2],
			[1024, 2],
		],
	);
	assert.deepEqual(
		filled.filter(({pad}) => !pad).map(({offset, length}) => aligned.span(offset, length)),
		[
			[0, 1],
			[2, 1],
			[2, 2],
			[3, 3],
			[4, 6],
		],
	);
});

test('a geometry is the same in another thread', () => {
	for (const kind of ['uniform', 'aligned'] as const) {
		const geometry = PieceGeometry[kind](193 * kilo, 32 * kilo, filled);
		const other = PieceGeometry.from(structuredClone(geometry.data));
		assert.deepEqual(table(other), table(geometry));
		assert.deepEqual([other.length, other.blocksPerPiece], [193 * kilo, 2]);
	}
});
