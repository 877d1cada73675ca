import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {acceptedRequests, blocksPerSlab, UploadQueue} from '../../../source/engine/transfer/upload-queue.ts';
import {seeded} from '../../policy/seeded.ts';

type Request = readonly [piece: number, begin: number, length: number];

const block = (piece: number, number: number, length = blockLength): Request => [
	piece,
	number * blockLength,
	length,
];

function queueOf(...requests: readonly Request[]): UploadQueue {
	const queue = new UploadQueue();
	for (const request of requests) assert.equal(queue.push(...request), true);
	return queue;
}

/** The runs that come out: `piece:begin x count = length`. */
function runs(queue: UploadQueue, mostBytes = Infinity): string[] {
	const found: string[] = [];
	for (let run = queue.takeRun(mostBytes); run; run = queue.takeRun(mostBytes))
		found.push(`${run.piece}:${run.begin / blockLength}x${run.count}=${run.length}`);
	return found;
}

test('neighbours in one piece are taken together, in the order in which they were asked for', () => {
	assert.deepEqual(
		runs(queueOf(block(1, 0), block(1, 1), block(1, 3), block(1, 4), block(2, 5), block(1, 6), block(1, 5))),
		[
			`1:0x2=${2 * blockLength}`,
			`1:3x2=${2 * blockLength}`,
			`2:5x1=${blockLength}`,
			`1:6x1=${blockLength}`,
			`1:5x1=${blockLength}`,
		],
	);
});

test('a run ends with a block that is not whole, and holds no more than a slab', () => {
	assert.deepEqual(runs(queueOf(block(0, 0), block(0, 1, 100), [0, blockLength + 100, blockLength])), [
		`0:0x2=${blockLength + 100}`,
		`0:${1 + 100 / blockLength}x1=${blockLength}`,
	]);
	const many = Array.from({length: blocksPerSlab + 3}, (_, n) => block(0, n));
	assert.deepEqual(runs(queueOf(...many)), [
		`0:0x${blocksPerSlab}=${blocksPerSlab * blockLength}`,
		`0:${blocksPerSlab}x3=${3 * blockLength}`,
	]);
});

test('a run is no longer than may leave, but one request is always taken', () => {
	const three = [block(0, 0), block(0, 1), block(0, 2)];
	assert.deepEqual(runs(queueOf(...three), 2 * blockLength), [
		`0:0x2=${2 * blockLength}`,
		`0:2x1=${blockLength}`,
	]);
	assert.deepEqual(runs(queueOf(...three), 2 * blockLength - 1).length, 3);
	assert.deepEqual(runs(queueOf(...three), 1).length, 3);
});

test('what goes in one write is what was asked for first, wherever it is, up to a block that is not whole', () => {
	const asked = [
		block(9, 3),
		block(2, 0),
		block(2, 1),
		block(4, 7),
		block(1, 0, 100),
		block(1, 1),
		block(3, 0),
	];
	const counts = (mostBytes: number, mostBlocks?: number): string[] => {
		const queue = queueOf(...asked);
		const found: string[] = [];
		while (queue.length > 0)
			found.push(
				queue
					.takeRuns(mostBytes, mostBlocks)
					.map(({piece, count}) => `${piece}x${count}`)
					.join(' '),
			);
		return found;
	};
	assert.deepEqual(counts(Infinity), ['9x1 2x2 4x1 1x1', '1x1 3x1']);
	assert.deepEqual(counts(Infinity, 2), ['9x1 2x1', '2x1 4x1', '1x1', '1x1 3x1']);
	assert.deepEqual(counts(2 * blockLength), ['9x1 2x1', '2x1 4x1', '1x1', '1x1 3x1']);
	assert.deepEqual(counts(1), ['9x1', '2x1', '2x1', '4x1', '1x1', '1x1', '3x1'], 'one is always taken');
});

test('a piece that has no room behind another goes whole in the next write: one read each, and not two', () => {
	const piece = (index: number, from: number, blocks: number): Request[] =>
		Array.from({length: blocks}, (_, n) => block(index, from + n));
	const writes = (queue: UploadQueue): string[] => {
		const found: string[] = [];
		while (queue.length > 0)
			found.push(
				queue
					.takeRuns(Infinity)
					.map(({piece, count}) => `${piece}x${count}`)
					.join(' '),
			);
		return found;
	};
	assert.deepEqual(writes(queueOf(...piece(7, 8, 8), ...piece(2, 0, 16), ...piece(5, 0, 16))), [
		'7x8',
		'2x16',
		'5x16',
	]);
	assert.deepEqual(writes(queueOf(...piece(7, 40, 24), ...piece(2, 0, 64))), [
		...['7x16', '7x8'],
		...Array(4).fill('2x16'),
	]);
	assert.deepEqual(writes(queueOf(...[1, 9, 4, 6, 3].flatMap(index => piece(index, 0, 4)))), [
		'1x4 9x4 4x4 6x4',
		'3x4',
	]);
	const holed = queueOf(...piece(7, 12, 4), ...piece(2, 0, 16));
	for (const n of [14, 15]) assert.equal(holed.cancel(2, n * blockLength, blockLength), true);
	assert.equal(holed.cancel(7, 13 * blockLength, blockLength), true);
	assert.deepEqual(writes(holed), ['7x1 7x2', '2x14']);
});

test('a peer may ask for so many at a time, and for more when some are gone', () => {
	const queue = new UploadQueue();
	for (let n = 0; n < acceptedRequests; n++) assert.equal(queue.push(n, 0, 1), true);
	assert.equal(queue.push(1, 1, 1), false);
	assert.equal(queue.length, acceptedRequests);
	queue.takeRun(1);
	assert.equal(queue.push(1, 1, 1), true);
	assert.equal(queue.push(1, 1, 1), false);
});

test('it is idle when nothing waits and nothing is on its way', () => {
	const queue = new UploadQueue();
	assert.equal(queue.isIdle, true);
	queue.push(0, 0, 1);
	assert.equal(queue.isIdle, false);
	queue.takeRun(1);
	assert.equal(queue.isIdle, true);
	queue.inFlight = 1;
	assert.equal(queue.isIdle, false);
});

test('what is taken out to be told may be put in again at once', () => {
	const queue = queueOf(block(0, 0), block(1, 0), block(2, 0));
	queue.takeRun(1);
	const told: number[] = [];
	queue.clear((piece, begin, length) => {
		told.push(piece);
		if (piece === 2) queue.push(piece, begin, length);
	});
	assert.deepEqual(told, [1, 2]);
	assert.equal(queue.length, 1);
	assert.deepEqual(runs(queue), [`2:0x1=${blockLength}`]);
});

test('whatever is asked for, cancelled and taken, the queue holds the rest in order', () => {
	for (const seed of [1, 2, 3]) {
		const random = seeded(seed);
		const queue = new UploadQueue();
		let model: Request[] = [];
		for (let step = 0; step < 5000; step++) {
			const chance = random();
			// Neighbours often.
			const last = model.at(-1);
			const next: Request =
				last && random() < 0.6
					? [last[0], last[1] + blockLength, random() < 0.9 ? blockLength : 77]
					: block(Math.floor(random() * 5), Math.floor(random() * 9));
			if (chance < (step % 1000 < 500 ? 0.7 : 0.4)) {
				// Nobody asks twice for what it has not got yet.
				if (model.some(each => each[0] === next[0] && each[1] === next[1])) continue;
				queue.push(...next);
				model.push(next);
			} else if (chance < 0.8) {
				const [piece, begin, length] = model[Math.floor(random() * (model.length + 1))] ?? next;
				const at = model.findIndex(each => each[0] === piece && each[1] === begin && each[2] === length);
				assert.equal(queue.cancel(piece, begin, length), at >= 0);
				assert.equal(queue.cancel(piece, begin, length + 1), false);
				if (at >= 0) model = model.toSpliced(at, 1);
			} else if (chance < 0.998) {
				const run = queue.takeRun(random() < 0.5 ? 1e9 : 40_000);
				assert.equal(run === undefined, model.length === 0);
				if (run === undefined) continue;
				let at = run.begin;
				for (const [piece, begin, length] of model.splice(0, run.count)) {
					assert.deepEqual([piece, begin], [run.piece, at]);
					at += length;
				}
				assert.equal(at - run.begin, run.length);
			} else {
				const told: Request[] = [];
				queue.clear((...request) => told.push(request));
				assert.deepEqual(told, model);
				model = [];
			}
			assert.equal(queue.length, model.length);
		}
	}
});
