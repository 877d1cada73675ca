import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FileMap} from '../../../source/policy/pieces/file-map.js';

/** `a3 b0 .2 c4`: files with their lengths in stream order, `.` a pad file. */
function draw(text: string): {map: FileMap; show: (position: number, length: number) => string} {
	let offset = 0;
	const names: string[] = [];
	const files = text.split(' ').map(word => {
		const length = Number(word.slice(1));
		const file = {offset, length, pad: word.startsWith('.')};
		names.push(word[0]!);
		offset += length;
		return file;
	});
	const map = FileMap.of(files, offset);
	return {
		map,
		show: (position, length) =>
			map
				.segments(position, length)
				.map(run => (run.file < 0 ? `.${run.length}` : `${names[run.file]}${run.offset}+${run.length}`))
				.join(' '),
	};
}

test('a range in one file is one segment', () => {
	assert.equal(draw('a9').show(2, 5), 'a2+5');
});

test('a range goes through every file under it, passing over files without data', () => {
	const {show} = draw('a3 b0 c1 d4');
	assert.equal(show(0, 8), 'a0+3 c0+1 d0+4');
	assert.equal(show(2, 3), 'a2+1 c0+1 d0+1');
	assert.equal(show(3, 1), 'c0+1');
});

test('pad files belong to no file', () => {
	const {show} = draw('a3 .5 b4 .4');
	assert.equal(show(0, 16), 'a0+3 .5 b0+4 .4');
	assert.equal(show(4, 3), '.3');
	assert.equal(show(14, 2), '.2');
});

test('bytes between two files that no file claims belong to none', () => {
	const map = FileMap.of(
		[
			{offset: 0, length: 3, pad: false},
			{offset: 8, length: 2, pad: false},
		],
		16,
	);
	assert.deepEqual(
		map.segments(2, 14).map(run => [run.file, run.offset, run.length]),
		[
			[0, 2, 1],
			[-1, 0, 5],
			[1, 0, 2],
			[-1, 0, 6],
		],
	);
});

test('offsets beyond 4 GiB stay exact', () => {
	const huge = 2 ** 43 + 1;
	const {show} = draw(`a${huge} b10`);
	assert.equal(show(huge - 1, 3), `a${huge - 1}+1 b0+2`);
});

test('an empty range has no segments, a range outside the stream is refused', () => {
	const {map} = draw('a3 b4');
	assert.deepEqual(map.segments(3, 0), []);
	assert.deepEqual(map.segments(7, 0), []);
	for (const [position, length] of [
		[-1, 2],
		[6, 2],
		[8, 0],
		[0, Number.NaN],
	] as const) {
		assert.throws(() => map.segments(position, length), RangeError);
	}
});

test('every byte is found whatever was asked before', () => {
	const {map} = draw('a3 b0 .2 c4 d1 e1 f0 g7');
	const expected = [...'aaa..ccccdeggggggg'];
	const letters = 'ab.cdefg';
	let seed = 7;
	for (let n = 0; n < 500; n++) {
		seed = (seed * 48_271) % 2_147_483_647;
		const position = seed % expected.length;
		const [run] = map.segments(position, 1);
		assert.equal(run!.file < 0 ? '.' : letters[run!.file], expected[position]);
	}
});
