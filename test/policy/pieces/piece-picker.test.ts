import assert from 'node:assert/strict';
import test from 'node:test';
import {headPieces, piecePriorities} from '../../../source/policy/pieces/file-priorities.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {PiecePicker} from '../../../source/policy/pieces/piece-picker.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../seeded.ts';

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
	const map = PieceGeometry.uniform(10, 1);
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

/** A picker that knows how many peers have each piece, a digit a piece; seeds besides. */
function swarm(availability: string, seeds = 0, seed = 1): PiecePicker {
	const picker = new PiecePicker(availability.length, seeded(seed));
	for (let peer = 1; peer <= 9; peer++) {
		picker.peerJoined(bits([...availability].map(count => (Number(count) >= peer ? 'x' : '.')).join('')));
	}
	for (let count = 0; count < seeds; count++) picker.seedJoined();
	return picker;
}

test('the rarest of the pieces a peer has comes first, seeds or no seeds', () => {
	for (const seeds of [0, 3]) {
		assert.deepEqual(order(swarm('31524', seeds)), [1, 3, 0, 4, 2]);
		assert.deepEqual(order(swarm('31524', seeds), 'x.xx.'), [3, 0, 2]);
	}
	assert.equal(swarm('31524', 3).availability(1), 4);
});

test('among equally rare ones chance decides', () => {
	const firsts = new Set(Array.from({length: 40}, (_, seed) => order(swarm('21112', 0, seed))[0]));
	assert.deepEqual([...firsts].sort(), [1, 2, 3]);
});

test('a peer that lets requests lie is given the commonest piece, and one may be taken by chance', () => {
	const picker = swarm('31524');
	assert.equal(picker.pick(bits('xxxxx'), 2, {...mode, reverse: true}), 2);
	assert.equal(picker.pick(undefined, 2, {...mode, reverse: true}), 2);
	const chances = new Set(
		Array.from({length: 60}, (_, seed) =>
			swarm('31524', 0, seed).pick(undefined, 2, {...mode, random: true}),
		),
	);
	assert.equal(chances.size, 5);
});

test('whatever comes and goes, the piece that is picked is one of the rarest that are open, wanted and there', () => {
	const random = seeded(17);
	const count = 120;
	const picker = new PiecePicker(count, random);
	const peers = new Map<number, Bitfield>();
	const taken = new Set<number>();
	const priorities = new Uint8Array(count).fill(2);
	const held = (piece: number): number => [...peers.values()].filter(pieces => pieces.has(piece)).length;
	for (let step = 0; step < 3000; step++) {
		const chance = random();
		const piece = Math.floor(random() * count);
		const some = [...peers.keys()][Math.floor(random() * peers.size)];
		if (chance < 0.1 && peers.size < 70) {
			const pieces = new Bitfield(count);
			const share = random();
			for (let at = 0; at < count; at++) if (random() < share) pieces.set(at);
			peers.set(step, pieces);
			picker.peerJoined(pieces);
		} else if (chance < 0.15 && some !== undefined) {
			picker.peerLeft(peers.get(some)!);
			peers.delete(some);
		} else if (chance < 0.5 && some !== undefined) {
			if (peers.get(some)!.set(piece)) picker.peerHas(piece);
		} else if (chance < 0.6 && some !== undefined) {
			if (peers.get(some)!.clear(piece)) picker.peerLacks(piece);
		} else if (chance < 0.65) {
			priorities[piece] = Math.floor(random() * 4);
			picker.setPriority(piece, priorities[piece]!);
		} else if (chance < 0.75) {
			taken.delete(piece);
			picker.giveBack(piece);
		} else if (some !== undefined) {
			const priority = 1 + Math.floor(random() * 3);
			const has = random() < 0.3 ? undefined : peers.get(some)!;
			const open = [...Array(count).keys()].filter(
				at => !taken.has(at) && priorities[at] === priority && (has === undefined || has.has(at)),
			);
			const picked = picker.pick(has, priority, mode);
			const fewest = Math.min(...open.map(held), 47);
			if (open.length === 0) assert.equal(picked, -1, `step ${step}`);
			else {
				assert.ok(open.includes(picked), `step ${step}: ${picked}`);
				assert.equal(Math.min(held(picked), 47), fewest, `step ${step}`);
				taken.add(picked);
				picker.take(picked);
			}
		}
		if (step % 100 === 0) assert.equal(picker.availability(piece), held(piece));
	}
});

test('pieces that are wanted first only after those before were all begun come from the first of them on', () => {
	const picker = new PiecePicker(6, seeded(2));
	picker.setPriorities(Uint8Array.of(0, 0, 0, 0, 4, 4));
	assert.deepEqual(order(picker), [4, 5]);
	picker.setPriorities(Uint8Array.of(4, 0, 4, 4, 4, 4));
	assert.deepEqual(order(picker), [0, 2, 3]);
});

test('a piece that is held is not begun, whatever else holds, until it is released', () => {
	const picker = swarm('3152', 1);
	for (const piece of [0, 1, 2]) picker.hold(piece);
	assert.deepEqual([picker.open, picker.isOpen(1), picker.isOpen(3)], [1, false, true]);
	picker.setPriority(1, 4);
	picker.setHeads([1]);
	assert.deepEqual(order(picker), [3]);
	picker.take(2);
	picker.giveBack(2);
	picker.giveBack(3);
	assert.equal(picker.open, 1);
	picker.release(1);
	picker.release(3);
	assert.deepEqual(order(picker), [1, 3]);
	picker.release(0);
	picker.release(2);
	assert.deepEqual(
		order(picker),
		[2, 0].sort((a, b) => picker.availability(a) - picker.availability(b)),
	);
});
