import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PieceIndex} from '../../../source/base/units.js';
import {type HashPeer, HashPicker} from '../../../source/policy/hashes/hash-picker.js';
import type {MissingHashes} from '../../../source/policy/hashes/hash-trees.js';
import type {HashRequest} from '../../../source/protocol/wire/hash-messages.js';

const root = new Uint8Array(32).fill(1);

/** A window of so many pieces, the `at`th of its file, whose pieces begin with piece 0. */
function window(at: number, pieces = 512): MissingHashes {
	const range = {root, base: 3, index: 512 * at, length: 512, proofLayers: 12};
	return {range, firsts: [(512 * at) as PieceIndex], pieces};
}

const windows = (count: number): MissingHashes[] => Array.from({length: count}, (_, at) => window(at));

function seed(id: number): HashPeer {
	return {id, isSeed: true, hasPiece: () => true};
}

function having(id: number, ...pieces: number[]): HashPeer {
	return {id, isSeed: false, hasPiece: piece => pieces.includes(piece)};
}

/** `PEER:WINDOW`, as they are asked. */
function asked(picker: HashPicker, peers: readonly HashPeer[], now: number): string {
	return picker
		.next(peers, now)
		.map(({peer, range}) => `${peer.id}:${range.index / 512}`)
		.join(' ');
}

test('a peer is asked for two windows at a time, in order, and for the next when it has answered', () => {
	const picker = new HashPicker(windows(4));
	assert.equal(asked(picker, [seed(1)], 0), '1:0 1:1');
	assert.equal(asked(picker, [seed(1)], 2999), '');
	assert.ok(picker.answers(1, window(0).range));
	assert.equal(picker.settled(window(0).range), 'pieces');
	assert.equal(asked(picker, [seed(1)], 100), '1:2');
	assert.equal(picker.missing, 3);
});

test('windows are spread over peers', () => {
	const picker = new HashPicker(windows(4));
	assert.equal(asked(picker, [seed(1), seed(2), seed(3)], 0), '1:0 2:1 3:2 1:3');
});

test('only who has a piece among them is asked', () => {
	const picker = new HashPicker(windows(3));
	assert.equal(asked(picker, [having(1), having(2, 600), having(3, 1023, 1024)], 0), '2:1 3:2');
	assert.equal(asked(picker, [having(1, 511)], 1), '1:0');
});

test('a piece of another file with the same content will do', () => {
	const twice = {...window(0, 4), firsts: [0, 100] as PieceIndex[]};
	const picker = new HashPicker([twice]);
	assert.equal(asked(picker, [having(1, 50), having(2, 103)], 0), '2:0');
});

test('what one has not answered for 3 s another is asked for, and never the same one twice at a time', () => {
	const picker = new HashPicker(windows(1));
	assert.equal(asked(picker, [seed(1)], 0), '1:0');
	assert.equal(asked(picker, [seed(1), seed(2)], 2999), '');
	assert.equal(asked(picker, [seed(1)], 3000), '');
	assert.equal(asked(picker, [seed(1), seed(2)], 3000), '2:0');
	assert.equal(asked(picker, [seed(1), seed(2), seed(3)], 5999), '');
	assert.equal(asked(picker, [seed(1), seed(2), seed(3)], 6000), '3:0');
	assert.ok(picker.answers(1, window(0).range), 'a late answer counts');
});

test('who is silent for a minute may be asked again', () => {
	const picker = new HashPicker(windows(1));
	assert.equal(asked(picker, [seed(1)], 0), '1:0');
	assert.equal(asked(picker, [seed(1)], 59_999), '');
	assert.equal(asked(picker, [seed(1)], 60_000), '1:0');
});

test('who refuses is passed over at once, and asked again after half a minute', () => {
	const picker = new HashPicker(windows(1));
	asked(picker, [seed(1)], 0);
	assert.ok(picker.answers(1, window(0).range));
	picker.rejected(1, window(0).range, 10);
	assert.equal(asked(picker, [seed(1)], 11), '');
	assert.equal(asked(picker, [seed(1), seed(2)], 12), '2:0');
	picker.answers(2, window(0).range);
	picker.rejected(2, window(0).range, 13);
	assert.equal(asked(picker, [seed(1), seed(2)], 30_009), '');
	assert.equal(asked(picker, [seed(1), seed(2)], 30_010), '1:0');
});

test('who gave wrong ones is not asked any more, and another is at once', () => {
	const picker = new HashPicker(windows(2));
	asked(picker, [seed(1)], 0);
	picker.answers(1, window(0).range);
	picker.lied(1, window(0).range);
	assert.equal(asked(picker, [seed(1)], 100_000), '');
	assert.equal(asked(picker, [seed(1), seed(2)], 100_000), '2:0 2:1');
});

test('what was asked of who has gone is asked of others at once', () => {
	const picker = new HashPicker(windows(2));
	asked(picker, [seed(1)], 0);
	picker.left(1);
	assert.equal(asked(picker, [seed(2)], 1), '2:0 2:1');
	assert.ok(!picker.answers(1, window(0).range));
});

test('what nobody was asked for, or another range, is no answer', () => {
	const picker = new HashPicker(windows(2));
	asked(picker, [seed(1)], 0);
	assert.ok(!picker.answers(2, window(0).range));
	for (const change of [
		{index: 1024},
		{base: 2},
		{length: 256},
		{proofLayers: 11},
		{root: new Uint8Array(32)},
	])
		assert.ok(!picker.answers(1, {...window(0).range, ...change}));
	assert.ok(picker.answers(1, window(0).range));
	assert.ok(!picker.answers(1, window(0).range), 'only once');
});

test('windows with something urgent are asked for first', () => {
	const picker = new HashPicker(windows(5));
	picker.prefer(({firsts}) => firsts[0] === 1536);
	assert.equal(asked(picker, [seed(1)], 0), '1:3 1:0');
});

test('block hashes of a piece come before all windows, of who has that piece, and are given up in the end', () => {
	const leaves: HashRequest = {root, base: 0, index: 64, length: 8, proofLayers: 2};
	const picker = new HashPicker(windows(1));
	picker.wantLeaves(leaves, 8 as PieceIndex, 0);
	picker.wantLeaves(leaves, 8 as PieceIndex, 0);
	const questions = picker.next([having(1, 8)], 0);
	assert.deepEqual(
		questions.map(({range}) => range),
		[leaves, window(0).range],
	);
	assert.ok(picker.answers(1, leaves));
	assert.equal(picker.settled(leaves), 'leaves');
	picker.wantLeaves(leaves, 8 as PieceIndex, 1000);
	assert.equal(picker.next([having(2, 9)], 120_999).length, 1);
	picker.settled(window(0).range);
	assert.ok(!picker.idle);
	assert.deepEqual(picker.next([having(3, 8)], 121_000), []);
	assert.ok(picker.idle);
});

test('windows that nobody can give do not keep those waiting that somebody can, however many they are', () => {
	const picker = new HashPicker(windows(2000));
	const peers = [having(1, 512 * 1999), ...Array.from({length: 20}, (_, n) => having(10 + n))];
	let told = '';
	for (let second = 0; second < 200 && told === ''; second++) told = asked(picker, peers, second * 1000);
	assert.equal(told, '1:1999');
});

test('windows that have come to be known in another way are not asked for', () => {
	const known = new Set<number>();
	const picker = new HashPicker(windows(3), piece => known.has(piece));
	for (let piece = 0; piece < 1024; piece++) if (piece !== 600) known.add(piece);
	assert.equal(asked(picker, [seed(1)], 0), '1:1 1:2');
	assert.equal(picker.missing, 2);
});
