import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {PiecePicker} from '../../../source/policy/pieces/piece-picker.ts';
import {Deadlines} from '../../../source/policy/requests/deadline-list.ts';
import {PartialPieces} from '../../../source/policy/requests/partial-pieces.ts';
import {type Run, RunPlanner} from '../../../source/policy/requests/run-planner.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../seeded.ts';

/**
 * Pieces of two blocks: `x` had, `.` open, `p` begun by others with a block that is free and one that is asked for, `l`
 * begun and left, `b` begun with nothing free; a digit is an open piece of that priority.
 */
function draw(pieces: string, {has, onParole = false}: {has?: string; onParole?: boolean} = {}) {
	const map = PieceGeometry.uniform(pieces.length * 2 * blockLength, 2 * blockLength);
	const picker = new PiecePicker(pieces.length, seeded(2));
	const partials = new PartialPieces(map);
	const deadlines = new Deadlines();
	for (const [piece, what] of [...pieces].entries()) {
		if (/\d/.test(what)) picker.setPriority(piece, Number(what));
		if (what === 'x' || 'plb'.includes(what)) picker.take(piece);
		if (!'plb'.includes(what)) continue;
		const partial = partials.begin(piece);
		if (what !== 'l') partials.request(partial);
		if (what === 'b') partials.request(partial);
	}
	let known: Bitfield | undefined;
	if (has !== undefined) {
		known = new Bitfield(pieces.length);
		for (const [piece, what] of [...has].entries()) if (what === 'x') known.set(piece);
	}
	const planner = new RunPlanner(picker, partials, deadlines, map);
	const run: Run = {window: 0, next: -1};
	const plan = (blocks: number, {sequential = false, begin = 0} = {}): string => {
		const asked: string[] = [];
		const source = {id: 7, pieces: known, onParole};
		planner.plan(source, run, blocks, {sequential, now: 0, begin}, (piece, block) => {
			asked.push(block === 0 ? String(piece) : `${piece}'`);
		});
		return asked.join(' ');
	};
	return {plan, run, partials, picker, deadlines};
}

test('a run begins with the longest gap and goes on where the one before ended', () => {
	const {plan} = draw('x..xx....x');
	assert.equal(plan(4), "5 5' 6 6'");
	assert.equal(plan(2), "7 7'");
	assert.equal(plan(6), "8 8' 1 1' 2 2'");
	assert.equal(plan(2), '');
});

test('where others are, it begins somewhere in the gap', () => {
	assert.equal(draw('..........').plan(4, {begin: 0.55}), "5 5' 6 6'");
});

test('pieces are asked for whole, unless one has more blocks than are to be asked for', () => {
	const {plan} = draw('....');
	assert.equal(plan(3), "0 0'");
	assert.equal(plan(1), '1');
	assert.equal(plan(3), "1' 2 2'");
});

test('what was begun and left goes before new pieces; what others are at is taken only on the way', () => {
	assert.equal(draw('..lp.b').plan(8), "2 2' 3' 4 4' 0 0'");
	assert.equal(draw('..p..').plan(8), "0 0' 1 1' 2' 3 3'");
	assert.equal(draw('p').plan(8), '');
});

test('what is wanted more goes first, and a run ends where what follows is wanted less or more', () => {
	const {plan} = draw('1122233..1');
	assert.equal(plan(4), "5 5' 6 6'");
	assert.equal(plan(6), "7 7' 8 8' 2 2'");
});

test('what is wanted first is begun in order, and so is everything when people watch meanwhile', () => {
	assert.equal(draw('..4..44444').plan(6), "2 2' 5 5' 6 6'");
	assert.equal(draw('.xx......').plan(4, {sequential: true}), "0 0' 3 3'");
});

test('only what the server has is asked of it', () => {
	const {plan} = draw('.........', {has: 'xx...xxx.'});
	assert.equal(plan(20), "5 5' 6 6' 7 7' 0 0' 1 1'");
});

test('what is due goes before everything, in the order in which it is', () => {
	const {plan, deadlines, picker} = draw('..........');
	for (const [piece, at] of [
		[8, 100],
		[3, 200],
	] as const) {
		deadlines.set(piece, at);
		picker.setPriority(piece, 5);
	}
	assert.equal(plan(6), "8 8' 3 3' 4 4'");
});

test('on parole it works alone on pieces of its own', () => {
	const {plan, partials} = draw('.l.', {onParole: true});
	assert.equal(plan(8), "0 0' 2 2'");
	assert.equal(partials.get(0)?.exclusive, 7);
});
