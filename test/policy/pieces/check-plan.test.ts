import assert from 'node:assert/strict';
import test from 'node:test';
import {
	isSameStamp,
	planCheck,
	type Remembered,
	type Stamp,
} from '../../../source/policy/pieces/check-plan.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';

const pieceLength = 16;
/** Three files: pieces 0-1 are the first's alone, 2 is shared, 3 is the second's, 4 is shared, 5-6 the third's. */
const files = [
	{offset: 0, length: 40, pad: false},
	{offset: 40, length: 30, pad: false},
	{offset: 70, length: 42, pad: false},
];
const map = PieceGeometry.uniform(112, pieceLength);

const stamp = (file: number, mtime = 1000): Stamp => ({size: files[file]!.length, mtime});
const asLeft: readonly Stamp[] = [stamp(0), stamp(1), stamp(2)];

function bits(text: string): Bitfield {
	const field = new Bitfield(text.length);
	for (const [piece, letter] of [...text].entries()) if (letter === 'x') field.set(piece);
	return field;
}

function remember(have: string, stamps = asLeft, priorities: readonly number[] = []): Remembered {
	return {have: bits(have), stamps, priorities};
}

/** One letter a piece: `x` taken as had, `?` to be hashed, `.` not there; and `!` when something did not hold. */
function plan(stamps: readonly Stamp[], remembered: Remembered | undefined, mode: 'full' | 'quick' | 'none') {
	const {trusted, check, changed} = planCheck(map, files, stamps, remembered, mode);
	let text = '';
	for (let piece = 0; piece < map.pieceCount; piece++)
		text += check.includes(piece) ? (trusted.has(piece) ? '2' : '?') : trusted.has(piece) ? 'x' : '.';
	return text + (changed ? '!' : '');
}

test('a file is as it was when size and time are; a time may be rounded', () => {
	assert.equal(isSameStamp({size: 5, mtime: 10}, {size: 5, mtime: 10}), true);
	assert.equal(isSameStamp({size: 5, mtime: 10}, {size: 5, mtime: 11.9}), true);
	assert.equal(isSameStamp({size: 5, mtime: 11.9}, {size: 5, mtime: 10}), true);
	assert.equal(isSameStamp({size: 5, mtime: 10}, {size: 5, mtime: 12}), false);
	assert.equal(isSameStamp({size: 5, mtime: 12}, {size: 5, mtime: 10}), false);
	assert.equal(isSameStamp({size: 6, mtime: 10}, {size: 5, mtime: 10}), false);
	assert.equal(isSameStamp({size: 4, mtime: 10}, {size: 5, mtime: 10}), false);
	assert.equal(isSameStamp(undefined, undefined), true);
	assert.equal(isSameStamp({size: 5, mtime: 10}, undefined), false);
	assert.equal(isSameStamp(undefined, {size: 5, mtime: 10}), false);
});

test('files that are as they were left are believed, and no more of them than was had', () => {
	assert.equal(plan(asLeft, remember('xxxxxxx'), 'quick'), 'xxxxxxx');
	assert.equal(plan(asLeft, remember('x.x.x.x'), 'quick'), 'x.x.x.x');
	assert.equal(plan(asLeft, remember('.......'), 'quick'), '.......');
});

test('a file of another size or time is hashed, with the pieces it shares', () => {
	const longer = [stamp(0), {size: 31, mtime: 1000}, stamp(2)];
	assert.equal(plan(longer, remember('xxxxxxx'), 'quick'), 'xx???xx!');
	const shorter = [stamp(0), {size: 29, mtime: 1000}, stamp(2)];
	assert.equal(plan(shorter, remember('xxxxxxx'), 'quick'), 'xx???xx!');
	const touched = [stamp(0, 5000), stamp(1), stamp(2)];
	assert.equal(plan(touched, remember('xxxxxxx'), 'quick'), '???xxxx!');
});

test('a file that is gone, or empty, has lost its pieces, though a neighbour could be hashed', () => {
	for (const gone of [undefined, {size: 0, mtime: 1000}]) {
		assert.equal(plan([stamp(0), gone, stamp(2)], remember('xxxxxxx'), 'quick'), 'xx...xx!');
		assert.equal(plan([stamp(0, 5000), gone, stamp(2, 5000)], remember('xxxxxxx'), 'quick'), '??...??!');
		assert.equal(plan([stamp(0, 5000), stamp(1, 5000), gone], remember('xxxxxxx'), 'quick'), '????...!');
	}
	assert.equal(plan([stamp(0), undefined, stamp(2)], remember('xxxxxxx'), 'full'), '??...??');
});

test('of a file that was not there before and is now everything is hashed, and that is no change', () => {
	const before = [stamp(0), undefined, stamp(2)];
	assert.equal(plan(asLeft, remember('xx...xx', before), 'quick'), 'xx???xx');
	assert.equal(plan(asLeft, undefined, 'quick'), '???????');
});

test('pieces of a file that is not wanted lie in the part file, and are believed; hashed when all is', () => {
	const stamps = [stamp(0), undefined, stamp(2)];
	assert.equal(plan(stamps, remember('xxx.xxx', stamps, [2, 0, 2]), 'quick'), 'xxx.xxx');
	assert.equal(plan(stamps, remember('xxx.xxx', stamps, [2, 0, 2]), 'full'), '???????');
	// Wanted, or there before, it is missing.
	assert.equal(plan(stamps, remember('xxx.xxx', stamps, [2, 1, 2]), 'quick'), 'xx...xx');
	assert.equal(plan(stamps, remember('xxxxxxx', asLeft, [2, 0, 2]), 'quick'), 'xx...xx!');
	assert.equal(plan(asLeft, remember('xxxxxxx', stamps, [2, 0, 2]), 'quick'), 'xx???xx');
});

test('a full check believes nothing, and says nothing of changes', () => {
	assert.equal(plan(asLeft, remember('xxxxxxx'), 'full'), '???????');
	assert.equal(plan([stamp(0), stamp(1, 9000), stamp(2)], remember('xxxxxxx'), 'full'), '???????');
	assert.equal(plan([undefined, undefined, undefined], undefined, 'full'), '.......');
});

test('without a check a file of the right size is believed, whatever was remembered', () => {
	assert.equal(plan([stamp(0, 1), stamp(1, 2), stamp(2, 3)], undefined, 'none'), 'xxxxxxx');
	assert.equal(plan(asLeft, remember('.......'), 'none'), 'xxxxxxx');
	assert.equal(plan([stamp(0), {size: 29, mtime: 1}, stamp(2)], undefined, 'none'), 'xx...xx');
	assert.equal(plan([stamp(0), undefined, stamp(2)], undefined, 'none'), 'xx...xx');
});

test('pad files and empty ones are nothing to look at', () => {
	const padded = [
		{offset: 0, length: 10, pad: false},
		{offset: 10, length: 6, pad: true},
		{offset: 16, length: 0, pad: false},
		{offset: 16, length: 16, pad: false},
	];
	const two = PieceGeometry.uniform(32, 16);
	const stamps = [{size: 10, mtime: 1}, undefined, undefined, {size: 16, mtime: 1}];
	const remembered = {have: bits('xx'), stamps, priorities: []};
	const {trusted, check, changed} = planCheck(two, padded, stamps, remembered, 'quick');
	assert.equal(trusted.count, 2);
	assert.equal(check.length, 0);
	assert.equal(changed, false);
});
