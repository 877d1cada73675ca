import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {
	blockState,
	type PartialPiece,
	PartialPieces,
} from '../../../source/policy/requests/partial-pieces.ts';
import {seeded} from '../seeded.ts';

/** Pieces of 4 blocks; the last has 3. */
const map = PieceGeometry.uniform(20 * 4 * blockLength - blockLength, 4 * blockLength);

function begin(piece = 0) {
	const partials = new PartialPieces(map);
	return {partials, partial: partials.begin(piece)};
}

/** A letter a block: `.` free, a digit for so many who were asked, `p` in the pool, `d` on the disk. */
function draw(partial: PartialPiece): string {
	let text = '';
	for (let block = 0; block < partial.blocks; block++) {
		const requests = partial.requests[block]!;
		if (partial.states[block] === blockState.missing) text += requests === 0 ? '.' : String(requests);
		else text += partial.states[block] === blockState.inPool ? 'p' : 'd';
	}
	return text;
}

const isOpen = (partials: PartialPieces, partial: PartialPiece): boolean =>
	[...partials.open()].includes(partial);

test('blocks are asked for in order, each once, and the piece is open until all are', () => {
	const {partials, partial} = begin();
	assert.equal(draw(partial), '....');
	for (const block of [0, 1, 2]) {
		assert.equal(partials.request(partial), block);
		assert.ok(isOpen(partials, partial));
	}
	assert.equal(partials.request(partial), 3);
	assert.equal(draw(partial), '1111');
	assert.equal(isOpen(partials, partial), false);
	assert.equal(partials.request(partial), -1);
});

test('the last piece has its own number of blocks', () => {
	const {partials, partial} = begin(19);
	assert.deepEqual(
		Array.from({length: 4}, () => partials.request(partial)),
		[0, 1, 2, -1],
	);
	assert.equal(isOpen(partials, partial), false);
});

test('a block that will not come is asked for next, before those behind it', () => {
	const {partials, partial} = begin();
	for (let n = 0; n < 3; n++) partials.request(partial);
	partials.release(partial, 2);
	partials.release(partial, 0);
	assert.equal(draw(partial), '.1..');
	assert.deepEqual(
		Array.from({length: 4}, () => partials.request(partial)),
		[0, 2, 3, -1],
	);
	partials.release(partial, 1);
	assert.ok(isOpen(partials, partial));
	assert.equal(partials.request(partial), 1);
});

test('a block that several were asked for is free when none of them will send it; releasing one that nobody was asked for is nothing', () => {
	const {partials, partial} = begin();
	partials.askFor(partial, 2);
	partials.askFor(partial, 2);
	assert.equal(draw(partial), '..2.');
	assert.equal(partial.free, 3);
	partials.release(partial, 2);
	assert.equal(draw(partial), '..1.');
	assert.equal(partial.free, 3);
	partials.release(partial, 2);
	partials.release(partial, 2);
	assert.equal(draw(partial), '....');
	assert.equal(partial.free, 4);
	assert.ok(partial.untouched);
});

test('asking for every single block by name leaves nothing open', () => {
	const {partials, partial} = begin();
	for (const block of [3, 1, 0, 2]) {
		assert.ok(isOpen(partials, partial));
		partials.askFor(partial, block);
	}
	assert.equal(isOpen(partials, partial), false);
	assert.equal(partials.request(partial), -1);
});

test('a block that came is kept with its sender, a second time it is a duplicate, and the last one completes', () => {
	const {partials, partial} = begin();
	partials.request(partial);
	assert.equal(partials.receive(partial, 0, 70, 5), 'accepted');
	assert.equal(partials.receive(partial, 0, 71, 6), 'duplicate');
	assert.deepEqual([partial.slots[0], partial.senders[0], partial.received], [70, 5, 1]);
	// Unrequested blocks count as well.
	assert.equal(partials.receive(partial, 2, 72, 6), 'accepted');
	assert.equal(partial.free, 2);
	assert.equal(draw(partial), 'p.p.');
	assert.equal(partials.receive(partial, 1, 73, 5), 'accepted');
	assert.ok(isOpen(partials, partial));
	assert.equal(partials.receive(partial, 3, 74, 5), 'complete');
	assert.equal(isOpen(partials, partial), false);
	assert.deepEqual([...partial.slots.subarray(0, 4)], [70, 73, 72, 74]);
});

test('what an earlier session wrote is had, and once only; what is not there after all is missing again', () => {
	const {partials, partial} = begin();
	partials.restore(partial, 1);
	partials.restore(partial, 1);
	assert.equal(draw(partial), '.d..');
	assert.deepEqual([partial.received, partial.free], [1, 3]);
	assert.equal(partials.request(partial), 0);
	assert.equal(partials.request(partial), 2);
	partials.unrestore(partial, 0);
	partials.unrestore(partial, 1);
	partials.unrestore(partial, 1);
	assert.equal(draw(partial), '1.1.');
	assert.deepEqual([partial.received, partial.free], [0, 2]);
	assert.equal(partials.request(partial), 1);
	for (const block of [0, 1, 2, 3]) partials.restore(partial, block);
	assert.equal(partial.received, 4);
	assert.equal(isOpen(partials, partial), false);
	partials.unrestore(partial, 3);
	assert.ok(isOpen(partials, partial), 'nobody was asked for that one');
});

test('a block of a liar is thrown away: its slot is the caller’s, and it is asked for anew', () => {
	const {partials, partial} = begin();
	for (let block = 0; block < 4; block++) {
		partials.request(partial);
		partials.receive(partial, block, 40 + block, 9);
		partial.requests[block] = 0;
	}
	assert.equal(partials.discardFrom(partial, 1), 41);
	assert.equal(draw(partial), 'p.pp');
	assert.deepEqual([partial.slots[1], partial.senders[1], partial.received, partial.free], [-1, -1, 3, 1]);
	assert.equal(partials.discardFrom(partial, 1), -1);
	assert.deepEqual([partial.received, partial.free], [3, 1]);
	assert.ok(isOpen(partials, partial));
	assert.equal(partials.request(partial), 1);
	// One that somebody else is being asked for is not free.
	partial.requests[3] = 1;
	assert.equal(partials.discardFrom(partial, 3), 43);
	assert.equal(draw(partial), 'p1p1');
	assert.equal(partial.free, 0);
	// What an earlier session wrote has no slot.
	partials.restore(partial, 1);
	assert.equal(partials.discardFrom(partial, 1), -1);
	assert.equal(draw(partial), 'p1p1');
});

test('a piece that is begun again knows nothing of what it was before', () => {
	const partials = new PartialPieces(map);
	const first = partials.begin(3);
	for (let block = 0; block < 4; block++) {
		partials.request(first);
		partials.receive(first, block, block, 7);
	}
	first.exclusive = 7;
	first.hashing = true;
	partials.drop(3);
	assert.equal(partials.get(3), undefined);
	assert.equal(partials.size, 0);
	assert.deepEqual([...partials.open()], []);
	partials.drop(3);
	const second = partials.begin(19);
	assert.deepEqual([second.piece, second.blocks, second.free, second.received], [19, 3, 3, 0]);
	assert.deepEqual([second.exclusive, second.hashing, second.untouched], [-1, false, true]);
	assert.deepEqual([...second.senders], [-1, -1, -1, -1]);
	assert.deepEqual([...second.slots], [-1, -1, -1, -1]);
	assert.equal(draw(second), '...');
	assert.equal(partials.request(second), 0);
	assert.deepEqual([...partials.all()], [second]);
	assert.equal(partials.get(19), second);
});

test('whatever happens, what is free, had and open is what the blocks say', () => {
	const random = seeded(23);
	const partials = new PartialPieces(map);
	for (let step = 0; step < 6000; step++) {
		const piece = Math.floor(random() * 20);
		const partial = partials.get(piece) ?? partials.begin(piece);
		const block = Math.floor(random() * partial.blocks);
		const isMissing = partial.states[block] === blockState.missing;
		const chance = random();
		if (chance < 0.3) {
			const expected = draw(partial).indexOf('.');
			assert.equal(partials.request(partial), expected, `step ${step}`);
		} else if (chance < 0.4 && isMissing && partial.requests[block]! < 3) partials.askFor(partial, block);
		else if (chance < 0.55) partials.release(partial, block);
		else if (chance < 0.75) {
			partials.receive(partial, block, step, step);
			if (isMissing) partial.requests[block] = 0;
		} else if (chance < 0.8 && isMissing) partials.restore(partial, block);
		else if (chance < 0.88) partials.discardFrom(partial, block);
		else if (chance < 0.96) partials.unrestore(partial, block);
		else partials.drop(piece);
		for (const each of partials.all()) {
			const drawn = draw(each);
			assert.equal(each.free, drawn.split('.').length - 1, `step ${step}: ${drawn}`);
			assert.equal(each.received, drawn.replace(/[^pd]/g, '').length, `step ${step}: ${drawn}`);
			assert.equal(isOpen(partials, each), each.free > 0, `step ${step}: ${drawn}`);
		}
	}
});

test('resume data has the blocks that are on the disk, of pieces that are not whole nor being hashed', () => {
	const partials = new PartialPieces(map);
	for (const [piece, blocks] of [
		[3, [1, 3]],
		[5, []],
		[8, [0]],
	] as const) {
		const partial = partials.begin(piece);
		for (const block of blocks) partials.restore(partial, block);
		partial.hashing = piece === 8;
	}
	assert.deepEqual(partials.export(), [{piece: 3, blocks: [1, 3]}]);
});
