import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {PieceMap} from '../../../source/policy/pieces/piece-map.ts';
import {
	blockState,
	type PartialPiece,
	PartialPieces,
} from '../../../source/policy/requests/partial-pieces.ts';
import {seeded} from '../seeded.ts';

/** Pieces of 4 blocks; the last has 3. */
const map = new PieceMap(20 * 4 * blockLength - blockLength, 4 * blockLength);

function begin(piece = 0) {
	const ledger = new PartialPieces(map);
	return {ledger, partial: ledger.begin(piece)};
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

const isOpen = (ledger: PartialPieces, partial: PartialPiece): boolean =>
	[...ledger.open()].includes(partial);

test('blocks are asked for in order, each once, and the piece is open until all are', () => {
	const {ledger, partial} = begin();
	assert.equal(draw(partial), '....');
	for (const block of [0, 1, 2]) {
		assert.equal(ledger.request(partial), block);
		assert.ok(isOpen(ledger, partial));
	}
	assert.equal(ledger.request(partial), 3);
	assert.equal(draw(partial), '1111');
	assert.equal(isOpen(ledger, partial), false);
	assert.equal(ledger.request(partial), -1);
});

test('the last piece has its own number of blocks', () => {
	const {ledger, partial} = begin(19);
	assert.deepEqual(
		Array.from({length: 4}, () => ledger.request(partial)),
		[0, 1, 2, -1],
	);
	assert.equal(isOpen(ledger, partial), false);
});

test('a block that will not come is asked for next, before those behind it', () => {
	const {ledger, partial} = begin();
	for (let n = 0; n < 3; n++) ledger.request(partial);
	ledger.release(partial, 2);
	ledger.release(partial, 0);
	assert.equal(draw(partial), '.1..');
	assert.deepEqual(
		Array.from({length: 4}, () => ledger.request(partial)),
		[0, 2, 3, -1],
	);
	ledger.release(partial, 1);
	assert.ok(isOpen(ledger, partial));
	assert.equal(ledger.request(partial), 1);
});

test('a block that several were asked for is free when none of them will send it; unasking one that nobody was asked for is nothing', () => {
	const {ledger, partial} = begin();
	ledger.askFor(partial, 2);
	ledger.askFor(partial, 2);
	assert.equal(draw(partial), '..2.');
	assert.equal(partial.free, 3);
	ledger.release(partial, 2);
	assert.equal(draw(partial), '..1.');
	assert.equal(partial.free, 3);
	ledger.release(partial, 2);
	ledger.release(partial, 2);
	assert.equal(draw(partial), '....');
	assert.equal(partial.free, 4);
	assert.ok(partial.untouched);
});

test('asking for every single block by name leaves nothing open', () => {
	const {ledger, partial} = begin();
	for (const block of [3, 1, 0, 2]) {
		assert.ok(isOpen(ledger, partial));
		ledger.askFor(partial, block);
	}
	assert.equal(isOpen(ledger, partial), false);
	assert.equal(ledger.request(partial), -1);
});

test('a block that came is kept with its giver, a second time it is a duplicate, and the last one completes', () => {
	const {ledger, partial} = begin();
	ledger.request(partial);
	assert.equal(ledger.receive(partial, 0, 70, 5), 'accepted');
	assert.equal(ledger.receive(partial, 0, 71, 6), 'duplicate');
	assert.deepEqual([partial.slots[0], partial.senders[0], partial.received], [70, 5, 1]);
	// Unasked blocks count as well.
	assert.equal(ledger.receive(partial, 2, 72, 6), 'accepted');
	assert.equal(partial.free, 2);
	assert.equal(draw(partial), 'p.p.');
	assert.equal(ledger.receive(partial, 1, 73, 5), 'accepted');
	assert.ok(isOpen(ledger, partial));
	assert.equal(ledger.receive(partial, 3, 74, 5), 'complete');
	assert.equal(isOpen(ledger, partial), false);
	assert.deepEqual([...partial.slots.subarray(0, 4)], [70, 73, 72, 74]);
});

test('what an earlier session wrote is had, and once only; what is not there after all is missing again', () => {
	const {ledger, partial} = begin();
	ledger.restore(partial, 1);
	ledger.restore(partial, 1);
	assert.equal(draw(partial), '.d..');
	assert.deepEqual([partial.received, partial.free], [1, 3]);
	assert.equal(ledger.request(partial), 0);
	assert.equal(ledger.request(partial), 2);
	ledger.unrestore(partial, 0);
	ledger.unrestore(partial, 1);
	ledger.unrestore(partial, 1);
	assert.equal(draw(partial), '1.1.');
	assert.deepEqual([partial.received, partial.free], [0, 2]);
	assert.equal(ledger.request(partial), 1);
	for (const block of [0, 1, 2, 3]) ledger.restore(partial, block);
	assert.equal(partial.received, 4);
	assert.equal(isOpen(ledger, partial), false);
	ledger.unrestore(partial, 3);
	assert.ok(isOpen(ledger, partial), 'nobody was asked for that one');
});

test('a block of a liar is thrown away: its slot is the caller’s, and it is asked for anew', () => {
	const {ledger, partial} = begin();
	for (let block = 0; block < 4; block++) {
		ledger.request(partial);
		ledger.receive(partial, block, 40 + block, 9);
		partial.requests[block] = 0;
	}
	assert.equal(ledger.discardFrom(partial, 1), 41);
	assert.equal(draw(partial), 'p.pp');
	assert.deepEqual([partial.slots[1], partial.senders[1], partial.received, partial.free], [-1, -1, 3, 1]);
	assert.equal(ledger.discardFrom(partial, 1), -1);
	assert.deepEqual([partial.received, partial.free], [3, 1]);
	assert.ok(isOpen(ledger, partial));
	assert.equal(ledger.request(partial), 1);
	// One that somebody else is being asked for is not free.
	partial.requests[3] = 1;
	assert.equal(ledger.discardFrom(partial, 3), 43);
	assert.equal(draw(partial), 'p1p1');
	assert.equal(partial.free, 0);
	// What an earlier session wrote has no slot.
	ledger.restore(partial, 1);
	assert.equal(ledger.discardFrom(partial, 1), -1);
	assert.equal(draw(partial), 'p1p1');
});

test('a piece that is begun again knows nothing of what it was before', () => {
	const ledger = new PartialPieces(map);
	const first = ledger.begin(3);
	for (let block = 0; block < 4; block++) {
		ledger.request(first);
		ledger.receive(first, block, block, 7);
	}
	first.exclusive = 7;
	first.hashing = true;
	ledger.drop(3);
	assert.equal(ledger.get(3), undefined);
	assert.equal(ledger.size, 0);
	assert.deepEqual([...ledger.open()], []);
	ledger.drop(3);
	const second = ledger.begin(19);
	assert.deepEqual([second.piece, second.blocks, second.free, second.received], [19, 3, 3, 0]);
	assert.deepEqual([second.exclusive, second.hashing, second.untouched], [-1, false, true]);
	assert.deepEqual([...second.senders], [-1, -1, -1, -1]);
	assert.deepEqual([...second.slots], [-1, -1, -1, -1]);
	assert.equal(draw(second), '...');
	assert.equal(ledger.request(second), 0);
	assert.deepEqual([...ledger.all()], [second]);
	assert.equal(ledger.get(19), second);
});

test('whatever happens, what is free, had and open is what the blocks say', () => {
	const random = seeded(23);
	const ledger = new PartialPieces(map);
	for (let step = 0; step < 6000; step++) {
		const piece = Math.floor(random() * 20);
		const partial = ledger.get(piece) ?? ledger.begin(piece);
		const block = Math.floor(random() * partial.blocks);
		const isMissing = partial.states[block] === blockState.missing;
		const chance = random();
		if (chance < 0.3) {
			const expected = draw(partial).indexOf('.');
			assert.equal(ledger.request(partial), expected, `step ${step}`);
		} else if (chance < 0.4 && isMissing && partial.requests[block]! < 3) ledger.askFor(partial, block);
		else if (chance < 0.55) ledger.release(partial, block);
		else if (chance < 0.75) {
			ledger.receive(partial, block, step, step);
			if (isMissing) partial.requests[block] = 0;
		} else if (chance < 0.8 && isMissing) ledger.restore(partial, block);
		else if (chance < 0.88) ledger.discardFrom(partial, block);
		else if (chance < 0.96) ledger.unrestore(partial, block);
		else ledger.drop(piece);
		for (const each of ledger.all()) {
			const drawn = draw(each);
			assert.equal(each.free, drawn.split('.').length - 1, `step ${step}: ${drawn}`);
			assert.equal(each.received, drawn.replace(/[^pd]/g, '').length, `step ${step}: ${drawn}`);
			assert.equal(isOpen(ledger, each), each.free > 0, `step ${step}: ${drawn}`);
		}
	}
});
