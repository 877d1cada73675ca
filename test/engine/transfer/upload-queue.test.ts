import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {acceptedRequests, UploadQueue} from '../../../source/engine/transfer/upload-queue.ts';
import {seeded} from '../../policy/seeded.ts';

test('what is taken back is not sent, whatever else waits, and there is room for others again', () => {
	const queue = new UploadQueue();
	for (let at = 0; at < acceptedRequests; at++) assert.ok(queue.push(at, 0, blockLength));
	assert.equal(queue.push(9999, 0, blockLength), false);
	assert.equal(queue.cancel(7, 0, blockLength), true);
	assert.equal(queue.cancel(7, 0, blockLength), false, 'once only');
	assert.equal(queue.cancel(8, 0, 5), false, 'another length is another request');
	assert.equal(queue.cancel(1, blockLength, blockLength), false);
	assert.ok(queue.push(9999, 0, blockLength));
	const sent: number[] = [];
	for (let run = queue.takeRun(1); run; run = queue.takeRun(1)) sent.push(run.piece);
	assert.equal(sent.length, acceptedRequests);
	assert.ok(!sent.includes(7) && sent.at(-1) === 9999);
	assert.ok(queue.isIdle);
});

test('neighbours go out together, though one that stood between them was taken back', () => {
	const queue = new UploadQueue();
	queue.push(1, 0, blockLength);
	queue.push(5, 0, blockLength);
	queue.push(1, blockLength, 100);
	queue.push(1, blockLength + 100, 100);
	queue.cancel(5, 0, blockLength);
	assert.deepEqual(queue.takeRun(1 << 20), {piece: 1, begin: 0, count: 2, length: blockLength + 100});
	assert.deepEqual(queue.takeRun(1 << 20), {piece: 1, begin: blockLength + 100, count: 1, length: 100});
	assert.equal(queue.takeRun(1 << 20), undefined);
});

test('whatever is asked for, taken back and taken, it is as with a plain list', () => {
	for (let seed = 1; seed <= 30; seed++) {
		const random = seeded(seed);
		const queue = new UploadQueue();
		let list: Array<readonly [piece: number, begin: number, length: number]> = [];
		for (let step = 0; step < 3000; step++) {
			const piece = Math.floor(random() * 40);
			const request = [piece, Math.floor(random() * 4) * blockLength, blockLength] as const;
			const at = list.findIndex(other => other[0] === request[0] && other[1] === request[1]);
			const chance = random();
			if (chance < 0.5) {
				if (at < 0) {
					queue.push(...request);
					list.push(request);
				}
			} else if (chance < 0.8) {
				assert.equal(queue.cancel(...request), at >= 0, `seed ${seed}, step ${step}`);
				if (at >= 0) list.splice(at, 1);
			} else if (chance < 0.99) {
				const run = queue.takeRun(4 * blockLength);
				const taken = list.splice(0, run?.count ?? 0);
				assert.equal(run?.piece, taken[0]?.[0]);
				assert.deepEqual(
					taken.map(([, begin]) => begin),
					taken.map((_, index) => run!.begin + index * blockLength),
				);
			} else {
				const told: number[] = [];
				queue.clear((itsPiece, begin) => told.push(itsPiece * 4 + begin / blockLength));
				assert.deepEqual(
					told,
					list.map(([itsPiece, begin]) => itsPiece * 4 + begin / blockLength),
				);
				list = [];
			}
			assert.equal(queue.length, list.length, `seed ${seed}, step ${step}`);
		}
	}
});
