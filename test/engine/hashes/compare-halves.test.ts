import assert from 'node:assert/strict';
import {test} from 'node:test';
import {compareHalves} from '../../../source/engine/hashes/compare-halves.ts';
import type {Storage, StorageFailure} from '../../../source/io/disk/storage.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';

const contradictory: StorageFailure = {
	code: 'contradictory',
	message: 'v1 and v2 do not describe the same data',
};

/** Compares pieces 2 to 5, of which 3 and 5 are had. */
async function compare(version: '2' | 'hybrid', failure?: StorageFailure) {
	const have = new Bitfield(8);
	for (const piece of [0, 3, 5]) have.set(piece);
	const looked: number[] = [];
	const posted: StorageFailure[] = [];
	const storage = {
		check(pieces: ArrayLike<number>) {
			looked.push(...Array.from(pieces));
			return {done: Promise.resolve(failure), stop() {}};
		},
	} as unknown as Storage;
	const torrent = {post: (event: {failure: StorageFailure}) => void posted.push(event.failure)};
	await compareHalves({metainfo: {version}, have, storage, torrent}, [5, 4, 3, 2]);
	return {looked, posted};
}

test('what a hybrid had by v1 alone is looked at again when the v2 hashes have come, and no more than that', async () => {
	assert.deepEqual(await compare('hybrid'), {looked: [3, 5], posted: []});
	assert.deepEqual(await compare('2'), {looked: [], posted: []});
});

test('it stops when its halves are of different data, and for nothing else that the disk may say', async () => {
	assert.deepEqual((await compare('hybrid', contradictory)).posted, [contradictory]);
	assert.deepEqual((await compare('hybrid', {code: 'io', message: 'gone'})).posted, []);
});
