import assert from 'node:assert/strict';
import test from 'node:test';
import {type PickMode, PiecePicker} from '../../../source/policy/pieces/piece-picker.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../seeded.ts';

const usual: PickMode = {sequential: false, reverse: false, random: false};

function bits(length: number, pieces: Iterable<number>): Bitfield {
	const field = new Bitfield(length);
	for (const piece of pieces) field.set(piece);
	return field;
}

/** What anybody can see of a picker: kept without any order. */
class Model {
	readonly taken = new Set<number>();
	readonly priorities: Uint8Array;
	readonly availability: Uint16Array;
	readonly count: number;

	constructor(count: number) {
		this.count = count;
		this.priorities = new Uint8Array(count).fill(2);
		this.availability = new Uint16Array(count);
	}

	/** Pieces that may be picked. */
	open(priority: number, pieces?: Bitfield): number[] {
		const found: number[] = [];
		for (let piece = 0; piece < this.count; piece++) {
			if (this.taken.has(piece) || this.priorities[piece] !== priority) continue;
			if (pieces === undefined || pieces.has(piece)) found.push(piece);
		}
		return found;
	}
}

/** A picker and its model with some 600 pieces, some taken, of all priorities, and peers with all kinds of parts. */
function busy(seed: number) {
	const count = 601;
	const random = seeded(seed);
	const picker = new PiecePicker(count, random);
	const model = new Model(count);
	const peers: Bitfield[] = [];
	for (let n = 0; n < 12; n++) {
		const share = n < 4 ? 0.02 : random();
		const pieces = bits(
			count,
			[...Array(count).keys()].filter(() => random() < share),
		);
		peers.push(pieces);
		picker.peerJoined(pieces);
		for (let piece = 0; piece < count; piece++) if (pieces.has(piece)) model.availability[piece]!++;
	}
	const step = (): void => {
		const piece = Math.floor(random() * count);
		const chance = random();
		if (chance < 0.4) {
			model.taken.add(piece);
			picker.take(piece);
		} else if (chance < 0.7) {
			model.taken.delete(piece);
			picker.giveBack(piece);
		} else if (chance < 0.95) {
			const priority = Math.floor(random() * 5);
			model.priorities[piece] = priority;
			picker.setPriority(piece, priority);
		} else {
			for (let at = 0; at < count; at++) model.priorities[at] = Math.floor(random() * 5);
			picker.setPriorities(model.priorities);
		}
	};
	return {picker, model, peers, random, step};
}

for (const [name, mode, best] of [
	['the first in order', {...usual, sequential: true}, (open: number[]) => open.slice(0, 1)],
	[
		'the commonest',
		{...usual, reverse: true},
		(open: number[], {availability}: Model) => {
			const most = Math.max(...open.map(piece => availability[piece]!));
			return open.filter(piece => availability[piece] === most);
		},
	],
	[
		'the rarest',
		usual,
		(open: number[], {availability}: Model) => {
			const fewest = Math.min(...open.map(piece => availability[piece]!));
			return open.filter(piece => availability[piece] === fewest);
		},
	],
	['any', {...usual, random: true}, (open: number[]) => open],
] satisfies ReadonlyArray<readonly [string, PickMode, (open: number[], model: Model) => number[]]>) {
	test(`whatever comes and goes ${name} of the pieces a peer has is picked, with few pieces as with many`, () => {
		for (const seed of [1, 2]) {
			const {picker, model, peers, random, step} = busy(seed);
			for (let round = 0; round < 700; round++) {
				step();
				const peer = peers[Math.floor(random() * (peers.length + 1))];
				const priority = 1 + Math.floor(random() * 3);
				const picked = picker.pick(peer, priority, mode);
				const open = model.open(priority, peer);
				if (open.length === 0) assert.equal(picked, -1);
				else assert.ok(best(open, model).includes(picked), `seed ${seed}, round ${round}: ${picked}`);
				assert.equal(picker.isOpen(picked), picked >= 0);
				// What was looked for last is not always taken.
				if (picked >= 0 && random() < 0.5) {
					picker.take(picked);
					model.taken.add(picked);
				}
			}
		}
	});
}

test('what is wanted first is begun in order, be it a few pieces or hundreds', () => {
	for (const seed of [3, 4]) {
		const {picker, model, peers, random, step} = busy(seed);
		for (let round = 0; round < 500; round++) {
			if (round % 100 === 0) {
				const share = [1, 0.1, 0.9, 0.3, 0][round / 100]!;
				for (let at = 0; at < model.count; at++) model.priorities[at] = random() < share ? 4 : 1;
				picker.setPriorities(model.priorities);
			}
			step();
			const peer = peers[Math.floor(random() * (peers.length + 1))];
			const picked = picker.pick(peer, 4, usual);
			assert.equal(picked, model.open(4, peer)[0] ?? -1, `seed ${seed}, round ${round}`);
			if (picked >= 0 && random() < 0.7) {
				picker.take(picked);
				model.taken.add(picked);
			}
		}
	}
});

test('how many pieces are open, and how common the rarest is, is known all the time', () => {
	const {picker, model, step} = busy(5);
	for (let round = 0; round < 400; round++) {
		step();
		let open = 0;
		for (let priority = 1; priority <= 4; priority++) {
			const pieces = model.open(priority);
			open += pieces.length;
			const fewest = Math.min(...pieces.map(piece => model.availability[piece]!));
			assert.equal(picker.rarest(priority), fewest, `round ${round}`);
		}
		assert.equal(picker.open, open, `round ${round}`);
	}
});

test('seeds count for every piece, and one that told its pieces one by one is a seed in the end', () => {
	const picker = new PiecePicker(80, seeded(1));
	const growing = new Bitfield(80);
	picker.seedJoined();
	picker.seedJoined();
	for (let piece = 0; piece < 80; piece++) {
		growing.set(piece);
		picker.peerHas(piece);
	}
	assert.equal(picker.availability(7), 3);
	assert.equal(picker.seeds, 2);
	picker.peerBecameSeed(growing);
	assert.equal(picker.availability(7), 3);
	assert.equal(picker.seeds, 3);
	assert.equal(picker.rarest(2), 0);
	for (let n = 0; n < 3; n++) picker.seedLeft();
	assert.equal(picker.availability(7), 0);
});

test('taking what is taken and giving back what is open change nothing', () => {
	const picker = new PiecePicker(3, seeded(1));
	picker.take(1);
	picker.take(1);
	assert.equal(picker.open, 2);
	picker.giveBack(1);
	picker.giveBack(1);
	assert.equal(picker.open, 3);
	picker.setPriority(2, 0);
	assert.equal(picker.open, 2);
	assert.equal(picker.isOpen(2), false);
	picker.take(2);
	picker.giveBack(2);
	assert.equal(picker.open, 2);
	picker.setPriority(2, 3);
	assert.equal(picker.pick(undefined, 3, usual), 2);
	assert.equal(picker.priority(2), 3);
});

test('a piece with a deadline is picked by who knows of deadlines alone', () => {
	const picker = new PiecePicker(4, seeded(1));
	picker.setPriority(2, 5);
	assert.equal(picker.pick(undefined, 5, usual), 2);
	for (let n = 0; n < 3; n++) {
		const piece = picker.pick(undefined, 2, usual);
		assert.notEqual(piece, 2);
		picker.take(piece);
	}
	assert.equal(picker.pick(undefined, 2, usual), -1);
	assert.equal(picker.rarest(5), 0);
	assert.equal(picker.rarest(2), Infinity);
});

test('chance picks among all that are open, with about the same luck for each', () => {
	const picker = new PiecePicker(5, seeded(9));
	picker.take(3);
	const counts = new Map<number, number>();
	for (let n = 0; n < 4000; n++) {
		const piece = picker.pick(undefined, 2, {...usual, random: true});
		counts.set(piece, (counts.get(piece) ?? 0) + 1);
	}
	assert.deepEqual([...counts.keys()].sort(), [0, 1, 2, 4]);
	for (const count of counts.values()) assert.ok(count > 800 && count < 1200, `${count}`);
});

test('of hundreds that are wanted first one that is wanted so only now comes in its order', () => {
	const picker = new PiecePicker(400, seeded(2));
	const priorities = new Uint8Array(400).fill(4);
	priorities[3] = 1;
	picker.setPriorities(priorities);
	for (const piece of [0, 1, 2, 4, 5]) {
		assert.equal(picker.pick(undefined, 4, usual), piece);
		picker.take(piece);
	}
	picker.setPriority(3, 4);
	assert.equal(picker.pick(undefined, 4, usual), 3);
	picker.take(3);
	picker.giveBack(1);
	assert.equal(picker.pick(undefined, 4, usual), 1);
	picker.take(1);
	assert.equal(picker.pick(undefined, 4, usual), 6);
});
