import assert from 'node:assert/strict';
import test from 'node:test';
import {SuperSeeder} from '../../../source/policy/pieces/super-seeder.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../seeded.ts';

/** Peers that pass on what they are shown, each block once round the swarm; answers how often each piece left. */
function spread(pieceCount: number, peerCount: number): {sent: number; complete: number} {
	const random = seeded(7);
	const have = Array.from({length: peerCount}, () => new Bitfield(pieceCount));
	const held = (piece: number): number => have.filter(pieces => pieces.has(piece)).length;
	const seeder = new SuperSeeder(pieceCount, random, held);
	const shown = have.map(
		(pieces, peer) => new Set(seeder.joined(peer, () => pieces).map(({piece}) => piece)),
	);
	let sent = 0;
	const gain = (peer: number, piece: number): void => {
		if (!have[peer]!.set(piece)) return;
		for (const reveal of seeder.has(peer, piece)) shown[reveal.peer]!.add(reveal.piece);
	};
	for (let round = 0; round < 50 * pieceCount; round++) {
		const peer = Math.floor(random() * peerCount);
		const fresh = [...shown[peer]!].filter(piece => !have[peer]!.has(piece));
		// From another peer what it has; from us what was shown, unless somebody has it by now.
		const other = Math.floor(random() * peerCount);
		const traded = Array.from({length: pieceCount}, (_, piece) => piece).filter(
			piece => have[other]!.has(piece) && !have[peer]!.has(piece),
		);
		if (traded.length > 0) gain(peer, traded[Math.floor(random() * traded.length)]!);
		else if (fresh.length > 0) {
			if (!have.some(pieces => pieces.has(fresh[0]!))) sent++;
			gain(peer, fresh[0]!);
		}
	}
	return {sent, complete: have.filter(pieces => pieces.full).length};
}

test('a swarm that passes everything on is fed with little more than one copy', () => {
	const {sent, complete} = spread(60, 8);
	assert.equal(complete, 8);
	assert.ok(sent <= 60 * 1.15, `${sent} pieces left for 60`);
});

test('a peer is shown two pieces, different from those of others', () => {
	const seeder = new SuperSeeder(10, seeded(1), () => 0);
	const empty = new Bitfield(10);
	const pieces = [1, 2, 3].flatMap(peer => seeder.joined(peer, () => empty).map(({piece}) => piece));
	assert.equal(pieces.length, 6);
	assert.equal(new Set(pieces).size, 6);
});

test('who passes nothing on is shown nothing more', () => {
	const seeder = new SuperSeeder(10, seeded(1), () => 0);
	const one = new Bitfield(10);
	const two = new Bitfield(10);
	const [first] = seeder.joined(1, () => one);
	seeder.joined(2, () => two);
	one.set(first!.piece);
	assert.deepEqual(seeder.has(1, first!.piece), []);
	two.set(first!.piece);
	const [next, ...more] = seeder.has(2, first!.piece);
	assert.equal(next!.peer, 1);
	assert.equal(more.length, 0);
	assert.ok(seeder.wasTold(1, next!.piece));
});

test('a peer that is alone is shown one piece after the other', () => {
	const seeder = new SuperSeeder(5, seeded(1), () => 0);
	const pieces = new Bitfield(5);
	const open = seeder.joined(1, () => pieces).map(({piece}) => piece);
	while (open.length > 0) {
		const piece = open.shift()!;
		pieces.set(piece);
		open.push(...seeder.has(1, piece).map(reveal => reveal.piece));
	}
	assert.ok(pieces.full);
});

test('who begins to super-seed in the midst of a swarm shows what nobody has, then what fewest have', () => {
	const held = [3, 0, 2, 1, 3, 0, 4, 1, 2, 3];
	for (let seed = 1; seed <= 10; seed++) {
		const seeder = new SuperSeeder(10, seeded(seed), piece => held[piece]!);
		const shown = [1, 2].map(peer => seeder.joined(peer, () => new Bitfield(10)).map(({piece}) => piece));
		assert.deepEqual(shown[0]!.toSorted(), [1, 5]);
		assert.ok(
			shown[1]!.every(piece => [1, 3, 5, 7].includes(piece)),
			`${shown}`,
		);
	}
});

test('who leaves leaves the pieces it was told of to be shown to others', () => {
	const pieces = () => new Bitfield(4);
	const seeder = new SuperSeeder(4, seeded(1), () => 0);
	const first = new Set(seeder.joined(1, pieces).map(({piece}) => piece));
	for (const piece of first) assert.equal(seeder.wasTold(1, piece), true);
	const second = seeder.joined(2, pieces).map(({piece}) => piece);
	if (first.size + second.length <= 4)
		for (const piece of second) assert.ok(!first.has(piece), `${piece} twice`);
	seeder.left(1);
	seeder.left(1);
	seeder.left(99);
	for (const piece of first) assert.equal(seeder.wasTold(1, piece), false);
	// What nobody who is here was told of goes before what somebody was.
	const third = seeder.joined(3, pieces).map(({piece}) => piece);
	assert.ok(
		third.every(piece => !second.includes(piece)),
		`${third} after ${second}`,
	);
});
