import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../source/base/units.ts';
import {BlockLedger} from '../../source/policy/block-ledger.ts';
import {PieceMap} from '../../source/policy/piece-map.ts';
import {PiecePicker} from '../../source/policy/piece-picker.ts';
import {type Provider, RequestPlanner} from '../../source/policy/request-planner.ts';
import {Bitfield} from '../../source/protocol/bitfield.ts';
import {seeded} from './seeded.ts';

/** One piece of two blocks. `ask` plans for a seed with this block time and answers the blocks it got. */
function lastPiece() {
	const map = new PieceMap(2 * blockLength, 2 * blockLength);
	const planner = new RequestPlanner(new PiecePicker(1, seeded(1)), new BlockLedger(map));
	const asked = new Map<number, Set<number>>();
	return (id: number, blockTime: number, now: number, outstanding = 0): number[] => {
		const its = asked.get(id) ?? new Set<number>();
		asked.set(id, its);
		const peer: Provider = {
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
	const map = new PieceMap(8 * 2 * blockLength, 2 * blockLength);
	const picker = new PiecePicker(8, seeded(1));
	const planner = new RequestPlanner(picker, new BlockLedger(map));
	const leecher = new Bitfield(8);
	leecher.set(0);
	picker.peerJoined(leecher);
	picker.seedJoined();
	const provider = (id: number, pieces: Bitfield | undefined): Provider => ({
		id,
		pieces,
		snubbed: false,
		onParole: false,
		outstanding: 0,
		blockTime: 100,
		asked: () => false,
	});
	const ask = (peer: Provider, count: number): number[] => {
		const got: number[] = [];
		planner.plan(peer, count, {sequential: false, have: 9, mayBegin: true, now: 0}, piece => got.push(piece));
		return got;
	};
	assert.deepEqual(ask(provider(1, leecher), 1), [0]);
	assert.ok(!ask(provider(2, undefined), 14).includes(0));
	assert.deepEqual(ask(provider(2, undefined), 1), [0]);
});
