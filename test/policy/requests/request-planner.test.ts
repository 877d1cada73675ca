import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {PiecePicker} from '../../../source/policy/pieces/piece-picker.ts';
import {PartialPieces} from '../../../source/policy/requests/partial-pieces.ts';
import {type RequestablePeer, RequestPlanner} from '../../../source/policy/requests/request-planner.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../seeded.ts';

/** One piece of two blocks. `ask` plans for a seed with this block time and answers the blocks it got. */
function lastPiece() {
	const map = PieceGeometry.uniform(2 * blockLength, 2 * blockLength);
	const planner = new RequestPlanner(new PiecePicker(1, seeded(1)), new PartialPieces(map));
	const asked = new Map<number, Set<number>>();
	return (id: number, blockTime: number, now: number, outstanding = 0): number[] => {
		const its = asked.get(id) ?? new Set<number>();
		asked.set(id, its);
		const peer: RequestablePeer = {
			id,
			pieces: undefined,
			snubbed: false,
			onParole: false,
			outstanding,
			blockTime,
			asked: (_, block) => its.has(block),
		};
		const got: number[] = [];
		planner.plan(peer, 8, {sequential: false, have: 9, mayBegin: true, now}, (_, block) => {
			its.add(block);
			got.push(block);
		});
		return got;
	};
}

test('at the end a fast peer takes over what others keep waiting, a slow one leaves it to them', () => {
	const ask = lastPiece();
	assert.deepEqual(ask(1, 3000, 0), [0, 1]);
	assert.deepEqual(ask(2, 3000, 1000), []);
	assert.deepEqual(ask(3, 10, 1000).length, 1);
});

test('at the end a block is asked of three peers at the most', () => {
	const ask = lastPiece();
	ask(1, 10, 0);
	let copies = 0;
	for (let id = 2; id < 20; id++) copies += ask(id, 10, id * 1000).length;
	assert.equal(copies, 4);
});

test('at the end only a peer that has nothing else to do is asked for copies', () => {
	const ask = lastPiece();
	ask(1, 10, 0);
	assert.deepEqual(ask(2, 10, 1000, 1), []);
});

test('a seed is asked for what nobody else has before pieces that were begun and others can finish', () => {
	const map = PieceGeometry.uniform(8 * 2 * blockLength, 2 * blockLength);
	const picker = new PiecePicker(8, seeded(1));
	const planner = new RequestPlanner(picker, new PartialPieces(map));
	const leecher = new Bitfield(8);
	leecher.set(0);
	picker.peerJoined(leecher);
	picker.seedJoined();
	const peer = (id: number, pieces: Bitfield | undefined): RequestablePeer => ({
		id,
		pieces,
		snubbed: false,
		onParole: false,
		outstanding: 0,
		blockTime: 100,
		asked: () => false,
	});
	const ask = (peer: RequestablePeer, count: number): number[] => {
		const got: number[] = [];
		planner.plan(peer, count, {sequential: false, have: 9, mayBegin: true, now: 0}, piece => got.push(piece));
		return got;
	};
	assert.deepEqual(ask(peer(1, leecher), 1), [0]);
	assert.ok(!ask(peer(2, undefined), 14).includes(0));
	assert.deepEqual(ask(peer(2, undefined), 1), [0]);
});

test('a peer that lets requests lie begins the commonest piece, one we know little of any', () => {
	const picked = (facts: Partial<RequestablePeer>, have: number, seed: number): number => {
		const picker = new PiecePicker(6, seeded(seed));
		const planner = new RequestPlanner(
			picker,
			new PartialPieces(PieceGeometry.uniform(6 * blockLength, blockLength)),
		);
		// Piece 5 is the commonest, piece 0 the rarest.
		for (let peer = 0; peer < 5; peer++) {
			const pieces = new Bitfield(6);
			for (let piece = 5; piece > peer; piece--) pieces.set(piece);
			picker.peerJoined(pieces);
		}
		const peer: RequestablePeer = {
			id: 1,
			pieces: undefined,
			snubbed: false,
			onParole: false,
			outstanding: 0,
			blockTime: 100,
			asked: () => false,
			...facts,
		};
		let first = -1;
		planner.plan(peer, 1, {sequential: false, have, mayBegin: true, now: 0}, piece => {
			first = piece;
		});
		return first;
	};
	assert.equal(picked({}, 4, 1), 0);
	assert.equal(picked({snubbed: true}, 4, 1), 5);
	const early = new Set(Array.from({length: 40}, (_, seed) => picked({}, 3, seed)));
	assert.equal(early.size, 6);
});

test('a peer on parole works alone: on no piece of others, and others on none of its', () => {
	const map = PieceGeometry.uniform(2 * 2 * blockLength, 2 * blockLength);
	const planner = new RequestPlanner(new PiecePicker(2, seeded(1)), new PartialPieces(map));
	const ask = (id: number, onParole: boolean, count: number, outstanding = 1): number[] => {
		const got: number[] = [];
		const asked = (): boolean => false;
		const facts = {id, pieces: undefined, snubbed: false, onParole, outstanding, blockTime: 1, asked};
		planner.plan(facts, count, {sequential: false, have: 9, mayBegin: true, now: 0}, piece =>
			got.push(piece),
		);
		return got;
	};
	const [shared] = ask(1, false, 1);
	const own = ask(2, true, 1);
	assert.notEqual(own[0], shared);
	assert.deepEqual(ask(3, false, 8), [shared]);
	assert.deepEqual(ask(2, true, 8), own);
});
