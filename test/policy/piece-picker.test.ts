import assert from 'node:assert/strict';
import test from 'node:test';
import {headPieces, PieceMap, piecePriorities} from '../../source/policy/piece-map.ts';
import {PiecePicker} from '../../source/policy/piece-picker.ts';
import {Bitfield} from '../../source/protocol/bitfield.ts';
import {seeded} from './seeded.ts';

const mode = {sequential: false, reverse: false, random: false};

function bits(drawn: string): Bitfield {
	const pieces = new Bitfield(drawn.length);
	for (const [piece, mark] of [...drawn].entries()) if (mark === 'x') pieces.set(piece);
	return pieces;
}

/** The order in which a peer is asked for everything. */
function order(picker: PiecePicker, peer?: string): number[] {
	const picked: number[] = [];
	const pieces = peer === undefined ? undefined : bits(peer);
	for (let priority = 4; priority > 0; priority--) {
		for (let piece = picker.pick(pieces, priority, mode); piece >= 0; ) {
			picker.take(piece);
			picked.push(piece);
			piece = picker.pick(pieces, priority, mode);
		}
	}
	return picked;
}

test('a file that is wanted first comes in order, its two ends before the rest', () => {
	const map = new PieceMap(10, 1);
	const files = [
		{offset: 0, length: 4, pad: false},
		{offset: 4, length: 6, pad: false},
	];
	const picker = new PiecePicker(10, seeded(2));
	picker.setPriorities(piecePriorities(map, files, [2, 4]));
	picker.setHeads(headPieces(map, files, [2, 4]));
	const all = order(picker);
	assert.deepEqual(all.slice(0, 6), [4, 9, 5, 6, 7, 8]);
	assert.deepEqual(all.slice(6).sort(), [0, 1, 2, 3]);
});

test('what a peer does not have of it is left to others, and comes again when it is given back', () => {
	const picker = new PiecePicker(6, seeded(2));
	picker.setPriorities(Uint8Array.of(4, 4, 4, 4, 0, 1));
	picker.setHeads([0, 3]);
	assert.deepEqual(order(picker, '..xxxx'), [3, 2, 5]);
	assert.deepEqual(order(picker), [0, 1]);
	picker.giveBack(1);
	picker.giveBack(2);
	assert.deepEqual(order(picker), [1, 2]);
});

test('a file that becomes wanted first while others are fetched goes before them', () => {
	const picker = new PiecePicker(5, seeded(2));
	assert.ok(picker.pick(undefined, 2, mode) >= 0);
	picker.setPriorities(Uint8Array.of(2, 2, 2, 4, 4));
	assert.deepEqual(order(picker).slice(0, 2), [3, 4]);
	picker.setPriorities(Uint8Array.of(2, 2, 2, 2, 2));
	assert.equal(picker.pick(undefined, 4, mode), -1);
});
