import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {PiecePicker, timeCriticalPriority} from '../../../source/policy/pieces/piece-picker.ts';
import {Deadlines} from '../../../source/policy/requests/deadline-list.ts';
import {PartialPieces} from '../../../source/policy/requests/partial-pieces.ts';
import {
	type PlanOptions,
	type RequestablePeer,
	RequestPlanner,
} from '../../../source/policy/requests/request-planner.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../seeded.ts';

/** Pieces of two blocks. */
function open(pieces: number) {
	const map = PieceGeometry.uniform(pieces * 2 * blockLength, 2 * blockLength);
	const picker = new PiecePicker(pieces, seeded(1));
	const partials = new PartialPieces(map);
	const deadlines = new Deadlines();
	const planner = new RequestPlanner(picker, partials, deadlines);
	/** Plans for a peer that has `pieces`, of which more is on its way; answers the pieces, a word a block. */
	const ask = (
		count: number,
		facts: Partial<RequestablePeer> = {},
		options: Partial<PlanOptions> = {},
	): string => {
		const got: number[] = [];
		const peer: RequestablePeer = {
			...{id: 1, pieces: undefined, snubbed: false, onParole: false, outstanding: 1, blockTime: 100},
			asked: () => false,
			...facts,
		};
		const planned = planner.plan(
			peer,
			count,
			{sequential: true, have: 9, mayBegin: true, now: 0, ...options},
			piece => got.push(piece),
		);
		assert.equal(planned, got.length);
		assert.ok(planned <= count);
		return got.join(' ');
	};
	const due = (piece: number, at: number): void => {
		deadlines.set(piece, at);
		picker.setPriority(piece, timeCriticalPriority);
	};
	return {picker, partials, ask, due};
}

const has = (length: number, ...pieces: number[]): Bitfield => {
	const field = new Bitfield(length);
	for (const piece of pieces) field.set(piece);
	return field;
};

test('what is more urgent is asked for first, as many blocks as there is room for', () => {
	const {picker, ask} = open(5);
	picker.setPriorities(Uint8Array.of(1, 2, 3, 0, 4));
	assert.equal(ask(3), '4 4 2');
	assert.equal(ask(20), '2 1 1 0 0');
	assert.equal(ask(20), '');
});

test('pieces that were begun come before new ones of the same urgency, not before more urgent ones', () => {
	const {picker, ask} = open(4);
	assert.equal(ask(1, {pieces: has(4, 2)}), '2');
	assert.equal(ask(3), '2 0 0');
	picker.setPriority(3, 4);
	assert.equal(ask(1, {pieces: has(4, 1)}), '1');
	assert.equal(ask(2), '3 3');
	assert.equal(ask(9), '1');
});

test('a peer is asked for nothing it does not have', () => {
	const {ask} = open(4);
	assert.equal(ask(1, {pieces: has(4, 0)}), '0');
	assert.equal(ask(9, {pieces: has(4, 3)}), '3 3');
	assert.equal(ask(9, {pieces: has(4)}), '');
});

test('while memory is short nothing new is begun, and what was is finished', () => {
	const {ask} = open(3);
	assert.equal(ask(1), '0');
	assert.equal(ask(9, {}, {mayBegin: false}), '0');
	assert.equal(ask(9, {}, {mayBegin: false}), '');
	assert.equal(ask(9), '1 1 2 2');
});

test('with many pieces begun all of them are finished before others are', () => {
	const pieces = 200;
	const {picker, ask} = open(pieces);
	const everybody = new Bitfield(pieces);
	everybody.fill();
	// Everybody has these, and nobody the last but the seed.
	const common = has(pieces, ...Array(pieces - 1).keys());
	for (let peer = 0; peer < 3; peer++) picker.peerJoined(common);
	for (let piece = 0; piece < 20; piece++) ask(1, {pieces: has(pieces, piece)});
	const usual = {sequential: false};
	assert.equal(ask(1, {}, usual), String(pieces - 1), 'few are begun: what nobody else can give goes first');
	for (let piece = 20; piece < 80; piece++) ask(1, {pieces: has(pieces, piece)});
	assert.ok(Number(ask(1, {}, usual)) < 80);
});

test('what is due is asked for in order of time, of who will be here in time', () => {
	const {ask, due} = open(6);
	due(4, 5000);
	due(2, 3000);
	assert.equal(ask(3), '2 2 4');
	assert.equal(ask(3), '4 0 0');
});

test('who would be late is asked for something else, and for what is due when there is nothing else', () => {
	const slow = {blockTime: 4000};
	const {ask, due} = open(3);
	due(2, 3000);
	assert.equal(ask(2, slow), '0 0');
	assert.equal(ask(2, {...slow, outstanding: 0}), '1 1');
	assert.equal(ask(2, {...slow, outstanding: 1}), '', 'it has something to do');
	assert.equal(ask(2, {...slow, outstanding: 0}), '2 2', 'rather late than never');
});

test('only as many blocks of what is due are asked for as will be here in time', () => {
	const {ask, due} = open(4);
	for (const piece of [0, 1, 2]) due(piece, 1000);
	// At 200 ms a block, with two on their way, three more are here in 800 ms at most.
	const asked = ask(9, {blockTime: 200, outstanding: 2}).split(' ');
	const inTime = asked.filter(piece => piece !== '3');
	assert.ok(inTime.length >= 1 && inTime.length < 4, asked.join());
	assert.deepEqual(
		asked.filter(piece => piece === '3'),
		['3', '3'],
	);
});

test('whose blocks nobody can count on is not asked for what is due, a suspect only for pieces it works on alone', () => {
	const {ask, due} = open(3);
	due(0, 100_000);
	assert.equal(ask(1, {id: 2}), '0');
	assert.equal(ask(1, {id: 3, snubbed: true}), '1');
	assert.equal(ask(1, {id: 4, onParole: true}), '2');
	assert.equal(ask(1, {id: 2}), '0');
});

test('a suspect that has nothing to do may share pieces of others, rather than stand still', () => {
	const {ask} = open(1);
	assert.equal(ask(1, {id: 1}), '0');
	assert.equal(ask(1, {id: 2, onParole: true, outstanding: 1}), '');
	assert.equal(ask(1, {id: 2, onParole: true, outstanding: 0}), '0');
});

test('what a suspect has begun it alone may finish', () => {
	const {ask} = open(2);
	assert.equal(ask(1, {id: 2, onParole: true}), '0');
	assert.equal(ask(9, {id: 1}), '1 1');
	assert.equal(ask(9, {id: 3, onParole: true}), '');
	assert.equal(ask(9, {id: 2, onParole: true}), '0');
});

test('when a block was asked for is noted down', () => {
	const {partials, ask} = open(1);
	ask(1, {}, {now: 50});
	ask(1, {}, {now: 80});
	assert.deepEqual([...partials.get(0)!.askedAt], [50, 80]);
});

test('of a piece that is due as much is asked for as comes in time, be it one block, before what is due later', () => {
	const {ask, due} = open(3);
	// What is on its way takes 100 ms, each block 100 ms more; a fifth of the time is kept in hand.
	due(0, 300);
	due(1, 1000);
	assert.equal(ask(2), '0 1');
});
